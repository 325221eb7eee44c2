#include "geometry/ct/detail/write_variant.h"

#include "core/error.h"

#include <fmt/format.h>

#include <cmath>

namespace spongiosa::geometry::detail {

namespace {

using VR = gdcm::VR;

const std::string& patient_name() {
  static const std::string name = fmt::format("{}^{}", kPlanted.family_name, kPlanted.given_name);
  return name;
}

/// Stored values are Hounsfield values less an intercept that goes up and down from slice to slice.
void rescale(DataSetWriter& header, const HuImage& image, std::int64_t k) {
  const int intercept = -1024 + 16 * int(k % 7);
  const std::size_t plane = std::size_t(image.size[0] * image.size[1]);
  std::vector<std::int16_t> stored(image.data.begin() + std::ptrdiff_t(std::size_t(k) * plane),
                                   image.data.begin() + std::ptrdiff_t(std::size_t(k + 1) * plane));
  for (std::int16_t& value : stored) {
    if (value - intercept > 32767) fail_input("a scan with values up to {} HU cannot be written with a rescale intercept of {}", value, intercept);
    value = std::int16_t(value - intercept);
  }
  header.pixels(stored.data(), stored.size());
  header.numbers(0x0028, 0x1052, {double(intercept)});
}

void plant_patient(DataSetWriter& header) {
  const std::string all = fmt::format("{} {} {}", kPlanted.family_name, kPlanted.patient_id, kPlanted.birth_date);
  header.text(0x0008, 0x0020, VR::DA, "20240506");
  header.text(0x0008, 0x0080, VR::LO, kPlanted.institution);
  header.text(0x0008, 0x0090, VR::PN, kPlanted.physician);
  header.text(0x0008, 0x103e, VR::LO, std::string("Neck of ") + kPlanted.family_name);
  header.text(0x0010, 0x0010, VR::PN, patient_name());
  header.text(0x0010, 0x0020, VR::LO, kPlanted.patient_id);
  header.text(0x0010, 0x0030, VR::DA, kPlanted.birth_date);
  header.text(0x0010, 0x4000, VR::LT, all);
  header.text(0x0012, 0x0062, VR::CS, "NO");
  header.remove(0x0012, 0x0063);
  header.text(0x0020, 0x4000, VR::LT, all);

  DataSetWriter request;
  request.text(0x0040, 0x0007, VR::LO, all);
  header.sequence(0x0040, 0x0275, {request});

  DataSetWriter nested;
  nested.text(0x0010, 0x0010, VR::PN, patient_name());
  nested.text(0x0010, 0x0030, VR::DA, kPlanted.birth_date);
  header.text(0x0009, 0x0010, VR::LO, "SPONGIOSA PHANTOM");
  header.text(0x0009, 0x1001, VR::LO, all);
  header.sequence(0x0009, 0x1002, {nested});
}

}  // namespace

void disguise_slice(DataSetWriter& header, const HuImage& image, std::int64_t k, DicomVariant variant) {
  if (variant == DicomVariant::kPerSliceRescale) rescale(header, image, k);
  if (variant == DicomVariant::kNoPixelSpacing) header.remove(0x0028, 0x0030);
  if (variant == DicomVariant::kPatientData) plant_patient(header);
}

std::filesystem::path slice_path(std::int64_t k, DicomVariant variant) {
  if (variant != DicomVariant::kPatientData) return fmt::format("slice-{:05}.dcm", k + 1);
  return std::filesystem::path(fmt::format("{}_{}", kPlanted.family_name, kPlanted.given_name)) /
         fmt::format("{}_{}_{:05}.dcm", kPlanted.patient_id, kPlanted.family_name, k + 1);
}

DataSetWriter localizer(DataSetWriter header, const HuImage& image, const std::string& sop_uid) {
  const std::int64_t columns = image.size[0], rows = image.size[2];
  std::vector<std::int16_t> seen(std::size_t(columns * rows));
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < columns; ++i) {
      double sum = 0.0;
      for (std::int64_t j = 0; j < image.size[1]; ++j) sum += image.at(i, j, rows - 1 - row);
      seen[std::size_t(row * columns + i)] = std::int16_t(std::lround(sum / double(image.size[1])));
    }
  const Vec3 first = image.to_patient(Vec3(0.0, 0.0, double(rows - 1)));
  const Vec3 along = image.direction.col(0), down = -image.direction.col(2);
  header.text(0x0008, 0x0008, VR::CS, "DERIVED\\SECONDARY\\LOCALIZER");
  header.text(0x0008, 0x0018, VR::UI, sop_uid);
  header.text(0x0020, 0x0013, VR::IS, "0");
  header.numbers(0x0020, 0x0032, {first.x(), first.y(), first.z()});
  header.numbers(0x0020, 0x0037, {along.x(), along.y(), along.z(), down.x(), down.y(), down.z()});
  header.us(0x0028, 0x0010, std::uint16_t(rows));
  header.us(0x0028, 0x0011, std::uint16_t(columns));
  header.numbers(0x0028, 0x0030, {image.spacing_mm.z(), image.spacing_mm.x()});
  header.pixels(seen.data(), seen.size());
  return header;
}

DataSetWriter enhanced_ct(DataSetWriter header, const HuImage& image, double slice_thickness_mm) {
  constexpr double kMostBytes = 4294967294.0;  // a length of 32 bits, even
  if (double(image.data.size()) * sizeof(std::int16_t) > kMostBytes)
    fail_input("{} slices of {} x {} do not fit one DICOM file: write a plain series", image.size[2], image.size[0], image.size[1]);
  header.text(0x0008, 0x0008, VR::CS, "DERIVED\\PRIMARY\\VOLUME\\NONE");
  header.text(0x0008, 0x0016, VR::UI, "1.2.840.10008.5.1.4.1.1.2.1");
  header.text(0x0028, 0x0008, VR::IS, fmt::format("{}", image.size[2]));

  DataSetWriter orientation, measures, transformation, shared;
  const auto row = image.direction.col(0), column = image.direction.col(1);
  orientation.numbers(0x0020, 0x0037, {row.x(), row.y(), row.z(), column.x(), column.y(), column.z()});
  measures.numbers(0x0018, 0x0050, {slice_thickness_mm});
  measures.numbers(0x0028, 0x0030, {image.spacing_mm.y(), image.spacing_mm.x()});
  transformation.numbers(0x0028, 0x1052, {0.0});
  transformation.numbers(0x0028, 0x1053, {1.0});
  transformation.text(0x0028, 0x1054, VR::LO, "HU");
  shared.sequence(0x0020, 0x9116, {orientation});
  shared.sequence(0x0028, 0x9110, {measures});
  shared.sequence(0x0028, 0x9145, {transformation});
  header.sequence(0x5200, 0x9229, {shared});

  std::vector<DataSetWriter> frames;
  for (std::int64_t k = 0; k < image.size[2]; ++k) {
    const Vec3 p = image.to_patient(Vec3(0.0, 0.0, double(k)));
    DataSetWriter position, content, frame;
    position.numbers(0x0020, 0x0032, {p.x(), p.y(), p.z()});
    content.ul(0x0020, 0x9157, std::uint32_t(k + 1));
    frame.sequence(0x0020, 0x9113, {position});
    frame.sequence(0x0020, 0x9111, {content});
    frames.push_back(frame);
  }
  header.sequence(0x5200, 0x9230, frames);
  // These belong to the frames (PS3.3, A.38.1.4).
  for (const std::uint16_t gone : {0x0032, 0x0037}) header.remove(0x0020, gone);
  for (const std::uint16_t gone : {0x0030, 0x1052, 0x1053, 0x1054}) header.remove(0x0028, gone);
  header.remove(0x0018, 0x0050);
  header.pixels(image.data.data(), image.data.size());
  return header;
}

}  // namespace spongiosa::geometry::detail
