#include "geometry/image/detail/image_file_itk.h"

#include "core/error.h"
#include "geometry/image/detail/nifti_read.h"

#include <Eigen/Dense>

#include <itkImage.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkImportImageFilter.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <regex>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

namespace {

/// Fast levels: CT noise hardly compresses further, and level 9 takes five times as long.
constexpr int kCompressionLevel = 2;

struct Format {
  std::string name;
  std::string ending;
  itk::ImageIOBase::Pointer io;
};

std::string ending_of(const fs::path& file) {
  std::string name = file.filename().string();
  for (char& c : name) c = char(std::tolower(static_cast<unsigned char>(c)));
  for (const char* ending : {".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd"}) {
    const std::string text = ending;
    if (name.size() > text.size() && name.ends_with(text)) return text;
  }
  return {};
}

Format format_of(const fs::path& file) {
  const std::string ending = ending_of(file);
  if (ending.starts_with(".nii")) return {"NIfTI", ending, itk::NiftiImageIO::New().GetPointer()};
  if (ending.starts_with(".n")) return {"NRRD", ending, itk::NrrdImageIO::New().GetPointer()};
  if (ending.starts_with(".mh")) return {"MetaImage", ending, itk::MetaImageIO::New().GetPointer()};
  fail_input("'{}' has no ending that names an image format: use .nrrd, .nii, .nii.gz or .mha", file.string());
}

/// ITK's exceptions carry the source line, the address of an object and several lines of text.
std::string reason(const itk::ExceptionObject& error) {
  std::string text = std::regex_replace(std::string(error.GetDescription()), std::regex("(ITK |itk::)?ERROR: \\w+\\(0x[0-9a-fA-F]+\\): ?"), "");
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

void take_grid(const itk::ImageIOBase& io, FloatImage& image) {
  for (unsigned axis = 0; axis < 3; ++axis) {
    image.size[axis] = std::int64_t(io.GetDimensions(axis));
    image.spacing_mm[axis] = io.GetSpacing(axis);
    image.origin_Patient[axis] = io.GetOrigin(axis);
    const std::vector<double> column = io.GetDirection(axis);
    for (unsigned row = 0; row < 3; ++row) image.direction(row, axis) = column[row];
  }
}

/// Makes the columns of `direction` exactly orthonormal: files hold them in few digits.
void require_sound_grid(const fs::path& file, FloatImage& image) {
  Mat3 direction = image.direction;
  if (!(image.spacing_mm.minCoeff() > 0.0) || !image.spacing_mm.allFinite() || !image.origin_Patient.allFinite())
    fail_input("'{}' has no usable voxel spacing ({} x {} x {} mm): export it again", file.string(), image.spacing_mm[0],
               image.spacing_mm[1], image.spacing_mm[2]);
  const Mat3 error = direction.transpose() * direction - Mat3::Identity();
  if (!direction.allFinite() || error.cwiseAbs().maxCoeff() > 1e-3)
    fail_input("the axes of '{}' are not perpendicular (a sheared grid, as from a tilted gantry): resample it first",
               file.string());
  if (error.cwiseAbs().maxCoeff() > 1e-12) {
    const Eigen::JacobiSVD<Mat3> svd(direction, Eigen::ComputeFullU | Eigen::ComputeFullV);
    direction = svd.matrixU() * svd.matrixV().transpose();
  }
  image.direction = direction;
}

/// A left-handed index frame is turned right-handed by counting the slices from the other end; no value changes place.
bool make_right_handed(FloatImage& image) {
  if (image.direction.determinant() > 0.0) return false;
  image.origin_Patient = image.to_patient(Vec3(0.0, 0.0, double(image.size[2] - 1)));
  image.direction.col(2) = -image.direction.col(2);
  const std::int64_t plane = image.size[0] * image.size[1];
  for (std::int64_t low = 0, high = image.size[2] - 1; low < high; ++low, --high)
    std::swap_ranges(image.data.begin() + low * plane, image.data.begin() + (low + 1) * plane,
                     image.data.begin() + high * plane);
  return true;
}

template <class T>
void write_itk(const fs::path& file, const Image<T>& image) {
  const Format format = format_of(file);
  if (product(image.size) <= 0 || std::int64_t(image.data.size()) != product(image.size))
    fail_input("'{}' cannot be written: the image is empty or its data do not match its size {} x {} x {}", file.string(),
               image.size[0], image.size[1], image.size[2]);
  if (format.ending == ".nhdr" || format.ending == ".mhd")
    fail_input("'{}' would be split over two files: use .nrrd or .mha", file.string());

  using Importer = itk::ImportImageFilter<T, 3>;
  auto importer = Importer::New();
  typename Importer::SizeType size;
  typename Importer::SpacingType spacing;
  typename Importer::OriginType origin;
  typename Importer::DirectionType direction;
  for (unsigned axis = 0; axis < 3; ++axis) {
    size[axis] = itk::SizeValueType(image.size[axis]);
    spacing[axis] = image.spacing_mm[axis];
    origin[axis] = image.origin_Patient[axis];
    for (unsigned row = 0; row < 3; ++row) direction[row][axis] = image.direction(row, axis);
  }
  typename Importer::RegionType region;
  region.SetSize(size);
  importer->SetRegion(region);
  importer->SetSpacing(spacing);
  importer->SetOrigin(origin);
  importer->SetDirection(direction);
  importer->SetImportPointer(const_cast<T*>(image.data.data()), itk::SizeValueType(image.data.size()), false);

  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  // The ending stays the last part of the name, because ITK chooses compression and header form by it.
  const std::string name = file.filename().string();
  const fs::path part =
      file.parent_path() / (name.substr(0, name.size() - format.ending.size()) + ".part" + format.ending);
  auto writer = itk::ImageFileWriter<itk::Image<T, 3>>::New();
  writer->SetImageIO(format.io);
  writer->SetInput(importer->GetOutput());
  writer->SetFileName(part.string());
  writer->SetUseCompression(format.ending != ".nii");
  writer->SetCompressionLevel(kCompressionLevel);
  try {
    writer->Update();
  } catch (const itk::ExceptionObject& thrown) {
    fs::remove(part, error);
    fail_io("cannot write '{}': {}", file.string(), reason(thrown));
  }
  // Some ITK writers do not look at what the disk said: a file that cannot be read back is not renamed.
  try {
    const Format check = format_of(part);
    check.io->SetFileName(part.string());
    check.io->ReadImageInformation();
  } catch (const itk::ExceptionObject& thrown) {
    fs::remove(part, error);
    fail_io("writing '{}' failed ({}): is the disk full?", file.string(), reason(thrown));
  }
  fs::rename(part, file, error);
  if (error) {
    const std::string why = error.message();
    fs::remove(part, error);
    fail_io("cannot rename '{}' to '{}': {}", part.string(), file.string(), why);
  }
}

/// Whole numbers within the range of T, or a refusal: rounding belongs to whoever knows what the values mean.
template <class T>
Image<T> as_integers(const FloatImage& source, const fs::path& file, const char* what) {
  Image<T> image = source.like<T>();
  for (std::size_t n = 0; n < source.data.size(); ++n) {
    const float value = source.data[n];
    if (!(value >= float(std::numeric_limits<T>::min()) && value <= float(std::numeric_limits<T>::max())) ||
        value != std::round(value))
      fail_input("'{}' holds the value {}, which is not {} ({} to {}, whole numbers)", file.string(), value, what,
                 std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    image.data[n] = T(value);
  }
  return image;
}

}  // namespace

bool has_image_ending(const fs::path& file) { return !ending_of(file).empty(); }

namespace {

/// MetaIO fills a short file up with what happened to be in memory, so its length is asked before.
void require_whole_metaimage(const fs::path& file, const itk::ImageIOBase& io) {
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  std::int64_t needed = std::int64_t(io.GetImageSizeInBytes());
  while (std::getline(stream, line)) {
    const std::size_t value = line.find('=');
    if (value == std::string::npos) break;
    if (line.starts_with("CompressedDataSize")) needed = std::atoll(line.c_str() + value + 1);
    if (!line.starts_with("ElementDataFile")) continue;
    if (line.find("LOCAL") == std::string::npos) return;  // values in another file
    const std::int64_t there = std::int64_t(fs::file_size(file)) - std::int64_t(stream.tellg());
    if (there < needed) fail_input("cannot read '{}': it is truncated, {} of {} bytes of values are there", file.string(), there, needed);
    return;
  }
}

LoadedImage read_by_itk(const fs::path& file, const Format& format) {
  LoadedImage loaded;
  loaded.format = format.name;
  try {
    format.io->SetFileName(file.string());
    format.io->ReadImageInformation();
    const unsigned dimensions = format.io->GetNumberOfDimensions();
    if (dimensions < 3) fail_input("'{}' is a {}-D image: a 3-D image is needed", file.string(), dimensions);
    for (unsigned axis = 3; axis < dimensions; ++axis)
      if (format.io->GetDimensions(axis) != 1)
        fail_input("'{}' holds {} volumes (4-D): export the one that is meant", file.string(),
                   format.io->GetDimensions(axis));
    if (format.io->GetNumberOfComponents() != 1)
      fail_input("'{}' holds {} values per voxel (colour or vectors): a scalar image is needed", file.string(),
                 format.io->GetNumberOfComponents());
    take_grid(*format.io, loaded.image);
    if (format.name == "MetaImage") require_whole_metaimage(file, *format.io);

    auto reader = itk::ImageFileReader<itk::Image<float, 3>>::New();
    reader->SetImageIO(format.io);
    reader->SetFileName(file.string());
    reader->Update();
    const float* values = reader->GetOutput()->GetBufferPointer();
    loaded.image.data.assign(values, values + product(loaded.image.size));
  } catch (const itk::ExceptionObject& thrown) {
    fail_input("cannot read '{}' as {}: the file is damaged, truncated or of another format ({}); copy it again", file.string(), format.name,
               reason(thrown));
  }
  return loaded;
}

}  // namespace

LoadedImage load_image(const fs::path& file) {
  const Format format = format_of(file);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) fail_io("there is no file '{}'", file.string());
  if (!std::ifstream(file, std::ios::binary)) fail_io("cannot read '{}': check its permissions", file.string());
  LoadedImage loaded = format.name == "NIfTI" ? read_nifti(file) : read_by_itk(file, format);
  require_sound_grid(file, loaded.image);
  loaded.flipped = make_right_handed(loaded.image);
  return loaded;
}

}  // namespace spongiosa::geometry::detail

using namespace spongiosa::geometry;

extern "C" {

void spongiosa_read_hu_image(const fs::path& file, HuImage& image) {
  image = detail::as_integers<std::int16_t>(detail::load_image(file).image, file, "a Hounsfield number");
}
void spongiosa_read_label_image(const fs::path& file, LabelImage& image) {
  image = detail::as_integers<std::uint8_t>(detail::load_image(file).image, file, "a label");
}
void spongiosa_read_float_image(const fs::path& file, FloatImage& image) {
  image = std::move(detail::load_image(file).image);
}
void spongiosa_write_hu_image(const fs::path& file, const HuImage& image) { detail::write_itk(file, image); }
void spongiosa_write_label_image(const fs::path& file, const LabelImage& image) { detail::write_itk(file, image); }
void spongiosa_write_float_image(const fs::path& file, const FloatImage& image) { detail::write_itk(file, image); }

}  // extern "C"
