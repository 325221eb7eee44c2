// Image files: values and geometry come back, bytes repeat, bad files are refused and nothing is half-written.
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "geometry/image/image_file.h"
#include "tests/geometry/ct/small_scan.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

namespace {

template <class Action>
void require_fails(Action action, ExitCode code, const std::string& part) {
  try {
    action();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.code() == code);
    CHECK(std::string(error.what()).find(part) != std::string::npos);
    return;
  }
  FAIL("no error; expected: " << part);
}

/// NRRD with raw little-endian shorts 0, 1, 2 ...
void write_nrrd(const fs::path& file, const std::string& sizes, const std::string& geometry, int count) {
  std::string text = "NRRD0004\ntype: short\ndimension: " + std::to_string(1 + std::count(sizes.begin(), sizes.end(), ' ')) +
                     "\nsizes: " + sizes + "\n" + geometry + "endian: little\nencoding: raw\n\n";
  for (int n = 0; n < count; ++n) text += {char(n & 0xff), char(n >> 8)};
  write_text_file(file, text);
}

constexpr const char* kPlainGeometry =
    "space: left-posterior-superior\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nspace origin: (0,0,0)\n";

/// A NIfTI-1 single file of 2 x 3 x 4 shorts 0, 1, 2 ... with the given sform rows.
void write_nifti(const fs::path& file, const float (&srow)[3][4], const float (&pixdim)[3], short qform_code, short sform_code) {
  std::string bytes(352, '\0');
  const auto put = [&](std::size_t at, const auto& value) { std::memcpy(bytes.data() + at, &value, sizeof(value)); };
  put(0, int(348));
  const short dim[8] = {3, 2, 3, 4, 1, 1, 1, 1};
  put(40, dim);
  put(70, short(4));   // DT_INT16
  put(72, short(16));
  const float pixdims[8] = {1, pixdim[0], pixdim[1], pixdim[2], 1, 1, 1, 1};
  put(76, pixdims);
  put(108, 352.0f);
  put(252, qform_code);
  put(254, sform_code);
  put(280, srow);
  std::memcpy(bytes.data() + 344, "n+1", 4);
  for (short n = 0; n < 24; ++n) bytes.append(reinterpret_cast<const char*>(&n), 2);
  write_text_file(file, bytes);
}

}  // namespace

TEST_CASE("values and geometry of every type survive NRRD and MetaImage exactly") {
  TemporaryFolder folder;
  for (const HuImage& image : {small_scan(), oblique_scan()}) {
    for (const char* name : {"a.nrrd", "a.mha", "A.NRRD"}) {
      INFO(name);
      const fs::path file = folder.path() / name;
      write_image(file, image);
      const HuImage hu = read_hu_image(file);
      CHECK(hu.data == image.data);
      require_same_grid(hu, image, 1e-12);

      FloatImage real = image.like<float>();
      for (std::size_t n = 0; n < real.data.size(); ++n) real.data[n] = float(image.data[n]) / 7.0f;
      write_image(file, real);
      CHECK(read_float_image(file).data == real.data);
      require_fails([&] { read_hu_image(file); }, ExitCode::kBadInput, "not a Hounsfield number");

      LabelImage labels = image.like<std::uint8_t>();
      for (std::size_t n = 0; n < labels.data.size(); ++n) labels.data[n] = std::uint8_t(n % 256);
      write_image(file, labels);
      CHECK(read_label_image(file).data == labels.data);
      require_same_grid(read_hu_image(file), image, 1e-12);
    }
  }
}

TEST_CASE("NIfTI keeps values exactly and the patient frame within its float header") {
  TemporaryFolder folder;
  for (const HuImage& image : {small_scan(), oblique_scan()})
    for (const char* name : {"a.nii", "a.nii.gz"}) {
      write_image(folder.path() / name, image);
      const HuImage hu = read_hu_image(folder.path() / name);
      CHECK(hu.data == image.data);
      require_same_grid(hu, image, 1e-4);
      const Mat3 error = hu.direction.transpose() * hu.direction - Mat3::Identity();
      CHECK(error.cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("the same image gives the same bytes, and no other file is left") {
  TemporaryFolder folder;
  for (const char* ending : {".nrrd", ".mha", ".nii.gz", ".nii"}) {
    const fs::path first = folder.path() / "x" / (std::string("image") + ending), second = folder.path() / "y" / (std::string("image") + ending);
    write_image(first, oblique_scan());
    write_image(second, oblique_scan());
    INFO(ending);
    CHECK(sha256_file(first) == sha256_file(second));
    write_image(first, small_scan());
    CHECK(sha256_file(first) != sha256_file(second));
  }
  CHECK(std::distance(fs::directory_iterator(folder.path() / "x"), fs::directory_iterator()) == 4);
}

TEST_CASE("a left-handed file becomes right-handed without a voxel changing its place") {
  TemporaryFolder folder;
  const fs::path file = folder.path() / "left.nrrd";
  write_nrrd(file, "2 3 4", "space: left-posterior-superior\nspace directions: (1,0,0) (0,1.5,0) (0,0,-2)\nspace origin: (10,20,30)\n", 24);
  const HuImage image = read_hu_image(file);
  CHECK(image.direction.isApprox(Mat3::Identity()));
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i)
        CHECK(image.sample(Vec3(10 + i, 20 + 1.5 * j, 30 - 2 * k)) == Approx(i + 2 * j + 6 * k));
}

TEST_CASE("RAS files arrive in LPS") {
  TemporaryFolder folder;
  const fs::path nrrd = folder.path() / "ras.nrrd";
  write_nrrd(nrrd, "2 3 4", "space: right-anterior-superior\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nspace origin: (10,20,30)\n", 24);
  const fs::path nifti = folder.path() / "ras.nii";
  write_nifti(nifti, {{1, 0, 0, 10}, {0, 1, 0, 20}, {0, 0, 2, 30}}, {1, 1, 2}, 0, 1);
  for (const fs::path& file : {nrrd, nifti}) {
    INFO(file);
    const HuImage image = read_hu_image(file);
    CHECK((image.origin_Patient - Vec3(-10, -20, 30)).norm() < 1e-6);
    CHECK(image.sample(Vec3(-11, -22, 36)) == Approx(1 + 2 * 2 + 6 * 3));
  }
}

TEST_CASE("a NIfTI whose axes are perpendicular but for the rounding of floats is read") {
  TemporaryFolder folder;
  const fs::path file = folder.path() / "rounded.nii";
  const float srow[3][4] = {{0.03572637215f, -0.00285262847f, 1.99901103973f, -77.694f},
                            {-0.99618685245f, 0.07954403758f, 0.07169076800f, 218.0f},
                            {-0.07959516346f, -0.99682724476f, 1.37264692e-07f, -808.578f}};
  write_nifti(file, srow, {1.0f, 1.0f, 2.00029612f}, 0, 2);
  const HuImage image = read_hu_image(file);
  CHECK((image.spacing_mm - Vec3(1, 1, 2.00029612)).norm() < 1e-6);
  for (int axis = 0; axis < 3; ++axis) {
    Vec3 index = Vec3::Zero();
    index[axis] = axis + 1.0;
    const Vec3 lps(-(srow[0][axis] * (axis + 1) + srow[0][3]), -(srow[1][axis] * (axis + 1) + srow[1][3]), srow[2][axis] * (axis + 1) + srow[2][3]);
    CHECK(image.sample(lps) == Approx(axis == 0 ? 1 : axis == 1 ? 4 : 18).margin(1e-3));
  }
}

TEST_CASE("a NIfTI without orientation is read, and the import says that sides are unknown") {
  TemporaryFolder folder;
  write_nifti(folder.path() / "bare.nii", {}, {1, 1, 2}, 0, 0);
  CHECK(read_hu_image(folder.path() / "bare.nii").spacing_mm == Vec3(1, 1, 2));
  const HuImage image = small_scan();
  write_image(folder.path() / "scan.nii", image);
  std::string bytes = read_text_file(folder.path() / "scan.nii");
  std::memset(bytes.data() + 252, 0, 4);
  write_text_file(folder.path() / "scan.nii", bytes);
  CHECK(has_note(import_folder(folder.path() / "scan.nii"), "no patient orientation"));
}

TEST_CASE("files that are not one 3-D scalar image on a straight grid are refused") {
  TemporaryFolder folder;
  const fs::path file = folder.path() / "bad.nrrd";
  SECTION("not there") {
    require_fails([&] { read_hu_image(file); }, ExitCode::kIo, "there is no file");
  }
  SECTION("unknown ending") {
    require_fails([&] { read_hu_image(folder.path() / "scan.png"); }, ExitCode::kBadInput, "no ending that names an image format");
    require_fails([&] { write_image(folder.path() / "scan.tif", small_scan()); }, ExitCode::kBadInput, "no ending");
  }
  SECTION("two dimensions") {
    write_nrrd(file, "4 6", "", 24);
    require_fails([&] { read_hu_image(file); }, ExitCode::kBadInput, "2-D image");
  }
  SECTION("several volumes") {
    write_nrrd(file, "2 3 2 2", "", 24);
    require_fails([&] { read_hu_image(file); }, ExitCode::kBadInput, "2 volumes");
  }
  SECTION("several values per voxel") {
    write_nrrd(file, "3 2 2 2", std::string("kinds: vector space space space\nspace: left-posterior-superior\nspace directions: none (1,0,0) (0,1,0) (0,0,1)\n"), 24);
    require_fails([&] { read_hu_image(file); }, ExitCode::kBadInput, "3 values per voxel");
  }
  SECTION("sheared grid") {
    const float srow[3][4] = {{1, 0, 0, 0}, {0, 1, 0.6f, 0}, {0, 0, 2, 0}};
    write_nifti(folder.path() / "bad.nii", srow, {1, 1, 2}, 0, 1);
    require_fails([&] { read_hu_image(folder.path() / "bad.nii"); }, ExitCode::kBadInput, "not perpendicular");
  }
  SECTION("cut off") {
    for (const char* name : {"cut.nrrd", "cut.mha", "cut.nii.gz", "cut.nii"}) {
      INFO(name);
      write_image(folder.path() / name, small_scan());
      fs::resize_file(folder.path() / name, fs::file_size(folder.path() / name) - 300);
      require_fails([&] { read_hu_image(folder.path() / name); }, ExitCode::kBadInput, "cannot read");
      try {
        read_hu_image(folder.path() / name);
      } catch (const Error& error) {
        CHECK(std::string(error.what()).find("0x") == std::string::npos);  // no addresses of objects
      }
    }
  }
  SECTION("labels beyond a byte") {
    write_nrrd(file, "2 3 50", kPlainGeometry, 300);
    require_fails([&] { read_label_image(file); }, ExitCode::kBadInput, "the value 256");
    CHECK(read_hu_image(file).at(1, 2, 49) == 299);
  }
}

TEST_CASE("what cannot be written leaves the old file as it was") {
  TemporaryFolder folder;
  const fs::path file = folder.path() / "kept.nrrd";
  write_image(file, small_scan());
  const std::string before = sha256_file(file);
  HuImage broken = small_scan();
  broken.data.pop_back();
  require_fails([&] { write_image(file, broken); }, ExitCode::kBadInput, "data do not match");
  CHECK(sha256_file(file) == before);
  fs::create_directory(folder.path() / "taken.nrrd");
  require_fails([&] { write_image(folder.path() / "taken.nrrd", small_scan()); }, ExitCode::kIo, "cannot rename");
  require_fails([&] { write_image(folder.path() / "kept.nrrd" / "x.nrrd", small_scan()); }, ExitCode::kIo, "cannot write");
  require_fails([&] { write_image(folder.path() / "two.mhd", small_scan()); }, ExitCode::kBadInput, "two files");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2);
}
