/// Wavefront OBJ: vertices and faces; normals, textures, groups and materials are passed over.

#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"
#include "geometry/io/mesh_file.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace spongiosa::geometry {

namespace {

/// The vertex of "7", "7/1", "7//2" or "-1" (counted from the end), from 0; -1 when it is none.
std::int64_t vertex_of(const std::string& word, std::size_t vertices) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || (end != word.data() + word.size() && *end != '/') || number == 0) return -1;
  number = number > 0 ? number - 1 : std::int64_t(vertices) + number;
  return number < std::int64_t(vertices) ? number : -1;
}

}  // namespace

TriangleMesh read_obj(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail_io("cannot read '{}'", file.string());
  TriangleMesh mesh;
  std::string line, word;
  std::vector<std::uint32_t> polygon;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    std::istringstream words(line);
    if (!(words >> word)) continue;
    if (word == "v") {
      double p[3];
      for (double& value : p)
        if (!(words >> value) || !std::isfinite(float(value))) fail_input("'{}' line {}: a vertex that is not three finite numbers", file.string(), number);
      if (mesh.vertices.size() + 1 >= std::numeric_limits<std::uint32_t>::max()) fail_computation("'{}' has more vertices than can be numbered", file.string());
      mesh.vertices.emplace_back(float(p[0]), float(p[1]), float(p[2]));
    } else if (word == "f") {
      polygon.clear();
      while (words >> word) {
        const std::int64_t v = vertex_of(word, mesh.vertices.size());
        if (v < 0) fail_input("'{}' line {}: '{}' is none of the {} vertices so far", file.string(), number, word, mesh.vertices.size());
        polygon.push_back(std::uint32_t(v));
      }
      if (polygon.size() < 3) fail_input("'{}' line {}: a face with {} corners", file.string(), number, polygon.size());
      for (std::size_t c = 2; c < polygon.size(); ++c) mesh.triangles.push_back({polygon[0], polygon[c - 1], polygon[c]});
    }
  }
  if (!in.eof()) fail_io("reading '{}' failed", file.string());
  return mesh;
}

void write_obj(const std::filesystem::path& file, const TriangleMesh& mesh, const Progress& progress) {
  AtomicFile out(file);
  ByteWriter bytes(out.stream());
  const double total = double(mesh.vertices.size() + mesh.triangles.size() + 1);
  std::size_t done = 0;
  char line[128];
  const auto put = [&](char kind, const auto& values, auto offset) {
    if (done++ % (1 << 20) == 0) progress.report(double(done) / total, "writing OBJ");
    char* end = line;
    *end++ = kind;
    for (int n = 0; n < 3; ++n) {
      *end++ = ' ';
      end = std::to_chars(end, line + sizeof line, values[std::size_t(n)] + offset).ptr;
    }
    *end++ = '\n';
    bytes.put(line, std::size_t(end - line));
  };
  constexpr std::string_view kComment = "# millimetres\n";
  bytes.put(kComment.data(), kComment.size());
  for (const Vec3f& v : mesh.vertices) put('v', v, 0.0f);
  for (const auto& t : mesh.triangles) put('f', t, std::uint64_t(1));
  bytes.flush();
  out.commit();
  progress.report(1.0, "writing OBJ");
}

}  // namespace spongiosa::geometry
