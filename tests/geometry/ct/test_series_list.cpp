#include "tests/geometry/ct/small_scan.h"

namespace spongiosa::geometry {

TEST_CASE("series of a folder are listed with what tells them apart, and nothing of the patient") {
  const TemporaryFolder folder;
  DicomSeriesOptions thick = series_options();
  thick.slice_thickness_mm = 3.0;
  thick.kernel = "B30f";
  write_dicom_series(folder.path() / "a", small_scan(), series_options(), Progress());
  HuImage shorter = small_scan();
  shorter.size[2] = 5;
  shorter.data.resize(std::size_t(product(shorter.size)));
  write_dicom_series(folder.path() / "b", shorter, thick, Progress());
  std::vector<std::string> notes;
  const auto series = list_series(folder.path(), std::nullopt, notes, Progress());
  REQUIRE(series.size() == 2);
  const SeriesSummary& eight = series[0].slices == 8 ? series[0] : series[1];
  const SeriesSummary& five = series[0].slices == 8 ? series[1] : series[0];
  CHECK(eight.kernel == "B60");
  CHECK(*eight.thickness_mm == Approx(1.25));
  CHECK(eight.spacing == "1.25 mm apart");
  CHECK(eight.pixel_mm->x() == Approx(0.78125).epsilon(1e-4));
  CHECK(five.slices == 5);
  CHECK(five.kernel == "B30f");
  CHECK(eight.uid_ending != five.uid_ending);
  CHECK_FALSE(eight.age_days.has_value());
  // The ending chooses the series.
  ImportOptions options;
  options.series_uid = five.uid_ending;
  CHECK(import_ct(folder.path(), options, Progress()).hu.size[2] == 5);
}

TEST_CASE("the age of a scan is counted in days, its date kept nowhere") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(0x00080022, "DA", "20240229"); });
  ImportOptions options;
  options.reference_date = "2024-05-01";
  const CtImport result = import_ct(series.path(), options, Progress());
  CHECK(result.info["age_days"] == 62);
  CHECK(result.info.dump().find("20240229") == std::string::npos);
  std::vector<std::string> notes;
  CHECK(*list_series(series.path(), "2024-03-01", notes, Progress()).front().age_days == 1);
  options.reference_date = "2024-02-28";
  CHECK(has_note(import_ct(series.path(), options, Progress()), "age of the scan is not known"));
  options.reference_date = "2024-02-30";
  CHECK_THROWS_WITH(import_ct(series.path(), options, Progress()), Catch::Contains("2024-02-30") && Catch::Contains("year-month-day"));
}

TEST_CASE("a folder without CT has no series to list") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(tag::kModality, "CS", "MR"); });
  std::vector<std::string> notes;
  CHECK_THROWS_WITH(list_series(series.path(), std::nullopt, notes, Progress()), Catch::Contains("no CT series") && Catch::Contains("8 MR"));
}

}  // namespace spongiosa::geometry
