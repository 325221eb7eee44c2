// What write_spine_phantom leaves in its folder.
#include "core/error.h"
#include "core/hash.h"
#include "geometry/ct/import.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/phantom/spine_phantom.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

namespace {

SpinePhantomOptions coarse_options() {
  SpinePhantomOptions options;
  options.levels = {"C5", "C6"};
  options.in_plane_spacing_mm = 1.0;
  options.slice_spacing_mm = 1.25;
  return options;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("a phantom folder holds the series and the truth, the same bytes every time") {
  const TemporaryFolder first, second;
  const SpinePhantomOptions options = coarse_options();
  double last = 0.0;
  const auto truth = write_spine_phantom(first.path(), options, Progress([&](double fraction, const std::string&) {
                                           CHECK(fraction >= last - 1e-12);
                                           last = fraction;
                                         }));
  CHECK(last == Approx(1.0));
  write_spine_phantom(second.path(), options, Progress());

  const LabelImage labels = read_label_image(first.path() / "truth/labels.nrrd");
  const HuImage clean = read_hu_image(first.path() / "truth/hu_noise_free.nrrd");
  CHECK(labels.size == clean.size);
  CHECK(labels.spacing_mm.isApprox(Vec3(1.0, 1.0, 1.25), 1e-9));
  std::int64_t slices = 0;
  for (const auto& entry : fs::directory_iterator(first.path() / "dicom")) slices += entry.is_regular_file();
  CHECK(slices == labels.size[2]);
  // The series reads back as the scan that was drawn, in its place.
  const CtImport series = import_ct(first.path() / "dicom", {}, Progress());
  const PhantomScan scan = scan_spine_phantom(SpinePhantom(options), Progress());
  CHECK(series.hu.size == scan.hu.size);
  CHECK(series.hu.data == scan.hu.data);
  CHECK(series.hu.spacing_mm.isApprox(scan.hu.spacing_mm, 1e-6));
  CHECK((series.hu.origin_Patient - scan.hu.origin_Patient).norm() < 1e-3);
  CHECK(clean.data == scan.hu_noise_free.data);

  const Json document = read_json(first.path() / "truth/truth.json");
  REQUIRE(document["vertebrae"].size() == 2);
  CHECK(document["options"]["seed"] == options.seed);
  for (std::size_t i = 0; i < 2; ++i) {
    const Json& v = document["vertebrae"][i];
    CHECK(v["level"] == options.levels[i]);
    CHECK(v["height_posterior_mm"].get<double>() == Approx(truth[i].height_posterior_mm));
    const auto seed = document["seeds"][i]["p_Patient_mm"].get<std::vector<double>>();
    const Vec3 index = labels.to_index(Vec3(seed[0], seed[1], seed[2]));
    CHECK(labels.at(std::llround(index.x()), std::llround(index.y()), std::llround(index.z())) == i + 1);

    const fs::path stl = first.path() / "truth" / (options.levels[i] + ".stl");
    CHECK(fs::file_size(stl) < 5'000'000);
    const TriangleMesh mesh = read_stl(stl);
    CHECK(check_mesh(mesh).closed_two_manifold());
    double voxels = 0.0;
    for (std::uint8_t label : labels.data) voxels += label == i + 1;
    CHECK(voxels * labels.spacing_mm.prod() == Approx(mesh.volume_mm3()).epsilon(0.02));
  }

  const auto files = files_below(first.path());
  CHECK(files == files_below(second.path()));
  for (const fs::path& file : files) {
    INFO(file);
    CHECK(sha256_file(first.path() / file) == sha256_file(second.path() / file));
  }
}

TEST_CASE("nothing is written for bad options, and a file in the way is an input/output error") {
  const TemporaryFolder folder;
  SpinePhantomOptions options = coarse_options();
  options.disc_height_mm = 20.0;
  CHECK_THROWS_WITH(write_spine_phantom(folder.path() / "phantom", options, Progress()), Catch::Contains("disc_height_mm is 20"));
  CHECK_FALSE(fs::exists(folder.path() / "phantom"));
  std::ofstream(folder.path() / "file") << "in the way";
  try {
    write_spine_phantom(folder.path() / "file", coarse_options(), Progress());
    FAIL("was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kIo);
  }
}
