// Real scans and damaged ones: each loads right or is refused for the true reason. Skipped where the data are absent.
#include "geometry/image/image_file.h"
#include "tests/geometry/ct/small_scan.h"

#include <chrono>
#include <filesystem>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

namespace {

void require_grid(const CtImport& result, const Index3& size, const Vec3& spacing_mm, const Vec3& origin) {
  CHECK(result.hu.size == size);
  CHECK((result.hu.spacing_mm - spacing_mm).norm() < 1e-4);
  CHECK((result.hu.origin_Patient - origin).norm() < 1e-3);
  CHECK((result.hu.direction - Mat3::Identity()).norm() < 1e-9);
}

}  // namespace

TEST_CASE("cervicothoracic scan: shuffled names, feet first") {
  const fs::path folder = test_data("ct-cervicothoracic-lidc0314-dicom/dicom");
  if (folder.empty()) return;
  const CtImport result = import_folder(folder);
  require_grid(result, {512, 512, 60}, {0.78125, 0.78125, 1.0}, {-201.0, -59.0, -464.8});
  CHECK(result.info["patient_position"] == "FFS");
  CHECK(result.info["manufacturer_model"] == "Philips Brilliance 16P");
  CHECK(result.info["hu_range"] == Json({-1000, 1979}));
  CHECK(result.notes.empty());
  std::string all = result.info.dump();
  CHECK(all.find("LIDC") == std::string::npos);
  CHECK(all.find("1.3.6.1.4.1") == std::string::npos);
}

TEST_CASE("lumbosacral scan: 75 slices of 512 x 512 in a few seconds at most") {
  const fs::path folder = test_data("ct-lumbosacral-vhf-dicom/dicom");
  if (folder.empty()) return;
  const auto start = std::chrono::steady_clock::now();
  const CtImport result = import_folder(folder);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  require_grid(result, {512, 512, 75}, {1.0, 1.0, 1.0}, {0.0, 0.0, 975.0});
  CHECK(result.info["hu_range"] == Json({-1024, 1531}));
  CHECK(seconds < 10.0);  // half a second on an idle desktop; the limit only catches an order of magnitude
}

TEST_CASE("proximal femur: the series is its density map divided by 0.8") {
  const fs::path folder = test_data("ct-proximal-femur");
  if (folder.empty()) return;
  const CtImport result = import_folder(folder / "dicom");
  CHECK(result.hu.size == Index3{119, 95, 113});
  const FloatImage density = read_float_image(folder / "density.nii.gz");
  // The series leaves out six padded slices and counts its voxels the other way, but both lie at the same place in the patient.
  double largest_mm = 0.0, largest_hu = 0.0;
  for (std::int64_t k = 0; k < 113; ++k)
    for (std::int64_t j = 0; j < 95; ++j)
      for (std::int64_t i = 0; i < 119; ++i) {
        const Vec3 index = density.to_index(result.hu.to_patient(Vec3(double(i), double(j), double(k))));
        const Vec3 nearest = index.array().round();
        largest_mm = std::max(largest_mm, (index - nearest).norm());
        REQUIRE(density.contains(std::int64_t(nearest[0]), std::int64_t(nearest[1]), std::int64_t(nearest[2])));
        const double expected = density.at(std::int64_t(nearest[0]), std::int64_t(nearest[1]), std::int64_t(nearest[2])) / 0.8;
        largest_hu = std::max(largest_hu, std::abs(result.hu.at(i, j, k) - expected));
      }
  CHECK(largest_mm < 1e-3);
  CHECK(largest_hu <= 0.5 + 1e-3);
}

TEST_CASE("one crop in many disguises gives one volume") {
  const fs::path variants = test_data("dicom-tricky/variants");
  if (variants.empty()) return;
  const CtImport reference = import_folder(variants / "00-reference");
  require_grid(reference, {96, 96, 20}, {0.78125, 0.78125, 1.0}, {-38.5, 184.75, -619.8});
  for (const char* name : {"01-jpegls-lossless", "02-jpeg2000-lossless", "03-jpeg-lossless-sv1", "04-rle", "05-explicit-big-endian",
                           "08-duplicate-slices", "09-instance-number-descending", "10-foreign-files"}) {
    INFO(name);
    const CtImport result = import_folder(variants / name);
    CHECK(result.content_sha256 == reference.content_sha256);
    CHECK(result.info["lossy_compression"] == false);
    const std::string variant = name;
    CHECK(result.notes.empty() == (variant != "08-duplicate-slices" && variant != "10-foreign-files"));
  }
  CHECK(has_note(import_folder(variants / "08-duplicate-slices"), "2 duplicate slices were dropped"));
  CHECK(has_note(import_folder(variants / "10-foreign-files"), "2 files that are not DICOM ignored"));
  require_refused(variants / "06-missing-two-slices", {"2 slices are missing", "2 mm between z = -614.80 mm and z = -612.80 mm",
                                                       "z = -609.80 mm and z = -607.80 mm"});
}

TEST_CASE("a file cut short is refused in every transfer syntax") {
  const fs::path variants = test_data("dicom-tricky/variants");
  if (variants.empty()) return;
  for (const char* name : {"00-reference", "01-jpegls-lossless", "02-jpeg2000-lossless", "03-jpeg-lossless-sv1", "04-rle",
                           "05-explicit-big-endian"}) {
    INFO(name);
    TemporaryFolder temporary;
    const fs::path copy = temporary.path() / "scan";
    fs::copy(variants / name, copy);
    const fs::path file = copy / "IM0007.dcm";
    REQUIRE(fs::exists(file));
    fs::permissions(file, fs::perms::owner_all);
    fs::resize_file(file, fs::file_size(file) - 3000);
    require_refused(copy, {"IM0007.dcm", "truncated"});
  }
}

TEST_CASE("two series in one folder: each can be chosen, and they differ as documented") {
  const fs::path folder = test_data("dicom-tricky/variants/07-two-series-mixed-random-names-no-extension");
  if (folder.empty()) return;
  require_refused(folder, {"2 CT series", "'961341' (20 slices", "'793179' (20 slices", "ct.series_uid"});
  ImportOptions first, second;
  first.series_uid = "961341";
  second.series_uid = "793179";
  const CtImport a = import_folder(folder, first), b = import_folder(folder, second);
  CHECK(std::abs((a.hu.origin_Patient - b.hu.origin_Patient).z()) == Approx(3.0).margin(1e-3));
  const int offset = int(b.hu.data[0]) - int(a.hu.data[0]);
  CHECK(std::abs(offset) == 24);
  for (std::size_t n = 0; n < a.hu.data.size(); ++n) REQUIRE(b.hu.data[n] - a.hu.data[n] == offset);
}

TEST_CASE("a head scan with tilted gantry and three slice distances is refused with the distances") {
  const fs::path folder = test_data("dicom-tricky/real-ge-tilt-variable-spacing");
  if (folder.empty()) return;
  require_refused(folder, {"unevenly spaced", "1.08 to 7"});
}

TEST_CASE("single odd files are refused for what they are") {
  const fs::path folder = test_data("dicom-tricky/pydicom-files");
  if (folder.empty()) return;
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"CT_small.dcm", "single slice"},
      {"J2K_pixelrep_mismatch.dcm", "single slice"},
      {"ExplVR_BigEnd.dcm", "1 US"},
      {"ExplVR_BigEndNoMeta.dcm", "no image (1 RTPLAN)"},
      {"ExplVR_LitEndNoMeta.dcm", "no image (1 RTPLAN)"},
      {"JPEG2000-embedded-sequence-delimiter.dcm", "1 NM"},
      {"JPEG2000.dcm", "1 NM"},
      {"MR_small_RLE.dcm", "1 MR"},
      {"MR_small_bigendian.dcm", "1 MR"},
      {"MR_small_jpeg_ls_lossless.dcm", "1 MR"},
      {"MR_small_padded.dcm", "1 MR"},
      {"MR_truncated.dcm", "1 MR"},
      {"badVR.dcm", "1 RTDOSE"},
      {"image_dfl.dcm", "1 OT"},
      {"meta_missing_tsyntax.dcm", "damaged or cut off"},
      {"nested_priv_SQ.dcm", "no image"},
      {"no_meta.dcm", "no DICOM image"},
      {"no_meta_group_length.dcm", "no image"},
      {"rtplan_truncated.dcm", "damaged or cut off"},
      {"rtstruct.dcm", "no image (1 RTSTRUCT)"},
  };
  for (const auto& [name, reason] : expected) {
    INFO(name);
    require_refused(folder / name, {reason});
  }
}

TEST_CASE("a real scan survives the way out and in again") {
  const fs::path folder = test_data("ct-cervicothoracic-lidc0314-dicom/dicom");
  if (folder.empty()) return;
  const CtImport first = import_folder(folder);
  TemporaryFolder temporary;
  write_dicom_series(temporary.path() / "series", first.hu, series_options(), Progress());
  CHECK(import_folder(temporary.path() / "series").content_sha256 == first.content_sha256);
  write_image(temporary.path() / "scan.nrrd", first.hu);
  CHECK(import_folder(temporary.path() / "scan.nrrd").content_sha256 == first.content_sha256);
}
