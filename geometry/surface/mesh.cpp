#include "geometry/surface/mesh.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::geometry {

namespace {

/// Sum of term(triangle) with the same rounding for any thread count: partial sums over fixed blocks, added in order.
template <class F>
double sum_over_triangles(const TriangleMesh& mesh, F&& term) {
  constexpr std::size_t kBlock = 1 << 16;
  std::vector<double> partial((mesh.triangles.size() + kBlock - 1) / kBlock, 0.0);
  tbb::parallel_for(std::size_t(0), partial.size(), [&](std::size_t block) {
    const std::size_t last = std::min(mesh.triangles.size(), (block + 1) * kBlock);
    double sum = 0.0;
    for (std::size_t t = block * kBlock; t < last; ++t) {
      const auto& corner = mesh.triangles[t];
      sum += term(mesh.vertices[corner[0]].cast<double>(), mesh.vertices[corner[1]].cast<double>(),
                  mesh.vertices[corner[2]].cast<double>());
    }
    partial[block] = sum;
  });
  double total = 0.0;
  for (const double sum : partial) total += sum;
  return total;
}

Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

}  // namespace

Box TriangleMesh::bounds() const {
  Box box;
  for (const Vec3f& v : vertices) box.include(v.cast<double>());
  return box;
}

double TriangleMesh::volume_mm3() const {
  if (triangles.empty()) return 0.0;
  // Sum of signed tetrahedra to a point on the mesh, so that a far origin costs no digits.
  const Vec3 o = vertices[triangles[0][0]].cast<double>();
  return sum_over_triangles(*this, [&o](const Vec3& a, const Vec3& b, const Vec3& c) {
           return (a - o).dot(cross(b - o, c - o));
         }) / 6.0;
}

double TriangleMesh::area_mm2() const {
  return 0.5 * sum_over_triangles(
                   *this, [](const Vec3& a, const Vec3& b, const Vec3& c) { return cross(b - a, c - a).norm(); });
}

}  // namespace spongiosa::geometry
