#include "core/file.h"
#include "tests/geometry/ct/small_scan.h"

namespace fs = std::filesystem;

namespace spongiosa::geometry {

namespace {

fs::path written(const TemporaryFolder& folder, DicomVariant variant) {
  DicomSeriesOptions options = series_options();
  options.variant = variant;
  const fs::path path = folder.path() / kDicomVariantNames[std::size_t(variant)];
  write_dicom_series(path, oblique_scan(), options, Progress());
  return path;
}

}  // namespace

TEST_CASE("disguised series give the plain one's volume, or are refused for what they lack") {
  const TemporaryFolder folder;
  const CtImport plain = import_folder(written(folder, DicomVariant::kPlain));
  for (const DicomVariant variant : {DicomVariant::kLocalizer, DicomVariant::kEnhanced, DicomVariant::kPerSliceRescale, DicomVariant::kPatientData}) {
    CAPTURE(kDicomVariantNames[std::size_t(variant)]);
    CHECK(import_folder(written(folder, variant)).content_sha256 == plain.content_sha256);
  }
  CHECK(has_note(import_folder(folder.path() / "localizer"), "scout"));
  CHECK(import_folder(folder.path() / "enhanced").info["format"] == "DICOM multi-frame");
  CHECK(import_folder(folder.path() / "per-slice-rescale").info["rescale"]["varies_per_slice"] == true);
  require_refused(written(folder, DicomVariant::kNoPixelSpacing), {"PixelSpacing (0028,0030)"});
}

TEST_CASE("planted patient data are in the files, and nothing of them leaves the import") {
  const TemporaryFolder folder;
  const fs::path path = written(folder, DicomVariant::kPatientData);
  std::string names, bytes;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    names += entry.path().string();
    if (entry.is_regular_file()) bytes += read_text_file(entry.path());
  }
  const CtImport result = import_folder(path);
  std::string all = result.info.dump();
  for (const std::string& note : result.notes) all += note;
  for (const std::string secret :
       {kPlanted.family_name, kPlanted.given_name, kPlanted.patient_id, kPlanted.birth_date, kPlanted.physician, kPlanted.institution}) {
    CHECK(bytes.find(secret) != std::string::npos);
    CHECK(all.find(secret) == std::string::npos);
  }
  CHECK(names.find(kPlanted.patient_id) != std::string::npos);
  CHECK(names.find(kPlanted.given_name) != std::string::npos);
}

TEST_CASE("values that leave no room for another rescale are refused") {
  const TemporaryFolder folder;
  HuImage image = small_scan();
  image.data[0] = 32000;
  DicomSeriesOptions options = series_options();
  options.variant = DicomVariant::kPerSliceRescale;
  CHECK_THROWS_WITH(write_dicom_series(folder.path() / "series", image, options, Progress()), Catch::Contains("32000 HU"));
  CHECK_FALSE(fs::exists(folder.path() / "series"));
}

}  // namespace spongiosa::geometry
