#include "lattice/grading/cross_field.h"

#include "core/error.h"

#include <Eigen/Dense>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace spongiosa::lattice {
namespace {

using Complex = std::complex<double>;
constexpr double kTwoPi = 2.0 * std::numbers::pi;
constexpr int kSymmetry = 4;
constexpr double kDiffusionPerVertex = 0.01;  ///< so that the reach of one diffusion is about a 20th of the surface's size

double wrapped(double angle) { return angle - kTwoPi * std::round(angle / kTwoPi); }

/// Tangent axes at every vertex, and how angles in them change from vertex to vertex.
struct TangentPlanes {
  std::vector<Vec3> normal, first, second;

  explicit TangentPlanes(const geometry::TriangleMesh& mesh) : normal(mesh.vertices.size(), Vec3::Zero()) {
    for (const auto& t : mesh.triangles) {
      const Vec3 a = mesh.vertices[t[0]].cast<double>(), b = mesh.vertices[t[1]].cast<double>(), c = mesh.vertices[t[2]].cast<double>();
      const Vec3 area = (b - a).cross(c - a);
      for (const auto v : t) normal[v] += area;
    }
    for (Vec3& n : normal) {
      n = n.norm() > 0.0 ? n.normalized() : Vec3(Vec3::UnitZ());
      const Vec3 axis = std::abs(n[0]) < 0.8 ? Vec3::UnitX() : Vec3::UnitY();
      first.push_back((axis - n.dot(axis) * n).normalized());
      second.push_back(n.cross(first.back()));
    }
  }
  /// A direction with angle phi at vertex i has angle phi + transport(i,j) when it is carried to j by the shortest rotation
  /// that takes one normal to the other. transport(j,i) = -transport(i,j).
  double transport(std::size_t i, std::size_t j) const {
    const Vec3 carried = Eigen::Quaterniond::FromTwoVectors(normal[i], normal[j]) * first[i];
    return std::atan2(carried.dot(second[j]), carried.dot(first[j]));
  }
};

/// Number of the connected piece of every vertex.
std::vector<std::uint32_t> pieces_of(const geometry::TriangleMesh& mesh) {
  std::vector<std::uint32_t> parent(mesh.vertices.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](std::uint32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
  };
  for (const auto& t : mesh.triangles)
    for (int e = 0; e < 3; ++e) {
      const std::uint32_t a = root(t[std::size_t(e)]), b = root(t[std::size_t((e + 1) % 3)]);
      parent[std::max(a, b)] = std::min(a, b);
    }
  for (std::uint32_t v = 0; v < parent.size(); ++v) parent[v] = root(v);
  return parent;
}

using Matrix = Eigen::SparseMatrix<Complex>;
using Factors = Eigen::SimplicialLDLT<Matrix>;

void factorise(Factors& factors, const Matrix& matrix) {
  factors.compute(matrix);
  if (factors.info() != Eigen::Success) fail_computation("the cross field of a surface of {} vertices cannot be factorised", matrix.rows());
}

/// Sum over the edges of |z_j - r z_i|^2, with r the transport of fourth powers.
Matrix connection_laplacian(const geometry::TriangleMesh& mesh, const TangentPlanes& planes) {
  std::vector<Eigen::Triplet<Complex>> entries;
  for (const auto& t : mesh.triangles)
    for (std::size_t e = 0; e < 3; ++e) {
      const int i = int(t[e]), j = int(t[(e + 1) % 3]);
      const Complex r = std::polar(1.0, kSymmetry * planes.transport(t[e], t[(e + 1) % 3]));
      // Every edge is met once in either direction; half its weight each time.
      entries.emplace_back(i, i, 0.5);
      entries.emplace_back(j, j, 0.5);
      entries.emplace_back(j, i, -0.5 * r);
      entries.emplace_back(i, j, -0.5 * std::conj(r));
    }
  Matrix laplacian{Eigen::Index(mesh.vertices.size()), Eigen::Index(mesh.vertices.size())};
  laplacian.setFromTriplets(entries.begin(), entries.end());
  return laplacian;
}

/// The start is the least eigenvector, by inverse iteration on every connected piece for itself; then the field is diffused and
/// brought back to unit length in turn, which moves singular points apart.
Eigen::VectorXcd smoothest(const geometry::TriangleMesh& mesh, const TangentPlanes& planes) {
  const Matrix laplacian = connection_laplacian(mesh, planes);
  const Eigen::Index n = laplacian.rows();
  Matrix one(n, n);
  one.setIdentity();
  Factors factors;
  factorise(factors, laplacian + Complex(1e-9) * one);
  const std::vector<std::uint32_t> piece = pieces_of(mesh);
  Eigen::VectorXcd z(n);
  for (Eigen::Index v = 0; v < n; ++v) z[v] = std::polar(1.0, 1.0 + 2.399963 * double(v));  // no symmetry of its own
  constexpr int kInverseIterations = 30, kDiffusions = 60;
  for (int iteration = 0; iteration < kInverseIterations; ++iteration) {
    z = factors.solve(z).eval();
    std::vector<double> squared(std::size_t(n), 0.0);
    for (Eigen::Index v = 0; v < n; ++v) squared[piece[std::size_t(v)]] += std::norm(z[v]);
    for (Eigen::Index v = 0; v < n; ++v) z[v] /= std::sqrt(squared[piece[std::size_t(v)]]);
  }
  const double diffusion = std::max(4.0, kDiffusionPerVertex * double(n));
  factorise(factors, Complex(diffusion) * laplacian + one);
  for (int iteration = 0; iteration < kDiffusions; ++iteration) {
    for (Eigen::Index v = 0; v < n; ++v) z[v] = std::polar(1.0, std::arg(z[v]));
    z = factors.solve(z).eval();
  }
  return z;
}

}  // namespace

CrossField smooth_cross_field(const geometry::TriangleMesh& mesh) {
  const geometry::MeshReport report = geometry::check_mesh(mesh);
  if (report.triangles == 0 || report.open_edges > 0 || report.non_manifold_edges > 0 || report.misoriented_edges > 0)
    fail_input("a cross field needs a closed surface; this one has {} triangles, {} open and {} non-manifold edges", report.triangles,
               report.open_edges, report.non_manifold_edges + report.misoriented_edges);
  const TangentPlanes planes(mesh);
  const Eigen::VectorXcd z = smoothest(mesh, planes);

  CrossField field;
  field.normal = planes.normal;
  for (std::size_t v = 0; v < mesh.vertices.size(); ++v) {
    const double angle = std::arg(z[Eigen::Index(v)]) / kSymmetry;
    field.direction.push_back(std::cos(angle) * planes.first[v] + std::sin(angle) * planes.second[v]);
  }
  std::int64_t quarters = 0;
  for (const auto& t : mesh.triangles) {
    double turn = 0.0, carried = 0.0;
    for (std::size_t e = 0; e < 3; ++e) {
      const std::size_t i = t[e], j = t[(e + 1) % 3];
      const double transport = planes.transport(i, j);
      turn += wrapped(std::arg(z[Eigen::Index(j)]) - std::arg(z[Eigen::Index(i)]) - kSymmetry * transport);
      carried += transport;
    }
    const int index = int(std::lround((turn + kSymmetry * wrapped(carried)) / kTwoPi));
    if (index == 0) continue;
    quarters += index;
    Vec3 centre = Vec3::Zero();
    for (const auto v : t) centre += mesh.vertices[v].cast<double>() / 3.0;
    field.singularities.push_back({centre, double(index) / kSymmetry, "cross field"});
  }
  field.index_sum = double(quarters) / kSymmetry;
  return field;
}

}  // namespace spongiosa::lattice
