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

struct StlStream::Impl {
  explicit Impl(const std::filesystem::path& file) : out(file), bytes(out.stream()) {}
  AtomicFile out;
  ByteWriter bytes;
  std::uint64_t triangles = 0;
};

StlStream::StlStream(const std::filesystem::path& file, const std::string& header) {
  if (header.size() > 80) fail_input("the STL header '{}' has {} bytes, at most 80 are allowed", header, header.size());
  if (header.rfind("solid", 0) == 0)
    fail_input("the STL header must not start with 'solid', readers would take '{}' for a text file", file.string());
  impl_ = std::make_unique<Impl>(file);
  std::string padded = header;
  padded.resize(84, '\0');  // the number of triangles follows when it is known
  impl_->bytes.put(padded.data(), padded.size());
}
StlStream::~StlStream() = default;

void StlStream::add(const Vec3f* corners, std::size_t triangles) {
  impl_->triangles += triangles;
  if (impl_->triangles > std::numeric_limits<std::uint32_t>::max())
    fail_computation("more than 4294967295 triangles do not fit into an STL file: use larger voxels");
  for (const Vec3f* t = corners; t != corners + 3 * triangles; t += 3) {
    const Vec3f normal = unit_normal(t[0], t[1], t[2]);
    const float record[12] = {normal[0], normal[1], normal[2], t[0][0], t[0][1], t[0][2], t[1][0], t[1][1], t[1][2], t[2][0], t[2][1], t[2][2]};
    impl_->bytes.put(record, sizeof record);
    impl_->bytes.put(std::uint16_t(0));
  }
}

std::filesystem::path StlStream::finish() {
  impl_->bytes.flush();
  std::ostream& stream = impl_->out.stream();
  stream.seekp(80);
  const auto count = std::uint32_t(impl_->triangles);
  stream.write(reinterpret_cast<const char*>(&count), sizeof count);
  stream.flush();
  if (!stream) fail_io("writing failed: is the disk full?");
  return impl_->out.part_path();
}

void StlStream::commit() { impl_->out.commit(); }

void write_stl(const std::filesystem::path& file, const TriangleMesh& mesh, const std::string& header, const Progress& progress) {
  StlStream out(file, header);
  for (std::size_t n = 0; n < mesh.triangles.size(); ++n) {
    if (n % (1 << 20) == 0) progress.report(double(n) / double(mesh.triangles.size()), "writing STL");
    const auto& t = mesh.triangles[n];
    const Vec3f corners[3] = {mesh.vertices[t[0]], mesh.vertices[t[1]], mesh.vertices[t[2]]};
    out.add(corners, 1);
  }
  out.finish();
  out.commit();
  progress.report(1.0, "writing STL");
}

}  // namespace spongiosa::geometry
