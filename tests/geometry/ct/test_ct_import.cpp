// What is read must be what was written, whatever the files are called and whatever lies beside them.
#include "core/file.h"
#include "core/hash.h"
#include "geometry/image/image_file.h"
#include "tests/geometry/ct/small_scan.h"

#include <filesystem>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

TEST_CASE("a series written is read back exactly") {
  for (const HuImage& image : {small_scan(), oblique_scan()}) {
    SeriesFolder series(image);
    const CtImport result = import_folder(series.path());
    require_same_grid(result.hu, image);
    CHECK(result.hu.data == image.data);
    CHECK(result.hu.direction.col(0).cross(result.hu.direction.col(1)).isApprox(result.hu.direction.col(2), 1e-12));
    CHECK(result.notes.empty());
    CHECK(result.info["modality"] == "CT");
    CHECK(result.info["slices"] == 8);
    CHECK(result.info["kernel"] == "B60");
    CHECK(result.info["kvp"] == 120.0);
    CHECK(result.info["slice_thickness_mm"] == 1.25);
    CHECK(result.info["transfer_syntax"] == "explicit VR little endian");
    CHECK(result.info["hu_range"][0] == *std::min_element(image.data.begin(), image.data.end()));
    CHECK(result.info["hu_range"][1] == *std::max_element(image.data.begin(), image.data.end()));
    CHECK(result.info["lossy_compression"] == false);
  }
}

TEST_CASE("the whole 16-bit range survives") {
  HuImage image = small_scan();
  image.data[0] = -32768;
  image.data[1] = 32767;
  SeriesFolder series(image);
  const CtImport result = import_folder(series.path());
  CHECK(result.hu.data == image.data);
  CHECK(has_note(result, "1 voxels are below -1100 HU, down to -32768"));
}

TEST_CASE("names, numbers and folders do not matter, positions do") {
  SeriesFolder series;
  const CtImport clean = import_folder(series.path());
  fs::create_directories(series.path() / "deeper");
  int n = 0;
  for (const fs::path& file : series.files()) {
    if (fs::is_directory(file)) continue;
    ++n;
    DicomEdit edited(file);
    edited.set(tag::kInstanceNumber, "IS", fmt::format("{}", 100 - n));
    edited.save(file);
    const std::string name = fmt::format("I{:08x}", unsigned(n * 2654435761u));
    fs::rename(file, series.path() / (n % 3 == 0 ? "deeper" : "") / name);
  }
  const CtImport shuffled = import_folder(series.path());
  CHECK(shuffled.hu.data == clean.hu.data);
  CHECK(shuffled.content_sha256 == clean.content_sha256);
  require_same_grid(shuffled.hu, clean.hu);
}

TEST_CASE("a series stacked against its normal still gives a right-handed frame") {
  // Rows to the left, columns upward to the front: the normal points down while the table moves up.
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(tag::kOrientation, "DS", "1\\0\\0\\0\\-1\\0"); });
  const CtImport result = import_folder(series.path());
  const Mat3& direction = result.hu.direction;
  CHECK(direction.col(0).cross(direction.col(1)).dot(direction.col(2)) == Approx(1.0));
  const HuImage image = small_scan();
  // The value of slice k, pixel (i,j) lies where its own header puts it.
  for (std::int64_t k = 0; k < 8; ++k) {
    const Vec3 place = image.origin_Patient + Vec3(3 * 0.78125, -2 * 0.7, double(k) * 1.25);
    CHECK(result.hu.sample(place) == Approx(image.at(3, 2, k)));
  }
}

TEST_CASE("the rescale is applied slice by slice") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int n) {
    file.set(tag::kSlope, "DS", n % 2 ? "2" : "1");
    file.set(tag::kIntercept, "DS", fmt::format("{}", -10 * n));
  });
  const HuImage image = small_scan();
  const CtImport result = import_folder(series.path());
  for (std::int64_t k = 0; k < 8; ++k)
    for (std::int64_t j = 0; j < 10; ++j)
      for (std::int64_t i = 0; i < 12; ++i)
        REQUIRE(result.hu.at(i, j, k) == image.at(i, j, k) * (k % 2 ? 2 : 1) - 10 * k);
  CHECK(result.info["rescale"]["varies_per_slice"] == true);
  CHECK(result.info["rescale"]["slope"].is_null());
}

TEST_CASE("rounding and clamping of values is counted") {
  SeriesFolder series;
  SECTION("rounding") {
    series.edit([](DicomEdit& file, int n) { file.set(tag::kSlope, "DS", n == 0 ? "0.5" : "1"); });
    std::int64_t odd = 0;
    const HuImage image = small_scan();
    for (std::size_t n = 0; n < 120; ++n) odd += image.data[n] % 2 != 0;
    CHECK(has_note(import_folder(series.path()), fmt::format("{} voxels were rounded", odd)));
  }
  SECTION("clamping") {
    series.edit([](DicomEdit& file, int n) { file.set(tag::kIntercept, "DS", n == 0 ? "32700" : "0"); });
    std::int64_t beyond = 0;
    const HuImage image = small_scan();
    for (std::size_t n = 0; n < 120; ++n) beyond += image.data[n] + 32700 > 32767;
    REQUIRE(beyond > 0);
    CHECK(has_note(import_folder(series.path()), fmt::format("{} voxels beyond the range", beyond)));
  }
}

TEST_CASE("signed values without a rescale are taken as HU, with a note") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) {
    file.remove(tag::kSlope);
    file.remove(tag::kIntercept);
  });
  const CtImport result = import_folder(series.path());
  CHECK(result.hu.data == small_scan().data);
  CHECK(has_note(result, "RescaleSlope and RescaleIntercept are missing"));
}

TEST_CASE("a tilted gantry's slices are pushed straight, every value where it was in the patient") {
  // Planes turned 15 degrees about x, the table moving along z; HU linear in space, so that interpolation is exact but for rounding.
  const double tilt = 15.0 * 3.14159265358979 / 180.0, step_mm = 1.5;
  const Vec3 row = Vec3::UnitX(), column(0.0, std::cos(tilt), -std::sin(tilt)), first(-201.5, -59.25, -464.8);
  const auto hu_at = [&](const Vec3& p) { return 20.0 * (p - first).x() + 30.0 * (p - first).y() + 25.0 * (p - first).z(); };
  HuImage image = small_scan();
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i)
        image.at(i, j, k) = std::int16_t(std::lround(
            hu_at(first + double(k) * step_mm * Vec3::UnitZ() + double(i) * image.spacing_mm[0] * row + double(j) * image.spacing_mm[1] * column)));
  SeriesFolder series(image);
  series.edit([&](DicomEdit& file, int n) {
    file.set(tag::kOrientation, "DS", fmt::format("1\\0\\0\\0\\{:.9f}\\{:.9f}", column.y(), column.z()));
    file.set(tag::kPosition, "DS", fmt::format("-201.5\\-59.25\\{:.4f}", first.z() + step_mm * n));
    file.set(tag::kGantryTilt, "DS", "-15");
  });
  const CtImport result = import_folder(series.path());
  CHECK(std::any_of(result.notes.begin(), result.notes.end(), [](const std::string& n) { return n.find("tilted by 15.0 degrees (GantryDetectorTilt -15.0)") != n.npos; }));
  const HuImage& hu = result.hu;
  CHECK(hu.size[0] == 12);
  CHECK(hu.size[1] == 10 + 4);  // 7 steps of 0.39 mm along the column, in voxels of 0.7 mm
  CHECK(hu.size[2] == 8);
  CHECK((hu.direction.transpose() * hu.direction - Mat3::Identity()).norm() < 1e-9);
  CHECK(hu.spacing_mm[2] == Approx(step_mm * std::cos(tilt)).epsilon(1e-6));
  int inside = 0;
  for (std::int64_t k = 0; k < hu.size[2]; ++k)
    for (std::int64_t j = 0; j < hu.size[1]; ++j)
      for (std::int64_t i = 0; i < hu.size[0]; ++i) {
        const Vec3 p = hu.to_patient(Vec3(double(i), double(j), double(k)));
        const double along_column = (p - first - double(k) * step_mm * Vec3::UnitZ()).dot(column) / image.spacing_mm[1];
        if (along_column < 0.0 || along_column > 9.0) continue;
        ++inside;
        CHECK(std::abs(double(hu.at(i, j, k)) - hu_at(p)) < 1.01);
      }
  CHECK(inside >= 12 * 9 * 8);
}

TEST_CASE("exact duplicates are dropped with a note") {
  SeriesFolder series;
  const std::string clean = import_folder(series.path()).content_sha256;
  fs::copy_file(series.slice(3), series.path() / "copy.dcm");
  DicomEdit renamed(series.slice(5));
  renamed.set(tag::kSopInstance, "UI", "2.25.42");
  renamed.save(series.path() / "other-uid.dcm");
  const CtImport result = import_folder(series.path());
  CHECK(result.content_sha256 == clean);
  CHECK(has_note(result, "2 duplicate slices were dropped"));
}

TEST_CASE("foreign files, scouts, other modalities and single images are ignored with a note") {
  SeriesFolder series;
  const std::string clean = import_folder(series.path()).content_sha256;
  write_text_file(series.path() / "report.txt", "a text file");
  write_text_file(series.path() / "empty", "");
  DicomEdit scout(series.slice(1));
  scout.set(tag::kImageType, "CS", "ORIGINAL\\PRIMARY\\LOCALIZER");
  scout.set(tag::kOrientation, "DS", "1\\0\\0\\0\\0\\-1");
  scout.save(series.path() / "scout.dcm");
  DicomEdit sheet(series.slice(1));
  sheet.set(tag::kSopClass, "UI", "1.2.840.10008.5.1.4.1.1.7");
  sheet.remove(tag::kPosition);
  sheet.save(series.path() / "dose.dcm");
  DicomEdit mr(series.slice(1));
  mr.set(tag::kModality, "CS", "MR");
  mr.save(series.path() / "mr.dcm");
  DicomEdit single(series.slice(1));
  single.set(tag::kSeries, "UI", "2.25.7");
  single.save(series.path() / "single.dcm");
  DicomEdit structures(series.slice(1));
  structures.set(tag::kModality, "CS", "RTSTRUCT");
  structures.set(tag::kSopClass, "UI", "1.2.840.10008.5.1.4.1.1.481.3");
  for (const auto gone : {tag::kRows, tag::kColumns, tag::kPixelData}) structures.remove(gone);
  structures.save(series.path() / "rs.dcm");

  const CtImport result = import_folder(series.path());
  CHECK(result.content_sha256 == clean);
  CHECK(has_note(result, "1 empty file ignored"));
  CHECK(has_note(result, "1 file that is not DICOM ignored"));
  CHECK(has_note(result, "1 scout (localizer) image ignored"));
  CHECK(has_note(result, "2 images that are not CT ignored (1 CT screenshot, 1 MR)"));
  CHECK(has_note(result, "1 CT series of single images ignored") == false);
  CHECK(has_note(result, "1 CT series of a single image ignored"));
  CHECK(has_note(result, "1 DICOM file without an image ignored (1 RTSTRUCT)"));
  for (const std::string& note : result.notes) CHECK(note.find(".dcm") == std::string::npos);  // names may be patients' names
}

TEST_CASE("nothing of the patient's identity leaves the import") {
  SeriesFolder series;
  std::vector<std::string> secrets = {"Muster", "PID-4711", "19610203", "20240506", "2.25."};
  series.edit([](DicomEdit& file, int) {
    file.set(tag::kPatientName, "PN", "Muster^Anna");
    file.set(tag::kPatientId, "LO", "PID-4711");
    file.set(tag::kBirthDate, "DA", "19610203");
    file.set(0x00080020, "DA", "20240506");
    file.set(0x00080080, "LO", "Muster Hospital");
  });
  fs::rename(series.slice(2), series.path() / "Muster_Anna_2.dcm");
  write_text_file(series.path() / "Muster.txt", "a letter");
  const CtImport result = import_folder(series.path());
  std::string all = result.info.dump();
  for (const std::string& note : result.notes) all += note;
  for (const std::string& secret : secrets) CHECK(all.find(secret) == std::string::npos);
  CHECK(result.info["series_uid_sha256"] == sha256(DicomEdit(series.slice(1)).get(tag::kSeries)));
}

TEST_CASE("lossy compression, modified units and gaps between slices are noted") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int n) {
    if (n < 3) file.set(tag::kLossy, "CS", "01");
    file.set(tag::kRescaleType, "LO", "HU_MOD");
    file.set(tag::kThickness, "DS", "0.6");
  });
  const CtImport result = import_folder(series.path());
  CHECK(result.info["lossy_compression"] == true);
  CHECK(has_note(result, "3 slices were compressed with loss"));
  CHECK(has_note(result, "HU_MOD"));
  CHECK(has_note(result, "0.6 mm thick but 1.25 mm apart"));
}

TEST_CASE("an Enhanced CT file with frames in any order gives the same volume") {
  SeriesFolder series;
  const CtImport clean = import_folder(series.path());
  DicomEdit enhanced(series.slice(1));
  const int order[8] = {3, 0, 7, 1, 6, 2, 5, 4};
  std::string per_frame, pixels;
  for (const int n : order) {
    const DicomEdit slice(series.slice(n + 1));
    DicomEdit position, group;
    position.set(tag::kPosition, "DS", slice.get(tag::kPosition));
    group.set(0x00209113, "SQ", DicomEdit::item(position));
    per_frame += DicomEdit::item(group);
    pixels += slice.bytes(tag::kPixelData);
  }
  DicomEdit orientation, measures, rescale, shared;
  orientation.set(tag::kOrientation, "DS", enhanced.get(tag::kOrientation));
  measures.set(tag::kPixelSpacing, "DS", enhanced.get(tag::kPixelSpacing));
  rescale.set(tag::kSlope, "DS", "1");
  rescale.set(tag::kIntercept, "DS", "0");
  shared.set(0x00209116, "SQ", DicomEdit::item(orientation));
  shared.set(0x00289110, "SQ", DicomEdit::item(measures));
  shared.set(0x00289145, "SQ", DicomEdit::item(rescale));
  for (const auto gone : {tag::kPosition, tag::kOrientation, tag::kPixelSpacing, tag::kSlope, tag::kIntercept, tag::kRescaleType})
    enhanced.remove(gone);
  enhanced.set(tag::kSopClass, "UI", "1.2.840.10008.5.1.4.1.1.2.1");
  enhanced.set(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2.1");
  enhanced.set(tag::kFrames, "IS", "8");
  enhanced.set(0x52009229, "SQ", DicomEdit::item(shared));
  enhanced.set(0x52009230, "SQ", per_frame);
  enhanced.set(tag::kPixelData, "OW", pixels);
  TemporaryFolder folder;
  enhanced.save(folder.path() / "enhanced.dcm");
  for (const fs::path& path : {folder.path(), folder.path() / "enhanced.dcm"}) {
    const CtImport result = import_folder(path);
    CHECK(result.content_sha256 == clean.content_sha256);
    CHECK(result.info["format"] == "DICOM multi-frame");
  }
}

TEST_CASE("NRRD, MetaImage and DICOM of one scan have one hash; NIfTI holds it within its float header") {
  TemporaryFolder folder;
  for (const HuImage& image : {small_scan(), oblique_scan()}) {
    const SeriesFolder series(image);
    const CtImport dicom = import_folder(series.path());
    for (const char* name : {"scan.nrrd", "scan.mha", "scan.nii.gz", "scan.nii"}) {
      INFO(name);
      write_image(folder.path() / name, image);
      const CtImport result = import_folder(folder.path() / name);
      CHECK(result.hu.data == image.data);
      const bool nifti = std::string(name).find(".nii") != std::string::npos;
      require_same_grid(result.hu, image, nifti ? 1e-4 : 1e-9);
      if (!nifti) CHECK(result.content_sha256 == dicom.content_sha256);
      CHECK(result.info["modality"].is_null());
      CHECK(has_note(result, "does not say what its values are"));
    }
  }
}

TEST_CASE("the hash sees one voxel and one hundredth of a millimetre") {
  HuImage image = small_scan();
  const SeriesFolder first(image);
  const std::string hash = import_folder(first.path()).content_sha256;
  image.data[100] = std::int16_t(image.data[100] + 1);
  const SeriesFolder second(image);
  CHECK(import_folder(second.path()).content_sha256 != hash);
  image = small_scan();
  image.origin_Patient.x() += 0.01;
  const SeriesFolder third(image);
  CHECK(import_folder(third.path()).content_sha256 != hash);
}

TEST_CASE("progress rises to one and a cancel stops the import") {
  const SeriesFolder series;
  double last = 0.0;
  import_ct(series.path(), {}, Progress([&](double fraction, const std::string& message) {
              CHECK(fraction >= last);
              CHECK_FALSE(message.empty());
              last = fraction;
            }));
  CHECK(last == 1.0);
  request_cancel();
  try {
    import_folder(series.path());
    reset_cancel();
    FAIL("the import was not cancelled");
  } catch (const Error& error) {
    reset_cancel();
    CHECK(error.code() == ExitCode::kCancelled);
  }
}
