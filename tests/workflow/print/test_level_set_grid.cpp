#include "tests/test_data.h"
#include "workflow/print/level_set_grid.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;
using geometry::LevelSet;

namespace {

LevelSet ball(const char* name, double radius_mm) {
  geometry::Box box;
  box.min = Vec3::Constant(-2.0);
  box.max = Vec3::Constant(2.0);
  return LevelSet::from_function(name, geometry::Frame(), box, 0.2, 3.0, [radius_mm](const Vec3& p) { return p.norm() - radius_mm; });
}

}  // namespace

TEST_CASE("the part among a file's level sets is the one named so, wherever it stands") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "case.vdb").string();
  for (const char* part : {"implant", "lattice"}) {
    geometry::write_vdb(file, {ball("body", 1.5), ball(part, 1.0), ball("porous", 1.2)}, Json::object());
    CHECK(load_level_set(file, "").name() == part);
    CHECK(load_level_set(file, "body").name() == "body");
  }
}

TEST_CASE("a single level set is the part, whatever its name") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "one.vdb").string();
  geometry::write_vdb(file, {ball("anything", 1.0)}, Json::object());
  CHECK(load_level_set(file, "").name() == "anything");
}

TEST_CASE("several level sets without a part are refused, as is a name that is not there") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "two.vdb").string();
  geometry::write_vdb(file, {ball("body", 1.5), ball("porous", 1.2)}, Json::object());
  CHECK_THROWS_WITH(load_level_set(file, ""), Catch::Contains("body, porous") && Catch::Contains("--grid"));
  CHECK_THROWS_WITH(load_level_set(file, "implant"), Catch::Contains("no grid 'implant'"));
}
