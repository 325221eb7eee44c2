#include "core/error.h"
#include "core/file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/surface/marching_cubes.h"
#include "tests/geometry/surface/sampled_field.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>
#include <pugixml.hpp>
#include <zip.h>

#include <cstring>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

TriangleMesh lattice_mesh() {
  return extract_surface(sampled(48, 0.05, Vec3(12.0, -80.0, -464.0),
                                 [](const Vec3& p) { return gyroid_block(p, 1.0, 1.1, 0.35); }), Progress());
}

/// Requires an error of this code whose text says `what`.
template <class F>
void require_error(ExitCode code, const std::string& what, F&& f) {
  try {
    f();
  } catch (const Error& error) {
    INFO(error.what());
    REQUIRE(error.code() == code);
    REQUIRE(std::string(error.what()).find(what) != std::string::npos);
    return;
  }
  FAIL("no error for: " << what);
}

std::string zip_entry(const std::filesystem::path& file, const char* name) {
  int code = 0;
  zip_t* archive = zip_open(file.c_str(), ZIP_RDONLY, &code);
  REQUIRE(archive);
  zip_stat_t stat;
  REQUIRE(zip_stat(archive, name, 0, &stat) == 0);
  std::string text(stat.size, '\0');
  zip_file_t* entry = zip_fopen(archive, name, 0);
  REQUIRE(zip_fread(entry, text.data(), text.size()) == zip_int64_t(stat.size));
  zip_fclose(entry);
  zip_discard(archive);
  return text;
}

}  // namespace

TEST_CASE("binary STL comes back as the same closed mesh") {
  TemporaryFolder folder;
  const TriangleMesh mesh = lattice_mesh();
  const auto file = folder.path() / "part.stl";
  write_stl(file, mesh, "case 7", Progress());
  REQUIRE(std::filesystem::file_size(file) == 84 + 50 * mesh.triangles.size());
  const TriangleMesh back = read_stl(file);
  REQUIRE(back.vertices.size() == mesh.vertices.size());
  REQUIRE(back.triangles.size() == mesh.triangles.size());
  const MeshReport a = check_mesh(mesh), b = check_mesh(back);
  REQUIRE(b.closed_two_manifold());
  REQUIRE(b.components == a.components);
  REQUIRE(b.volume_mm3 == Approx(a.volume_mm3).epsilon(1e-12));

  write_stl(folder.path() / "again.stl", mesh, "case 7", Progress());
  REQUIRE(read_text_file(file) == read_text_file(folder.path() / "again.stl"));
  // Stored normals are unit vectors that agree with the corners.
  const std::string bytes = read_text_file(file);
  for (std::size_t n = 0; n < mesh.triangles.size(); n += 97) {
    float v[12];
    std::memcpy(v, bytes.data() + 84 + 50 * n, sizeof v);
    const Vec3f normal(v[0], v[1], v[2]), u(v[6] - v[3], v[7] - v[4], v[8] - v[5]);
    REQUIRE(normal.norm() == Approx(1.0).margin(1e-5));
    REQUIRE(normal.dot(u) / u.norm() == Approx(0.0).margin(1e-4));
  }
}

TEST_CASE("STL headers that break readers are refused, and nothing is left behind") {
  TemporaryFolder folder;
  const auto file = folder.path() / "part.stl";
  require_error(ExitCode::kBadInput, "at most 80", [&] { write_stl(file, lattice_mesh(), std::string(81, 'x'), Progress()); });
  require_error(ExitCode::kBadInput, "solid", [&] { write_stl(file, lattice_mesh(), "solid part", Progress()); });
  const Progress stop([](double, const std::string&) { throw Error(ExitCode::kCancelled, "stop"); });
  require_error(ExitCode::kCancelled, "stop", [&] { write_stl(file, lattice_mesh(), "case", stop); });
  require_error(ExitCode::kCancelled, "stop", [&] { write_3mf(file, lattice_mesh(), Json::object(), stop); });
  REQUIRE(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("text STL") {
  TemporaryFolder folder;
  const auto file = folder.path() / "text.stl";
  const std::string facet = "facet normal 0 0 1\n outer loop\n vertex 0 0 0\n vertex 1.5e0 0 +0.0\n vertex 0 -2 1E-1\n endloop\nendfacet\n";
  write_text_file(file, "solid a part with words\r\n" + facet + facet + "endsolid a part\nsolid\n" + facet + "endsolid\n");
  const TriangleMesh mesh = read_stl(file);
  REQUIRE(mesh.triangles.size() == 3);
  REQUIRE(mesh.vertices.size() == 3);
  REQUIRE(mesh.vertices[2] == Vec3f(0.0f, -2.0f, 0.1f));

  write_text_file(file, "solid\n" + facet + "facet normal 0 0 1\n outer loop\n vertex 0 0");
  require_error(ExitCode::kBadInput, "cut short", [&] { read_stl(file); });
  write_text_file(file, "solid\n" + facet);
  require_error(ExitCode::kBadInput, "cut short", [&] { read_stl(file); });
  write_text_file(file, "solid\nfacet normal 0 0 1\nouter loop\nvertex 0 zero 0\n");
  require_error(ExitCode::kBadInput, "line 4: 'zero'", [&] { read_stl(file); });
  write_text_file(file, "solid\nfacet normal 0 0 1\nouter loop\nvertex 0 nan 0\n");
  require_error(ExitCode::kBadInput, "'nan'", [&] { read_stl(file); });
  write_text_file(file, "solid empty\nendsolid empty\n");
  require_error(ExitCode::kBadInput, "no triangle", [&] { read_stl(file); });
}

TEST_CASE("damaged binary STL is told apart") {
  TemporaryFolder folder;
  const auto file = folder.path() / "part.stl";
  write_stl(file, lattice_mesh(), "case 7", Progress());
  std::string bytes = read_text_file(file);
  write_text_file(file, bytes.substr(0, bytes.size() - 1));
  require_error(ExitCode::kBadInput, "promises", [&] { read_stl(file); });
  write_text_file(file, bytes.substr(0, 40));
  require_error(ExitCode::kBadInput, "too short", [&] { read_stl(file); });
  const float bad = std::numeric_limits<float>::infinity();
  std::string infinite = bytes;
  std::memcpy(infinite.data() + 84 + 50 * 11 + 16, &bad, sizeof bad);
  write_text_file(file, infinite);
  require_error(ExitCode::kBadInput, "triangle 11", [&] { read_stl(file); });
  require_error(ExitCode::kIo, "cannot read", [&] { read_stl(folder.path() / "absent.stl"); });
  // A binary header that begins with "solid" is still binary.
  std::memcpy(bytes.data(), "solid", 5);
  write_text_file(file, bytes);
  REQUIRE(check_mesh(read_stl(file)).closed_two_manifold());
}

TEST_CASE("PLY comes back bit for bit, damage is found") {
  TemporaryFolder folder;
  const auto file = folder.path() / "part.ply";
  const TriangleMesh mesh = lattice_mesh();
  write_ply(file, mesh, Progress());
  const TriangleMesh back = read_ply(file);
  REQUIRE(back.vertices == mesh.vertices);
  REQUIRE(back.triangles == mesh.triangles);
  write_ply(folder.path() / "empty.ply", TriangleMesh(), Progress());
  REQUIRE(read_ply(folder.path() / "empty.ply").vertices.empty());

  std::string bytes = read_text_file(file);
  write_text_file(file, bytes.substr(0, bytes.size() - 5));
  require_error(ExitCode::kBadInput, "cut off", [&] { read_ply(file); });
  bytes.back() = char(0xff);  // a vertex number beyond the vertices
  write_text_file(file, bytes);
  require_error(ExitCode::kBadInput, "face", [&] { read_ply(file); });
  const auto refused = [&](const std::string& text, const std::string& word) {
    write_text_file(file, text);
    require_error(ExitCode::kBadInput, word, [&] { read_ply(file); });
  };
  refused("solid", "begin with 'ply'");
  refused("ply\nformat ascii 1.0\n", "header does not end");
  refused("ply\nend_header\n", "no format");
  refused("ply\nformat zip 1.0\nend_header\n", "'zip'");
  refused("ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n0\n", "'quad'");
  refused("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0\n", "no x, y and z");
  const std::string triangle = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
                               "element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n";
  refused(triangle + "0 1 word\n", "no number");
  refused(triangle + "0 1 0\n2 0 1\n", "2 corners");
  refused(triangle + "0 1 0\n3 0 1 -1\n", "vertex -1");
  require_error(ExitCode::kIo, "cannot read", [&] { read_ply(folder.path() / "absent.ply"); });
}

TEST_CASE("PLY of other programs: text and big-endian, further properties and elements, polygons") {
  TemporaryFolder folder;
  const auto file = folder.path() / "other.ply";
  const std::string header = "element vertex 4\nproperty double x\nproperty double y\nproperty double z\nproperty uchar red\n"
                             "element edge 1\nproperty int vertex1\nproperty int vertex2\n"
                             "element face 1\nproperty uchar flags\nproperty list uchar ushort vertex_index\nend_header\n";
  write_text_file(file, "ply\r\nformat ascii 1.0\r\ncomment x\r\n" + header + "0 0 0 9\n1 0 0 9\n1 1 0 9\n0 1 0.5 9\n0 1\n7 4 0 1 2 3\n");
  const TriangleMesh text = read_ply(file);
  REQUIRE(text.vertices == std::vector<Vec3f>{{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0.5}});
  REQUIRE(text.triangles == std::vector<std::array<std::uint32_t, 3>>{{0, 1, 2}, {0, 2, 3}});

  std::string bytes = "ply\nformat binary_big_endian 1.0\n" + header;
  const auto put = [&](auto value) {
    std::string raw(sizeof value, '\0');
    std::memcpy(raw.data(), &value, sizeof value);
    bytes.append(raw.rbegin(), raw.rend());
  };
  for (const Vec3f& v : text.vertices) {
    for (int a = 0; a < 3; ++a) put(double(v[a]));
    put(std::uint8_t(9));
  }
  for (const std::int32_t v : {0, 1}) put(v);
  put(std::uint8_t(7));
  put(std::uint8_t(4));
  for (const int v : {0, 1, 2, 3}) put(std::uint16_t(v));
  write_text_file(file, bytes);
  const TriangleMesh binary = read_ply(file);
  REQUIRE(binary.vertices == text.vertices);
  REQUIRE(binary.triangles == text.triangles);
}

TEST_CASE("OBJ comes back bit for bit; polygons, relative numbers, textures; damage is found by line") {
  TemporaryFolder folder;
  const auto file = folder.path() / "part.obj";
  const TriangleMesh mesh = lattice_mesh();
  write_obj(file, mesh, Progress());
  const TriangleMesh back = read_mesh(file);
  REQUIRE(back.vertices == mesh.vertices);
  REQUIRE(back.triangles == mesh.triangles);
  write_text_file(file, "# x\no part\nv 0 0 0\nv 1 0 0 1\nvt 0 0\nv 1 1 0\nv 0 1 0\nf 1/1 2/1/1 3//1 -1\n");
  REQUIRE(read_obj(file).triangles == std::vector<std::array<std::uint32_t, 3>>{{0, 1, 2}, {0, 2, 3}});
  const auto refused = [&](const std::string& text, const std::string& word) {
    write_text_file(file, text);
    require_error(ExitCode::kBadInput, word, [&] { read_obj(file); });
  };
  refused("v 0 0\n", "line 1");
  refused("v 0 0 0\nf 1 1 2\n", "'2' is none of the 1");
  refused("v 0 0 0\nf 1 1 0\n", "'0'");
  refused("v 0 0 0\nf 1 1\n", "2 corners");
  require_error(ExitCode::kIo, "cannot read", [&] { read_obj(folder.path() / "absent.obj"); });
  require_error(ExitCode::kBadInput, ".obj", [&] { read_mesh("part.step"); });
}

TEST_CASE("3MF: parts, unit, metadata, and every coordinate unchanged") {
  TemporaryFolder folder;
  const auto file = folder.path() / "part.3mf";
  const TriangleMesh mesh = lattice_mesh();
  Json metadata;
  metadata["Title"] = "A & B <cage>";
  metadata["case_id"] = "L4-7";
  write_3mf(file, mesh, metadata, Progress());

  REQUIRE(zip_entry(file, "[Content_Types].xml").find("3dmanufacturing-3dmodel+xml") != std::string::npos);
  REQUIRE(zip_entry(file, "_rels/.rels").find("/3D/3dmodel.model") != std::string::npos);
  pugi::xml_document document;
  REQUIRE(document.load_string(zip_entry(file, "3D/3dmodel.model").c_str()));
  const pugi::xml_node model = document.child("model");
  REQUIRE(std::string(model.attribute("unit").value()) == "millimeter");
  REQUIRE(std::string(model.find_child_by_attribute("metadata", "name", "Title").text().get()) == "A & B <cage>");
  REQUIRE(std::string(model.find_child_by_attribute("metadata", "name", "spongiosa:case_id").text().get()) == "L4-7");
  REQUIRE(std::string(model.child("build").child("item").attribute("objectid").value()) ==
          model.child("resources").child("object").attribute("id").value());
  const pugi::xml_node xml_mesh = model.child("resources").child("object").child("mesh");
  TriangleMesh back;
  for (const pugi::xml_node v : xml_mesh.child("vertices").children("vertex"))
    back.vertices.emplace_back(v.attribute("x").as_float(), v.attribute("y").as_float(), v.attribute("z").as_float());
  for (const pugi::xml_node t : xml_mesh.child("triangles").children("triangle"))
    back.triangles.push_back({t.attribute("v1").as_uint(), t.attribute("v2").as_uint(), t.attribute("v3").as_uint()});
  REQUIRE(back.vertices == mesh.vertices);
  REQUIRE(back.triangles == mesh.triangles);

  // Same bytes again, and no file beside it.
  const std::string first = read_text_file(file);
  write_3mf(file, mesh, metadata, Progress());
  REQUIRE(read_text_file(file) == first);
  REQUIRE(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("3MF metadata that XML cannot hold is refused") {
  TemporaryFolder folder;
  const TriangleMesh mesh = lattice_mesh();
  const auto file = folder.path() / "part.3mf";
  require_error(ExitCode::kBadInput, "cannot name", [&] { write_3mf(file, mesh, Json{{"two words", "x"}}, Progress()); });
  require_error(ExitCode::kBadInput, "must be a text", [&] { write_3mf(file, mesh, Json{{"count", 3}}, Progress()); });
  require_error(ExitCode::kBadInput, "control character", [&] { write_3mf(file, mesh, Json{{"Title", "\x01"}}, Progress()); });
  require_error(ExitCode::kComputationFailed, "no triangle", [&] { write_3mf(file, TriangleMesh(), Json::object(), Progress()); });
  REQUIRE(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("scanned surfaces: defects as documented with the data") {
  const auto folder = test_data("mesh-chimp-femur");
  if (folder.empty()) return;
  const MeshReport outer = check_mesh(read_stl(folder / "chimp_femur_periosteal.stl"));
  REQUIRE(outer.triangles == 49994);
  REQUIRE(outer.open_edges == 0);
  REQUIRE(outer.non_manifold_edges == 12);
  const MeshReport inner = check_mesh(read_stl(folder / "chimp_femur_endosteal.stl"));
  REQUIRE(inner.triangles == 49993);
  REQUIRE(inner.open_edges == 10);
  REQUIRE(inner.non_manifold_edges == 67);
}
