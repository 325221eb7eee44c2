#include "core/error.h"
#include "geometry/levelset/level_set.h"
#include "geometry/levelset/vdb_image.h"
#include "tests/test_data.h"

#include <openvdb/openvdb.h>

#include <catch2/catch.hpp>

#include <fstream>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// value = i + 10 j + 100 k on a turned grid of 0.5 mm whose index 0 lies at (1, 2, 3).
void write_grid(const std::filesystem::path& file, bool twice, bool whole_numbers) {
  openvdb::initialize();
  const auto transform = openvdb::math::Transform::createLinearTransform(0.5);
  transform->postRotate(0.3, openvdb::math::Z_AXIS);
  transform->postTranslate(openvdb::Vec3d(1, 2, 3));
  openvdb::GridPtrVec grids;
  if (whole_numbers) {
    const auto grid = openvdb::Int32Grid::create(0);
    grid->tree().setValue(openvdb::Coord(0, 0, 0), 7);
    grids.push_back(grid);
  } else {
    const auto grid = openvdb::FloatGrid::create(-1.0f);
    for (int k = -2; k <= 3; ++k)
      for (int j = 0; j <= 4; ++j)
        for (int i = 1; i <= 5; ++i)
          if (i != 3 || j != 2) grid->tree().setValue(openvdb::Coord(i, j, k), float(i + 10 * j + 100 * k));
    grid->setTransform(transform);
    grids.push_back(grid);
    if (twice) grids.push_back(grid->deepCopy());
  }
  openvdb::io::File(file.string()).write(grids);
}

std::string error_of(const std::filesystem::path& file) {
  try {
    read_vdb_image(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a scalar VDB grid is read with its place, its turn and its background") {
  const TemporaryFolder folder;
  write_grid(folder.path() / "a.vdb", false, false);
  const FloatImage image = read_vdb_image(folder.path() / "a.vdb");
  CHECK(image.size == Index3{5, 5, 6});
  CHECK(image.spacing_mm.isApprox(Vec3::Constant(0.5)));
  CHECK(image.at(0, 0, 0) == 1.0f - 200.0f);
  CHECK(image.at(4, 4, 5) == 5.0f + 40.0f + 300.0f);
  CHECK(image.at(2, 2, 0) == -1.0f);
  const openvdb::Vec3d p = [] {
    const auto transform = openvdb::math::Transform::createLinearTransform(0.5);
    transform->postRotate(0.3, openvdb::math::Z_AXIS);
    transform->postTranslate(openvdb::Vec3d(1, 2, 3));
    return transform->indexToWorld(openvdb::Coord(4, 1, 2));
  }();
  CHECK(image.sample(Vec3(p.x(), p.y(), p.z())) == Approx(4 + 10 + 200));
}

TEST_CASE("VDB files that hold no single volume are refused") {
  const TemporaryFolder folder;
  write_grid(folder.path() / "two.vdb", true, false);
  CHECK_THAT(error_of(folder.path() / "two.vdb"), Catch::Contains("2 grids"));
  write_grid(folder.path() / "int.vdb", false, true);
  CHECK_THAT(error_of(folder.path() / "int.vdb"), Catch::Contains("int32"));
  std::ofstream(folder.path() / "text.vdb") << "no volume";
  CHECK_THAT(error_of(folder.path() / "text.vdb"), Catch::Contains("cannot read"));
}
