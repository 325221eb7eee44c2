#include "core/error.h"
#include "core/file.h"
#include "geometry/io/byte_writer.h"
#include "geometry/io/mesh_file.h"

#include <limits>

namespace spongiosa::geometry {

namespace {

/// Unit normal of a triangle; zero when it has no area, as readers expect for "compute it yourself".
Vec3f unit_normal(const Vec3f& a, const Vec3f& b, const Vec3f& c) {
  const Vec3 u = (b - a).cast<double>(), v = (c - a).cast<double>();
  const Vec3 n(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
  const double length = n.norm();
  return length > 0.0 ? Vec3f((n / length).cast<float>()) : Vec3f::Zero();
}

}  // namespace

void write_stl(const std::filesystem::path& file, const TriangleMesh& mesh, const std::string& header, const Progress& progress) {
  if (header.size() > 80) fail_input("the STL header '{}' has {} bytes, at most 80 are allowed", header, header.size());
  if (header.rfind("solid", 0) == 0)
    fail_input("the STL header must not start with 'solid', readers would take '{}' for a text file", file.string());
  if (mesh.triangles.size() > std::numeric_limits<std::uint32_t>::max())
    fail_computation("{} triangles do not fit into an STL file (at most 4294967295): use larger voxels", mesh.triangles.size());

  AtomicFile out(file);
  ByteWriter bytes(out.stream());
  std::string padded = header;
  padded.resize(80, '\0');
  bytes.put(padded.data(), padded.size());
  bytes.put(std::uint32_t(mesh.triangles.size()));
  for (std::size_t n = 0; n < mesh.triangles.size(); ++n) {
    if (n % (1 << 20) == 0) progress.report(double(n) / double(mesh.triangles.size()), "writing STL");
    const auto& t = mesh.triangles[n];
    const Vec3f &a = mesh.vertices[t[0]], &b = mesh.vertices[t[1]], &c = mesh.vertices[t[2]];
    const Vec3f normal = unit_normal(a, b, c);
    const float record[12] = {normal[0], normal[1], normal[2], a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2]};
    bytes.put(record, sizeof record);
    bytes.put(std::uint16_t(0));
  }
  bytes.flush();
  out.commit();
  progress.report(1.0, "writing STL");
}

}  // namespace spongiosa::geometry
