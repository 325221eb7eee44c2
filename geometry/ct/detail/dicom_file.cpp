#include "geometry/ct/detail/dicom_file.h"

#include "core/error.h"
#include "geometry/ct/detail/file_meta.h"

#include <Eigen/Geometry>

#include <gdcmAttribute.h>
#include <gdcmImageReader.h>
#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>
#include <gdcmTrace.h>
#include <gdcmTransferSyntax.h>

#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

namespace {

/// GDCM prints warnings of its own about every odd header; what matters is said by our errors and notes.
const bool kQuiet = [] {
  gdcm::Trace::DebugOff();
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
  return true;
}();

const gdcm::Tag kPixelData(0x7fe0, 0x0010);

std::string text_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  if (!set.FindDataElement(tag)) return {};
  const gdcm::ByteValue* bytes = set.GetDataElement(tag).GetByteValue();
  if (!bytes || !bytes->GetPointer()) return {};
  std::string text(bytes->GetPointer(), bytes->GetLength());
  const auto blank = [](char c) { return c == ' ' || c == '\0'; };
  while (!text.empty() && blank(text.back())) text.pop_back();
  std::size_t first = 0;
  while (first < text.size() && blank(text[first])) ++first;
  return text.substr(first);
}

/// All numbers of a backslash-separated decimal string; empty when any of them is not a finite number.
std::vector<double> numbers_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  const std::string text = text_of(set, tag);
  std::vector<double> numbers;
  std::size_t at = 0;
  while (!text.empty() && at <= text.size()) {
    std::size_t end = std::min(text.find('\\', at), text.size());
    std::size_t first = at;
    while (first < end && (text[first] == ' ' || text[first] == '+')) ++first;
    double value = 0.0;
    const auto parsed = std::from_chars(text.data() + first, text.data() + end, value);
    if (parsed.ec != std::errc() || !std::isfinite(value)) return {};
    numbers.push_back(value);
    at = end + 1;
  }
  return numbers;
}

std::optional<double> number_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  const std::vector<double> numbers = numbers_of(set, tag);
  return numbers.empty() ? std::nullopt : std::optional(numbers[0]);
}

template <std::uint16_t Group, std::uint16_t Element>
int count_of(const gdcm::DataSet& set, int otherwise) {
  const gdcm::Tag tag(Group, Element);
  if (!set.FindDataElement(tag) || set.GetDataElement(tag).IsEmpty()) return otherwise;
  gdcm::Attribute<Group, Element> attribute;
  attribute.SetFromDataSet(set);
  return int(attribute.GetValue());
}

void take_position(const gdcm::DataSet& set, DicomSlice& slice) {
  const std::vector<double> p = numbers_of(set, gdcm::Tag(0x0020, 0x0032));
  if (p.size() == 3) slice.position_mm = Vec3(p[0], p[1], p[2]);
}

void take_orientation(const gdcm::DataSet& set, DicomSlice& slice) {
  const std::vector<double> o = numbers_of(set, gdcm::Tag(0x0020, 0x0037));
  if (o.size() != 6) return;
  Vec3 row(o[0], o[1], o[2]), column(o[3], o[4], o[5]);
  if (std::abs(row.norm() - 1.0) > 1e-2 || std::abs(column.norm() - 1.0) > 1e-2 || std::abs(row.dot(column)) > 1e-2) return;
  row.normalize();
  column = (column - column.dot(row) * row).normalized();
  slice.row_axis = row;
  slice.column_axis = column;
}

void take_measures(const gdcm::DataSet& set, DicomSlice& slice) {
  // PixelSpacing is "between rows \ between columns": y first (PS3.3, 10.7.1.3).
  const std::vector<double> s = numbers_of(set, gdcm::Tag(0x0028, 0x0030));
  if (s.size() == 2 && s[0] > 0.0 && s[1] > 0.0) slice.pixel_spacing_mm = Vec2(s[1], s[0]);
  if (const auto thickness = number_of(set, gdcm::Tag(0x0018, 0x0050))) slice.thickness_mm = thickness;
}

void take_rescale(const gdcm::DataSet& set, DicomSlice& slice) {
  if (const auto slope = number_of(set, gdcm::Tag(0x0028, 0x1053))) slice.slope = slope;
  if (const auto intercept = number_of(set, gdcm::Tag(0x0028, 0x1052))) slice.intercept = intercept;
  if (const std::string type = text_of(set, gdcm::Tag(0x0028, 0x1054)); !type.empty()) slice.rescale_type = type;
}

gdcm::SmartPointer<gdcm::SequenceOfItems> sequence_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  if (!set.FindDataElement(tag)) return nullptr;
  return set.GetDataElement(tag).GetValueAsSQ();
}

/// Applies `take` to the first item of the functional group `tag`, where it is present.
template <class Take>
void take_group(const gdcm::DataSet& groups, const gdcm::Tag& tag, DicomSlice& slice, Take take) {
  const auto items = sequence_of(groups, tag);
  if (items && items->GetNumberOfItems() > 0) take(items->GetItem(1).GetNestedDataSet(), slice);
}

/// Enhanced CT keeps position, orientation, spacing and rescale in functional groups, shared or per frame
/// (PS3.3, C.7.6.16).
void take_functional_groups(const gdcm::DataSet& groups, DicomSlice& slice) {
  take_group(groups, gdcm::Tag(0x0020, 0x9113), slice, take_position);
  take_group(groups, gdcm::Tag(0x0020, 0x9116), slice, take_orientation);
  take_group(groups, gdcm::Tag(0x0028, 0x9110), slice, take_measures);
  take_group(groups, gdcm::Tag(0x0028, 0x9145), slice, take_rescale);
}

std::vector<DicomSlice> split_frames(const gdcm::DataSet& set, const DicomSlice& common) {
  DicomSlice shared = common;
  if (const auto items = sequence_of(set, gdcm::Tag(0x5200, 0x9229)); items && items->GetNumberOfItems() > 0)
    take_functional_groups(items->GetItem(1).GetNestedDataSet(), shared);
  const auto per_frame = sequence_of(set, gdcm::Tag(0x5200, 0x9230));
  if (!per_frame || int(per_frame->GetNumberOfItems()) != common.frames)
    fail_input("'{}' holds {} frames without a position for each of them: export the scan as Enhanced CT or as one file "
               "per slice",
               common.name(), common.frames);
  std::vector<DicomSlice> slices(std::size_t(common.frames), shared);
  for (int frame = 0; frame < common.frames; ++frame) {
    slices[std::size_t(frame)].frame = frame;
    take_functional_groups(per_frame->GetItem(gdcm::SequenceOfItems::SizeType(frame + 1)).GetNestedDataSet(),
                           slices[std::size_t(frame)]);
  }
  return slices;
}

/// Where the values of the pixel data begin: GDCM leaves the stream there. -1 when the file ended before.
std::int64_t pixel_data_offset(std::istream& stream) {
  stream.clear();
  const std::int64_t at = std::int64_t(stream.tellg());
  std::array<unsigned char, 12> before{};
  if (at < 12) return -1;
  stream.seekg(at - 12);
  stream.read(reinterpret_cast<char*>(before.data()), before.size());
  // The tag stands 12 bytes before (explicit VR) or 8 bytes before (implicit VR), in either byte order.
  for (const int first : {0, 4}) {
    const auto* b = before.data() + first;
    if ((b[0] == 0xe0 && b[1] == 0x7f && b[2] == 0x10 && b[3] == 0x00) || (b[0] == 0x7f && b[1] == 0xe0 && b[2] == 0x00 && b[3] == 0x10))
      return at;
  }
  return -1;
}

std::string syntax_name(const gdcm::TransferSyntax& syntax) {
  switch (gdcm::TransferSyntax::TSType(syntax)) {
    case gdcm::TransferSyntax::ImplicitVRLittleEndian: return "implicit VR little endian";
    case gdcm::TransferSyntax::ExplicitVRLittleEndian: return "explicit VR little endian";
    case gdcm::TransferSyntax::ExplicitVRBigEndian: return "explicit VR big endian";
    case gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian: return "deflated explicit VR little endian";
    case gdcm::TransferSyntax::JPEGBaselineProcess1: return "JPEG baseline (lossy)";
    case gdcm::TransferSyntax::JPEGExtendedProcess2_4: return "JPEG extended (lossy)";
    case gdcm::TransferSyntax::JPEGLosslessProcess14: return "JPEG lossless";
    case gdcm::TransferSyntax::JPEGLosslessProcess14_1: return "JPEG lossless SV1";
    case gdcm::TransferSyntax::JPEGLSLossless: return "JPEG-LS lossless";
    case gdcm::TransferSyntax::JPEGLSNearLossless: return "JPEG-LS near-lossless";
    case gdcm::TransferSyntax::JPEG2000Lossless: return "JPEG 2000 lossless";
    case gdcm::TransferSyntax::JPEG2000: return "JPEG 2000 (lossy)";
    case gdcm::TransferSyntax::RLELossless: return "RLE lossless";
    default: {
      const char* uid = syntax.GetString();
      return uid ? uid : "unknown";
    }
  }
}

}  // namespace

bool is_ct_class(const std::string& sop_class_uid) {
  return sop_class_uid == "1.2.840.10008.5.1.4.1.1.2" ||    // CT Image Storage
         sop_class_uid == "1.2.840.10008.5.1.4.1.1.2.1" ||  // Enhanced CT
         sop_class_uid == "1.2.840.10008.5.1.4.1.1.2.2";    // Legacy Converted Enhanced CT
}

ScannedFile scan_file(const fs::path& file) {
  ScannedFile result;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail_io("cannot read '{}': check its permissions", file.string());
  if (stream.peek() == std::ifstream::traits_type::eof()) {
    result.kind = FileKind::kEmpty;
    return result;
  }
  if (!check_file_meta(stream, file)) return result;

  // Everything before the pixel data.
  gdcm::Reader reader;
  stream.clear();
  stream.seekg(0);
  reader.SetStream(stream);
  bool read = false;
  try {
    read = reader.ReadUpToTag(kPixelData, {kPixelData});
  } catch (const std::exception&) {
  }
  const gdcm::DataSet& set = reader.GetFile().GetDataSet();
  if (!read || set.IsEmpty())
    fail_input("the DICOM header of '{}' is damaged or cut off: copy the file again or take it out of the folder",
               file.string());

  DicomSlice slice;
  slice.file = file;
  slice.modality = text_of(set, gdcm::Tag(0x0008, 0x0060));
  result.modality = slice.modality.empty() ? "unnamed" : slice.modality;
  slice.rows = count_of<0x0028, 0x0010>(set, 0);
  slice.columns = count_of<0x0028, 0x0011>(set, 0);
  slice.sop_class_uid = text_of(set, gdcm::Tag(0x0008, 0x0016));
  result.kind = FileKind::kNoImage;
  if (slice.rows <= 0 || slice.columns <= 0) {
    // Never passed over as "no image": it would be a slice lost in silence at the end of a stack.
    if (is_ct_class(slice.sop_class_uid))
      fail_input("the DICOM header of '{}' is damaged or cut off (a CT image without rows and columns): copy the file again or "
                 "take it out of the folder",
                 file.string());
    return result;
  }
  result.kind = FileKind::kImage;

  const gdcm::TransferSyntax syntax = reader.GetFile().GetHeader().GetDataSetTransferSyntax();
  slice.transfer_syntax = syntax_name(syntax);
  slice.compressed = syntax.IsEncapsulated();
  slice.deflated = syntax == gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
  // JPEG 2000 (.91) and JPEG-LS near-lossless may hold lossless data; the image says itself whether anything was lost.
  slice.lossy = text_of(set, gdcm::Tag(0x0028, 0x2110)) == "01" || (syntax.IsLossy() && !syntax.IsLossless());
  slice.pixel_offset = pixel_data_offset(stream);
  slice.series_uid = text_of(set, gdcm::Tag(0x0020, 0x000e));
  slice.image_type = text_of(set, gdcm::Tag(0x0008, 0x0008));
  slice.manufacturer = text_of(set, gdcm::Tag(0x0008, 0x0070));
  slice.model = text_of(set, gdcm::Tag(0x0008, 0x1090));
  slice.kernel = text_of(set, gdcm::Tag(0x0018, 0x1210));
  slice.patient_position = text_of(set, gdcm::Tag(0x0018, 0x5100));
  for (const std::uint16_t element : {0x0022, 0x0021, 0x0020})
    if (slice.date.empty()) slice.date = text_of(set, gdcm::Tag(0x0008, element));
  slice.kvp = number_of(set, gdcm::Tag(0x0018, 0x0060));
  slice.gantry_tilt_deg = number_of(set, gdcm::Tag(0x0018, 0x1120)).value_or(0.0);
  const double frames = number_of(set, gdcm::Tag(0x0028, 0x0008)).value_or(1.0);
  if (frames < 1.0 || frames > 100000.0)
    fail_input("the DICOM header of '{}' is damaged ({} frames): copy the file again or take it out of the folder", file.string(), frames);
  slice.frames = int(frames);
  slice.samples_per_pixel = count_of<0x0028, 0x0002>(set, 1);
  slice.bits_allocated = count_of<0x0028, 0x0100>(set, 16);
  take_position(set, slice);
  take_orientation(set, slice);
  take_measures(set, slice);
  take_rescale(set, slice);
  // Multi-frame screenshots of a CT console have no positions either, but are no part of a scan.
  const bool screenshot = slice.sop_class_uid.starts_with("1.2.840.10008.5.1.4.1.1.7");
  if (slice.frames > 1 && !screenshot && (slice.modality == "CT" || is_ct_class(slice.sop_class_uid)))
    result.slices = split_frames(set, slice);
  else
    result.slices = {slice};
  return result;
}

namespace {

/// Decoders fill up what is missing with zeros or noise instead of failing, so completeness is asked before, in the file.
void require_whole(const DicomSlice& slice, std::int64_t bytes_needed) {
  if (slice.deflated) return;  // zlib notices itself
  if (slice.pixel_offset < 0) fail_input("'{}' is truncated: it ends before its pixel data; copy it again", slice.name());
  std::ifstream stream(slice.file, std::ios::binary);
  const auto next = [&stream] {
    unsigned char b[4] = {0, 0, 0, 0};
    stream.read(reinterpret_cast<char*>(b), 4);
    return std::uint32_t(b[0]) | std::uint32_t(b[1]) << 8 | std::uint32_t(b[2]) << 16 | std::uint32_t(b[3]) << 24;
  };
  constexpr std::uint32_t kItem = 0xe000fffe, kEnd = 0xe0ddfffe;
  const std::int64_t size = std::int64_t(fs::file_size(slice.file));
  stream.seekg(slice.pixel_offset);
  std::uint32_t tag = slice.compressed ? next() : 0;
  if (tag != kItem) {
    // Plain values, which also occur under the name of a compression.
    if (size - slice.pixel_offset < bytes_needed)
      fail_input("'{}' is truncated: its {} x {} image has {} of {} bytes; copy it again", slice.name(), slice.columns, slice.rows,
                 size - slice.pixel_offset, bytes_needed);
    return;
  }
  // Compressed values come in fragments with a mark after the last one (PS3.5, A.4).
  for (std::int64_t at = slice.pixel_offset; stream && tag == kItem; tag = next()) {
    at += 8 + std::int64_t(next());
    if (at > size) break;
    stream.seekg(at);
  }
  if (!stream || tag != kEnd)
    fail_input("'{}' is truncated: its compressed pixel data ({}) are not complete; copy it again", slice.name(), slice.transfer_syntax);
}

}  // namespace

void PixelDecoder::load(const DicomSlice& slice) {
  if (file_ == slice.file) return;
  file_.clear();
  const std::int64_t pixels = std::int64_t(slice.columns) * slice.rows * slice.frames * slice.samples_per_pixel;
  const std::int64_t bytes_needed = pixels * (slice.bits_allocated / 8);
  require_whole(slice, bytes_needed);

  gdcm::ImageReader reader;
  reader.SetFileName(slice.file.c_str());
  bool decoded = false;
  try {
    if (reader.Read()) {
      const gdcm::Image& image = reader.GetImage();
      const gdcm::ByteValue* raw = image.GetDataElement().GetByteValue();
      if (!slice.compressed && (!raw || std::int64_t(raw->GetLength()) < bytes_needed))
        fail_input("'{}' is truncated: its pixel data have {} of {} bytes; copy it again", slice.name(),
                   raw ? std::int64_t(raw->GetLength()) : 0, bytes_needed);
      scalar_type_ = image.GetPixelFormat().GetScalarType();
      bytes_.assign(image.GetBufferLength(), 0);
      decoded = std::int64_t(image.GetBufferLength()) >= pixels && image.GetBuffer(bytes_.data());
    }
  } catch (const std::exception& thrown) {
    if (dynamic_cast<const Error*>(&thrown)) throw;
  }
  if (!decoded)
    fail_input("the image in '{}' cannot be decoded (transfer syntax {}): the file is truncated or damaged, or its "
               "compression is not supported; copy it again or convert it to an uncompressed syntax",
               slice.name(), slice.transfer_syntax);
  file_ = slice.file;
}

namespace {

template <class Stored>
void to_hu(const char* bytes, std::size_t count, double slope, double intercept, std::int16_t* hu, DecodeCounts& counts) {
  const Stored* stored = reinterpret_cast<const Stored*>(bytes);
  for (std::size_t n = 0; n < count; ++n) {
    const double exact = slope * double(stored[n]) + intercept;
    double value = std::nearbyint(exact);
    if (std::abs(value - exact) > 1e-6) ++counts.rounded;
    if (value < -32768.0 || value > 32767.0) {
      ++counts.clamped;
      value = value < 0.0 ? -32768.0 : 32767.0;
    }
    hu[n] = std::int16_t(value);
  }
}

}  // namespace

void PixelDecoder::decode_hu(const DicomSlice& slice, std::int16_t* hu, DecodeCounts& counts) {
  load(slice);
  const double slope = slice.slope.value_or(1.0), intercept = slice.intercept.value_or(0.0);
  const std::size_t count = std::size_t(slice.columns) * std::size_t(slice.rows);
  const auto convert = [&]<class Stored>(Stored) {
    const std::size_t at = std::size_t(slice.frame) * count * sizeof(Stored);
    if (bytes_.size() < at + count * sizeof(Stored))
      fail_input("'{}' is truncated: its image has {} of at least {} bytes; copy it again", slice.name(), bytes_.size(),
                 at + count * sizeof(Stored));
    to_hu<Stored>(bytes_.data() + at, count, slope, intercept, hu, counts);
  };
  switch (scalar_type_) {
    case gdcm::PixelFormat::UINT8: return convert(std::uint8_t());
    case gdcm::PixelFormat::INT8: return convert(std::int8_t());
    case gdcm::PixelFormat::UINT12:
    case gdcm::PixelFormat::UINT16: return convert(std::uint16_t());
    case gdcm::PixelFormat::INT12:
    case gdcm::PixelFormat::INT16: return convert(std::int16_t());
    case gdcm::PixelFormat::UINT32: return convert(std::uint32_t());
    case gdcm::PixelFormat::INT32: return convert(std::int32_t());
    default:
      fail_input("'{}' stores its pixels as {}: whole numbers of 8, 16 or 32 bits are expected", slice.name(),
                 gdcm::PixelFormat(gdcm::PixelFormat::ScalarType(scalar_type_)).GetScalarTypeAsString());
  }
}

}  // namespace spongiosa::geometry::detail
