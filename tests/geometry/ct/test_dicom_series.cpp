// The written series: same image, same bytes; valid headers; nothing half-written.
#include "core/file.h"
#include "core/hash.h"
#include "tests/geometry/ct/small_scan.h"

#include <filesystem>
#include <set>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

namespace {

void require_not_written(const fs::path& folder, const HuImage& image, const DicomSeriesOptions& options, const std::string& part) {
  try {
    write_dicom_series(folder, image, options, Progress());
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(std::string(error.what()).find(part) != std::string::npos);
    return;
  }
  FAIL("the series was written; expected: " << part);
}

}  // namespace

TEST_CASE("the same image gives the same bytes, another image other UIDs") {
  const SeriesFolder first, second;
  for (int n = 1; n <= 8; ++n) CHECK(sha256_file(first.slice(n)) == sha256_file(second.slice(n)));
  HuImage image = small_scan();
  image.data[0] = std::int16_t(image.data[0] + 1);
  const SeriesFolder other(image);
  CHECK(DicomEdit(other.slice(1)).get(tag::kSeries) != DicomEdit(first.slice(1)).get(tag::kSeries));
}

TEST_CASE("UIDs are well formed and differ from slice to slice") {
  const SeriesFolder series;
  std::set<std::string> instances, all_series;
  for (int n = 1; n <= 8; ++n) {
    const DicomEdit file(series.slice(n));
    for (const std::uint32_t uid_tag : {tag::kSopInstance, tag::kSeries, 0x0020000du, 0x00200052u}) {
      const std::string uid = file.get(uid_tag);
      CHECK(uid.size() <= 64);
      CHECK(uid.substr(0, 5) == "2.25.");
      CHECK(uid[5] != '0');
      CHECK(uid.find_first_not_of("0123456789.") == std::string::npos);
    }
    CHECK(file.get(0x00020003) == file.get(tag::kSopInstance));
    instances.insert(file.get(tag::kSopInstance));
    all_series.insert(file.get(tag::kSeries));
  }
  CHECK(instances.size() == 8);
  CHECK(all_series.size() == 1);
}

TEST_CASE("the header names the case, and text cannot break out of its element") {
  TemporaryFolder folder;
  DicomSeriesOptions options = series_options();
  options.case_id = "case^7\\x\n";
  write_dicom_series(folder.path() / "out", small_scan(), options, Progress());
  const DicomEdit file(folder.path() / "out" / "slice-00001.dcm");
  CHECK(file.get(tag::kPatientName) == "case-7-x");
  CHECK(file.get(tag::kPatientId) == "case-7-x");
  CHECK(file.get(tag::kBirthDate).empty());
  CHECK(file.get(tag::kModality) == "CT");
}

TEST_CASE("decimal strings stay within 16 characters") {
  const SeriesFolder series(oblique_scan());
  for (const std::uint32_t number_tag : {tag::kPosition, tag::kOrientation, tag::kPixelSpacing}) {
    const std::string text = DicomEdit(series.slice(4)).get(number_tag);
    std::size_t at = 0;
    while (at <= text.size()) {
      const std::size_t end = std::min(text.find('\\', at), text.size());
      CHECK(end - at <= 16);
      at = end + 1;
    }
  }
}

TEST_CASE("an earlier series is replaced whole, other files are left alone") {
  TemporaryFolder folder;
  const fs::path target = folder.path() / "out";
  write_dicom_series(target, small_scan(), series_options(), Progress());
  HuImage shorter = small_scan();
  shorter.size[2] = 3;
  shorter.data.resize(std::size_t(product(shorter.size)));
  write_dicom_series(target, shorter, series_options(), Progress());
  CHECK(import_folder(target).hu.data == shorter.data);
  write_text_file(target / "notes.txt", "mine");
  require_not_written(target, small_scan(), series_options(), "holds other files ('notes.txt')");
  CHECK(read_text_file(target / "notes.txt") == "mine");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a cancelled write leaves nothing behind") {
  TemporaryFolder folder;
  int calls = 0;
  const Progress progress([&](double, const std::string&) {
    if (++calls == 4) request_cancel();
  });
  CHECK_THROWS_AS(write_dicom_series(folder.path() / "out", small_scan(), series_options(), progress), Error);
  reset_cancel();
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("images and options that cannot be written are refused") {
  TemporaryFolder folder;
  const fs::path target = folder.path() / "out";
  HuImage image = small_scan();
  DicomSeriesOptions nameless = series_options();
  nameless.case_id.clear();
  require_not_written(target, image, nameless, "case id");
  image.direction.col(0) = Vec3(1, 0.2, 0);
  require_not_written(target, image, series_options(), "perpendicular");
  image = small_scan();
  image.data.pop_back();
  require_not_written(target, image, series_options(), "data do not match");
  image = small_scan();
  image.spacing_mm.z() = 0.0;
  require_not_written(target, image, series_options(), "positive voxel spacing");
  CHECK(fs::is_empty(folder.path()));
  write_text_file(target, "a file");
  require_not_written(target, small_scan(), series_options(), "is a file");
}
