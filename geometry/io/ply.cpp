#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"
#include "geometry/io/mesh_file.h"

#include <fstream>
#include <sstream>

namespace spongiosa::geometry {

namespace {

constexpr const char* kLayout =
    "property float x\nproperty float y\nproperty float z\n";
constexpr const char* kFaceLayout = "property list uchar uint vertex_indices\n";

std::string header_text(std::uint64_t vertices, std::uint64_t triangles) {
  return fmt::format("ply\nformat binary_little_endian 1.0\ncomment unit millimeter\nelement vertex {}\n{}element face {}\n{}end_header\n",
                     vertices, kLayout, triangles, kFaceLayout);
}

#pragma pack(push, 1)
struct Face {
  std::uint8_t count;
  std::array<std::uint32_t, 3> corners;
};
#pragma pack(pop)
static_assert(sizeof(Face) == 13);

}  // namespace

void write_ply(const std::filesystem::path& file, const TriangleMesh& mesh, const Progress& progress) {
  AtomicFile out(file);
  out.stream() << header_text(mesh.vertices.size(), mesh.triangles.size());
  ByteWriter bytes(out.stream());
  const double total = double(mesh.vertices.size() + mesh.triangles.size() + 1);
  std::size_t done = 0;
  for (const Vec3f& v : mesh.vertices) {
    if (done++ % (1 << 20) == 0) progress.report(double(done) / total, "writing PLY");
    bytes.put(v.data(), 3 * sizeof(float));
  }
  for (const auto& t : mesh.triangles) {
    if (done++ % (1 << 20) == 0) progress.report(double(done) / total, "writing PLY");
    bytes.put(Face{3, t});
  }
  bytes.flush();
  out.commit();
  progress.report(1.0, "writing PLY");
}

TriangleMesh read_ply(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail_io("cannot read '{}'", file.string());
  // The header must be the one write_ply writes: this format is our own intermediate, not an import path.
  std::string header, line;
  std::uint64_t vertices = 0, triangles = 0;
  while (header.size() < 4096 && std::getline(in, line)) {
    header += line + "\n";
    std::istringstream words(line);
    std::string element, kind;
    std::uint64_t count = 0;
    if (words >> element >> kind >> count && element == "element") (kind == "vertex" ? vertices : triangles) = count;
    if (line == "end_header") break;
  }
  if (header != header_text(vertices, triangles))
    fail_input("'{}' is not a PLY file written by Spongiosa (binary little-endian triangles); convert it to STL", file.string());
  const std::uint64_t expected = header.size() + vertices * 3 * sizeof(float) + triangles * sizeof(Face);
  const std::uint64_t actual = std::filesystem::file_size(file);
  if (actual != expected || vertices > (std::uint64_t(1) << 32) || triangles > (std::uint64_t(1) << 36))
    fail_input("'{}' has {} bytes, its header promises {}: the file is damaged", file.string(), actual, expected);

  TriangleMesh mesh;
  mesh.vertices.resize(vertices);
  mesh.triangles.resize(triangles);
  in.read(reinterpret_cast<char*>(mesh.vertices.data()), std::streamsize(vertices * 3 * sizeof(float)));
  std::vector<Face> faces(4096);
  for (std::uint64_t n = 0; n < triangles; n += faces.size()) {
    const std::size_t count = std::size_t(std::min<std::uint64_t>(faces.size(), triangles - n));
    in.read(reinterpret_cast<char*>(faces.data()), std::streamsize(count * sizeof(Face)));
    for (std::size_t f = 0; f < count; ++f) {
      const std::array<std::uint32_t, 3> corners = faces[f].corners;
      if (faces[f].count != 3 || corners[0] >= vertices || corners[1] >= vertices || corners[2] >= vertices)
        fail_input("'{}': face {} is not a triangle of existing vertices: the file is damaged", file.string(), n + f);
      mesh.triangles[n + f] = corners;
    }
  }
  if (!in) fail_io("reading '{}' failed", file.string());
  return mesh;
}

}  // namespace spongiosa::geometry
