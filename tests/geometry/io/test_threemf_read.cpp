#include "core/error.h"
#include "geometry/io/mesh_file.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>
#include <zip.h>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

TriangleMesh tetrahedron() {
  TriangleMesh mesh;
  mesh.vertices = {{0.1f, 0.2f, 0.3f}, {1.1f, 0.2f, 0.3f}, {0.1f, 1.2f, 0.3f}, {0.1f, 0.2f, 1.3f}};
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}};
  return mesh;
}

void write_zip(const std::filesystem::path& file, const std::string& name, const std::string& text) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  REQUIRE(archive);
  REQUIRE(zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), ZIP_FL_ENC_UTF_8) >= 0);
  REQUIRE(zip_close(archive) == 0);
}

std::string model(const std::string& unit, const std::string& build, const std::string& more = "") {
  return "<model unit=\"" + unit + "\"><resources><object id=\"1\"><mesh><vertices><vertex x=\"0\" y=\"0\" z=\"0\"/><vertex x=\"1\" y=\"0\" z=\"0\"/>"
         "<vertex x=\"0\" y=\"1\" z=\"0\"/><vertex x=\"0\" y=\"0\" z=\"1\"/></vertices><triangles><triangle v1=\"0\" v2=\"2\" v3=\"1\"/>"
         "<triangle v1=\"0\" v2=\"1\" v3=\"3\"/><triangle v1=\"1\" v2=\"2\" v3=\"3\"/><triangle v1=\"0\" v2=\"3\" v3=\"2\"/></triangles></mesh></object>" +
         more + "</resources><build>" + build + "</build></model>";
}

}  // namespace

TEST_CASE("3MF comes back as the mesh that was written") {
  const TemporaryFolder folder;
  const TriangleMesh mesh = tetrahedron();
  write_3mf(folder.path() / "a.3mf", mesh, Json::object(), Progress());
  const TriangleMesh back = read_3mf(folder.path() / "a.3mf");
  CHECK(back.vertices == mesh.vertices);
  CHECK(back.triangles == mesh.triangles);
}

TEST_CASE("3MF units, placements and components") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.3mf";
  // Moved by (2, 0, 0) and stretched twice along x; a mirrored copy keeps its outside outside.
  write_zip(file, "3D/3dmodel.model", model("centimeter", "<item objectid=\"1\" transform=\"2 0 0 0 1 0 0 0 1 2 0 0\"/>"
                                                          "<item objectid=\"1\" transform=\"-1 0 0 0 1 0 0 0 1 -5 0 0\"/>"));
  const TriangleMesh mesh = read_3mf(file);
  CHECK(mesh.volume_mm3() == Approx(1000.0 / 6.0 * 3.0));
  CHECK(mesh.bounds().max[0] == Approx(40.0));
  CHECK(mesh.bounds().min[0] == Approx(-60.0));
  // First the component's placement, then the item's: (x + 1) turned by 90 degrees about z lies along y.
  write_zip(file, "3D/3dmodel.model", model("millimeter", "<item objectid=\"2\" transform=\"0 1 0 -1 0 0 0 0 1 0 0 0\"/>",
                                            "<object id=\"2\"><components><component objectid=\"1\" transform=\"1 0 0 0 1 0 0 0 1 1 0 0\"/></components></object>"));
  const TriangleMesh turned = read_3mf(file);
  CHECK(turned.bounds().min[1] == Approx(1.0));
  CHECK(turned.bounds().max[1] == Approx(2.0));
  CHECK(turned.bounds().min[0] == Approx(-1.0));
}

TEST_CASE("damaged 3MF files are told apart") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.3mf";
  const auto refused = [&](const std::string& text, const std::string& what) {
    write_zip(file, "3D/3dmodel.model", text);
    CHECK_THROWS_WITH(read_3mf(file), Catch::Contains(what));
  };
  CHECK_THROWS_WITH(read_3mf(folder.path() / "none.3mf"), Catch::Contains("cannot read"));
  write_zip(file, "other.txt", "x");
  CHECK_THROWS_WITH(read_3mf(file), Catch::Contains("3D/3dmodel.model"));
  refused("<model", "not XML");
  refused("<other/>", "no <model>");
  refused(model("furlong", ""), "unit 'furlong'");
  refused(model("millimeter", ""), "no triangle");
  refused(model("millimeter", "<item objectid=\"7\"/>"), "object 7");
  refused(model("millimeter", "<item objectid=\"1\" transform=\"1 2\"/>"), "12 numbers");
  std::string far = model("millimeter", "<item objectid=\"1\"/>");
  far.replace(far.find("v1=\"0\""), 6, "v1=\"9\"");
  refused(far, "vertex 9");
}
