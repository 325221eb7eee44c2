#include "core/error.h"
#include "core/file.h"
#include "geometry/io/beam_lattice.h"
#include "geometry/io/mesh_file.h"
#include "geometry/io/threemf_package.h"
#include "tests/geometry/io/lib3mf_oracle.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <iostream>
#include <regex>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

TriangleMesh cube(float half) {
  TriangleMesh mesh;
  for (int c = 0; c < 8; ++c) mesh.vertices.push_back({c & 1 ? half : -half, c & 2 ? half : -half, c & 4 ? half : -half});
  mesh.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
  return mesh;
}

/// The diagonals of a cube, thinner towards the middle.
BeamLattice diagonals() {
  BeamLattice lattice;
  lattice.nodes = cube(1.0f).vertices;
  lattice.nodes.push_back(Vec3f(0.1f, 0.0f, 1.0f / 3.0f));
  for (std::uint32_t n = 0; n < 8; ++n) lattice.beams.push_back({n, 8, 0.25, 0.2});
  lattice.clipping = cube(0.9f);
  lattice.representation = cube(0.8f);
  return lattice;
}

}  // namespace

TEST_CASE("beam lattices read back as they were written, with clipping and representation mesh") {
  TemporaryFolder folder;
  const auto file = folder.path() / "beams.3mf";
  const BeamLattice lattice = diagonals();
  write_3mf_beams(file, lattice, Json{{"Title", "diagonals"}}, Progress());
  const std::string bytes = read_text_file(file);
  const BeamLattice back = read_3mf_beams(file);
  REQUIRE(back.nodes == lattice.nodes);
  REQUIRE(back.beams.size() == lattice.beams.size());
  for (std::size_t n = 0; n < 8; ++n) {
    CHECK((back.beams[n].from == n && back.beams[n].to == 8));
    CHECK(back.beams[n].from_radius_mm == Approx(0.25));
    CHECK(back.beams[n].to_radius_mm == Approx(0.2));
  }
  CHECK((back.clipping.vertices == lattice.clipping.vertices && back.clipping.triangles == lattice.clipping.triangles));
  CHECK((back.representation.vertices == lattice.representation.vertices && back.representation.triangles == lattice.representation.triangles));
  std::filesystem::remove(file);
  write_3mf_beams(file, lattice, Json{{"Title", "diagonals"}}, Progress());
  REQUIRE(read_text_file(file) == bytes);
  // A reader of triangles must not take the lattice for its meshes.
  REQUIRE_THROWS_WITH(read_3mf(file), Catch::Contains("beam lattice"));
  BeamLattice bare = lattice;
  bare.clipping = bare.representation = {};
  write_3mf_beams(file, bare, Json::object(), Progress());
  CHECK(read_3mf_beams(file).clipping.triangles.empty());
}

TEST_CASE("beam lattices that cannot be are refused, and nothing is left behind") {
  TemporaryFolder folder;
  const auto file = folder.path() / "beams.3mf";
  const auto refused = [&](const std::function<void(BeamLattice&)>& damage, const char* word) {
    BeamLattice lattice = diagonals();
    damage(lattice);
    REQUIRE_THROWS_WITH(write_3mf_beams(file, lattice, Json::object(), Progress()), Catch::Contains(word));
  };
  refused([](BeamLattice& l) { l.beams.clear(); }, "no beam");
  refused([](BeamLattice& l) { l.beams[2].to = 9; }, "beam 2 ends in a node that is not there");
  refused([](BeamLattice& l) { l.beams[3].to = 3; }, "beam 3 has no length");
  refused([](BeamLattice& l) { l.beams[1].to_radius_mm = 0.0; }, "expected numbers above 0");
  refused([](BeamLattice& l) { l.beams[1].from_radius_mm = NAN; }, "expected numbers above 0");
  REQUIRE(std::filesystem::is_empty(folder.path()));
  write_3mf(file, cube(1.0f), Json::object(), Progress());
  REQUIRE_THROWS_WITH(read_3mf_beams(file), Catch::Contains("no beam lattice"));
}

TEST_CASE("unique names are those of the production extension and follow from the content") {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const std::string one = threemf_uuid(mesh_hash(cube(1.0f)), "object 1");
  CHECK(std::regex_match(one, form));
  CHECK(one == threemf_uuid(mesh_hash(cube(1.0f)), "object 1"));
  CHECK(one != threemf_uuid(mesh_hash(cube(1.0f)), "build"));
  CHECK(one != threemf_uuid(mesh_hash(cube(1.001f)), "object 1"));
}

TEST_CASE("lib3mf reads meshes and beam lattices without a warning") {
  TemporaryFolder folder;
  const auto mesh = folder.path() / "mesh.3mf", beams = folder.path() / "beams.3mf", clipped = folder.path() / "clipped.3mf";
  write_3mf(mesh, cube(1.0f), Json{{"Title", "cube"}, {"case_id", "x-1"}}, Progress());
  BeamLattice lattice_written = diagonals();
  write_3mf_beams(clipped, lattice_written, Json::object(), Progress());
  lattice_written.clipping = {};
  write_3mf_beams(beams, lattice_written, Json{{"Title", "diagonals"}}, Progress());
  const auto of_mesh = ask_lib3mf(mesh);
  if (!of_mesh) {
    std::cout << "SKIPPED: lib3mf (Debian package lib3mf1) is not installed\n";
    return;
  }
  INFO(of_mesh->error);
  REQUIRE(of_mesh->read);
  CHECK(of_mesh->warnings == 0);
  REQUIRE(of_mesh->objects.size() == 1);
  CHECK((of_mesh->objects[0].vertices == 8 && of_mesh->objects[0].triangles == 12 && of_mesh->objects[0].has_uuid));
  const auto of_beams = ask_lib3mf(beams);
  INFO(of_beams->error);
  REQUIRE(of_beams->read);
  CHECK(of_beams->warnings == 0);
  REQUIRE(of_beams->objects.size() == 2);
  const Lib3mfObject& lattice = of_beams->objects[1];
  CHECK((lattice.vertices == 9 && lattice.triangles == 0 && lattice.beams == 8 && !lattice.clipped && lattice.represented && lattice.has_uuid));
  // The published extension calls it clippingmode; lib3mf 1.8.1 knows only the name of the draft, clipping, and refuses the other.
  const auto of_clipped = ask_lib3mf(clipped);
  if (of_clipped->read) {
    REQUIRE(of_clipped->objects.size() == 3);
    CHECK((of_clipped->objects[2].clipped && of_clipped->objects[2].beams == 8));
  } else {
    CHECK(of_clipped->error.find("attribute of the beamlattice is invalid") != std::string::npos);
  }
  // The oracle can say no.
  std::ofstream(folder.path() / "bad.3mf") << "not a package";
  CHECK_FALSE(ask_lib3mf(folder.path() / "bad.3mf")->read);
}
