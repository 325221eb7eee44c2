#include "core/error.h"
#include "geometry/ct/detail/content_hash.h"
#include "geometry/ct/detail/write_variant.h"
#include "geometry/ct/dicom_series.h"

#include <gdcmFile.h>
#include <gdcmTransferSyntax.h>
#include <gdcmWriter.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

namespace {

constexpr const char* kCtImageStorage = "1.2.840.10008.5.1.4.1.1.2";

/// Text for a header: no separators of DICOM, no control characters, at most `limit` bytes and never half a character.
std::string header_text(const std::string& text, std::size_t limit) {
  std::string clean;
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) clean += c == '^' || c == '\\' || c == '=' ? '-' : c;
  if (clean.size() > limit) {
    while (limit > 0 && (static_cast<unsigned char>(clean[limit]) & 0xc0) == 0x80) --limit;
    clean.resize(limit);
  }
  return clean;
}

struct SeriesIds {
  std::string content, study, series, frame_of_reference;
};

DataSetWriter slice_header(const HuImage& image, const DicomSeriesOptions& options, const SeriesIds& ids, std::int64_t k) {
  using VR = gdcm::VR;
  DataSetWriter out;
  const std::string sop_uid = uid_from(fmt::format("{} instance {}", ids.content, k));
  out.text(0x0008, 0x0005, VR::CS, "ISO_IR 192");
  out.text(0x0008, 0x0008, VR::CS, "DERIVED\\SECONDARY\\AXIAL");
  out.text(0x0008, 0x0016, VR::UI, kCtImageStorage);
  out.text(0x0008, 0x0018, VR::UI, sop_uid);
  for (const std::uint16_t element : {0x0020, 0x0023}) out.text(0x0008, element, VR::DA, "");
  for (const std::uint16_t element : {0x0030, 0x0033}) out.text(0x0008, element, VR::TM, "");
  out.text(0x0008, 0x0050, VR::SH, "");
  out.text(0x0008, 0x0060, VR::CS, "CT");
  out.text(0x0008, 0x0070, VR::LO, "Spongiosa");
  out.text(0x0008, 0x0090, VR::PN, "");
  if (!options.description.empty()) out.text(0x0008, 0x103e, VR::LO, header_text(options.description, 64));
  out.text(0x0010, 0x0010, VR::PN, header_text(options.case_id, 64));
  out.text(0x0010, 0x0020, VR::LO, header_text(options.case_id, 64));
  out.text(0x0010, 0x0030, VR::DA, "");
  out.text(0x0010, 0x0040, VR::CS, "");
  out.text(0x0012, 0x0062, VR::CS, "YES");
  out.text(0x0012, 0x0063, VR::LO, "written without patient data");
  out.numbers(0x0018, 0x0050, {options.slice_thickness_mm});
  out.numbers(0x0018, 0x0060, {options.kvp});
  if (!options.kernel.empty()) out.text(0x0018, 0x1210, VR::SH, header_text(options.kernel, 16));
  out.text(0x0018, 0x5100, VR::CS, "HFS");
  out.text(0x0020, 0x000d, VR::UI, ids.study);
  out.text(0x0020, 0x000e, VR::UI, ids.series);
  out.text(0x0020, 0x0010, VR::SH, "");
  out.text(0x0020, 0x0011, VR::IS, "1");
  out.text(0x0020, 0x0012, VR::IS, "");
  out.text(0x0020, 0x0013, VR::IS, fmt::format("{}", k + 1));
  const Vec3 p = image.to_patient(Vec3(0.0, 0.0, double(k)));
  out.numbers(0x0020, 0x0032, {p.x(), p.y(), p.z()});
  const auto row = image.direction.col(0), column = image.direction.col(1);
  out.numbers(0x0020, 0x0037, {row.x(), row.y(), row.z(), column.x(), column.y(), column.z()});
  out.text(0x0020, 0x0052, VR::UI, ids.frame_of_reference);
  out.text(0x0020, 0x0060, VR::CS, "");  // laterality: required, and unknown
  out.text(0x0020, 0x1040, VR::LO, "");
  out.us(0x0028, 0x0002, 1);
  out.text(0x0028, 0x0004, VR::CS, "MONOCHROME2");
  out.us(0x0028, 0x0010, std::uint16_t(image.size[1]));
  out.us(0x0028, 0x0011, std::uint16_t(image.size[0]));
  out.numbers(0x0028, 0x0030, {image.spacing_mm.y(), image.spacing_mm.x()});
  out.us(0x0028, 0x0100, 16);
  out.us(0x0028, 0x0101, 16);
  out.us(0x0028, 0x0102, 15);
  out.us(0x0028, 0x0103, 1);  // signed: the whole range of HuImage without an offset
  out.numbers(0x0028, 0x1052, {0.0});
  out.numbers(0x0028, 0x1053, {1.0});
  out.text(0x0028, 0x1054, VR::LO, "HU");
  const std::size_t plane = std::size_t(image.size[0] * image.size[1]);
  out.pixels(image.data.data() + std::size_t(k) * plane, plane);
  return out;
}

void require_writable(const HuImage& image, const DicomSeriesOptions& options) {
  if (product(image.size) <= 0 || std::int64_t(image.data.size()) != product(image.size))
    fail_input("a DICOM series cannot be written: the image is empty or its data do not match its size");
  if (image.size[0] > 65535 || image.size[1] > 65535)
    fail_input("a DICOM slice has at most 65535 x 65535 pixels, this image {} x {}", image.size[0], image.size[1]);
  if (!(image.spacing_mm.minCoeff() > 0.0)) fail_input("a DICOM series needs a positive voxel spacing");
  const Mat3 error = image.direction.transpose() * image.direction - Mat3::Identity();
  if (error.cwiseAbs().maxCoeff() > 1e-6) fail_input("a DICOM series needs perpendicular image axes");
  if (options.case_id.empty()) fail_input("a DICOM series needs a case id: it stands in place of the patient's name");
}

bool is_our_slice(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.size() == 15 && name.starts_with("slice-") && name.ends_with(".dcm") &&
         std::all_of(name.begin() + 6, name.begin() + 11, [](unsigned char c) { return std::isdigit(c); });
}

/// Slices of an earlier series may be replaced; anything else in the folder is not ours to mix with.
void require_free_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder)) fail_io("'{}' is a file: name a folder for the DICOM series", folder.string());
  for (const auto& entry : fs::directory_iterator(folder))
    if (!is_our_slice(entry.path()))
      fail_io("the folder '{}' holds other files ('{}'): name a new folder for the DICOM series", folder.string(),
              entry.path().filename().string());
}

void write_file(const fs::path& name, const DataSetWriter& content, std::size_t pixels) {
  fs::create_directories(name.parent_path());
  gdcm::Writer writer;
  gdcm::File& file = writer.GetFile();
  file.SetDataSet(content.set());
  file.GetHeader().SetDataSetTransferSyntax(gdcm::TransferSyntax::ExplicitVRLittleEndian);
  writer.SetFileName(name.c_str());
  if (!writer.Write() || fs::file_size(name) < pixels * sizeof(std::int16_t)) fail_io("cannot write '{}': is the disk full?", name.string());
}

void write_series(const fs::path& folder, const HuImage& image, const DicomSeriesOptions& options, const Progress& progress) {
  require_writable(image, options);
  require_free_folder(folder);
  SeriesIds ids;
  ids.content = fmt::format("{} case '{}' description '{}' kvp {} thickness {} kernel '{}'", content_sha256(image), options.case_id,
                            options.description, options.kvp, options.slice_thickness_mm, options.kernel);
  ids.study = uid_from("study of case '" + options.case_id + "'");
  ids.frame_of_reference = uid_from("frame of reference of case '" + options.case_id + "'");
  ids.series = uid_from(ids.content + " series");

  // The folder appears under its name only when every slice is in it.
  fs::path part = folder.has_filename() ? folder : folder.parent_path();
  const fs::path target = part;
  part += ".part";
  std::error_code error;
  fs::remove_all(part, error);
  fs::create_directories(part, error);
  if (error) fail_io("cannot create the folder '{}': {}", part.string(), error.message());
  try {
    for (std::int64_t k = 0; k < image.size[2]; ++k) {
      progress.report(double(k) / double(image.size[2]), fmt::format("Writing slice {} of {}", k + 1, image.size[2]));
      DataSetWriter header = slice_header(image, options, ids, k);
      if (options.variant == DicomVariant::kEnhanced) {
        write_file(part / "enhanced.dcm", enhanced_ct(header, image, options.slice_thickness_mm), image.data.size());
        break;
      }
      disguise_slice(header, image, k, options.variant);
      write_file(part / slice_path(k, options.variant), header, std::size_t(image.size[0] * image.size[1]));
      if (k == 0 && options.variant == DicomVariant::kLocalizer)
        write_file(part / "scout.dcm", localizer(header, image, uid_from(ids.content + " scout")), std::size_t(image.size[0] * image.size[2]));
    }
    fs::remove_all(target, error);
    if (!error) fs::rename(part, target, error);
    if (error) fail_io("cannot rename '{}' to '{}': {}", part.string(), target.string(), error.message());
  } catch (...) {
    fs::remove_all(part, error);
    throw;
  }
  progress.report(1.0, "DICOM series written");
}

}  // namespace

}  // namespace spongiosa::geometry::detail

extern "C" void spongiosa_write_dicom_series(const fs::path& folder, const spongiosa::geometry::HuImage& image,
                                             const spongiosa::geometry::DicomSeriesOptions& options,
                                             const spongiosa::Progress& progress) {
  spongiosa::geometry::detail::write_series(folder, image, options, progress);
}
