#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"
#include "geometry/io/mesh_file.h"

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

}  // namespace spongiosa::geometry
