#include "geometry/bone/detail/surface_fit.h"

#include <Eigen/Cholesky>
#include <Eigen/Dense>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::bone_detail {
namespace {

using Sparse = Eigen::SparseMatrix<double>;
using Entries = std::vector<Eigen::Triplet<double>>;

struct Stencil {
  int node[4];
  double share[4];
};

/// Adds weight * (sum c_n z_n)^2 to the quadratic form.
template <std::size_t N>
void add_square(Entries& entries, const int (&node)[N], const double (&c)[N], double weight) {
  for (std::size_t a = 0; a < N; ++a)
    for (std::size_t b = 0; b < N; ++b) entries.emplace_back(node[a], node[b], weight * c[a] * c[b]);
}

Entries smoothness(int nx, int ny, double h, double lambda, double mu) {
  Entries entries;
  const auto at = [&](int i, int j) { return i + nx * j; };
  const double bend = lambda / (h * h);  // (second difference / h^2)^2 over a cell of area h^2
  for (int j = 0; j < ny; ++j)
    for (int i = 0; i < nx; ++i) {
      if (i > 0 && i + 1 < nx) add_square(entries, {at(i - 1, j), at(i, j), at(i + 1, j)}, {1.0, -2.0, 1.0}, bend);
      if (j > 0 && j + 1 < ny) add_square(entries, {at(i, j - 1), at(i, j), at(i, j + 1)}, {1.0, -2.0, 1.0}, bend);
      if (i + 1 < nx && j + 1 < ny)
        add_square(entries, {at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1)}, {1.0, -1.0, -1.0, 1.0}, 2.0 * bend);
      if (i + 1 < nx) add_square(entries, {at(i, j), at(i + 1, j)}, {-1.0, 1.0}, mu);
      if (j + 1 < ny) add_square(entries, {at(i, j), at(i, j + 1)}, {-1.0, 1.0}, mu);
      // A trace of pull towards the plane keeps the form definite far from all data.
      entries.emplace_back(at(i, j), at(i, j), 1e-6 * h * h);
    }
  return entries;
}

}  // namespace

Plane fit_plane(const std::vector<SurfacePoint>& points) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  for (const auto& p : points) {
    const Eigen::Vector3d row(1.0, p.x_mm, p.y_mm);
    normal += p.weight * row * row.transpose();
    right += p.weight * p.z_mm * row;
  }
  const Eigen::Vector3d c = normal.ldlt().solve(right);
  return {c[0], c[1], c[2]};
}

SurfaceFit fit_surface(const std::vector<SurfacePoint>& points, double area_per_point_mm2, double x_min_mm, double x_max_mm, double y_min_mm,
                       double y_max_mm, double step_mm, double smoothing_mm) {
  SurfaceFit fit;
  HeightField& field = fit.field;
  field.step_mm = step_mm;
  field.x0_mm = x_min_mm;
  field.y0_mm = y_min_mm;
  field.nx = std::max(3, int(std::ceil((x_max_mm - x_min_mm) / step_mm)) + 1);
  field.ny = std::max(3, int(std::ceil((y_max_mm - y_min_mm) / step_mm)) + 1);
  const int count = field.nx * field.ny;
  const Plane plane = fit_plane(points);

  // Gaussian exp(-s^2 k^2 / 2) is one half at k = 1.177 / s; the spline's 1 / (1 + lambda k^4) is there with lambda = k^-4.
  const double lambda = std::pow(std::max(smoothing_mm, 0.3 * step_mm) / 1.177, 4);
  const double tension_mm = 3.0 * std::max(smoothing_mm, step_mm);
  const Entries smooth = smoothness(field.nx, field.ny, step_mm, lambda, lambda / (tension_mm * tension_mm));

  std::vector<Stencil> stencils;
  for (const auto& p : points) {
    const double x = std::clamp((p.x_mm - field.x0_mm) / step_mm, 0.0, double(field.nx - 1));
    const double y = std::clamp((p.y_mm - field.y0_mm) / step_mm, 0.0, double(field.ny - 1));
    const int i = std::min(int(x), field.nx - 2), j = std::min(int(y), field.ny - 2);
    const double tx = x - i, ty = y - j;
    const int at = i + field.nx * j;
    stencils.push_back({{at, at + 1, at + field.nx, at + field.nx + 1}, {(1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty}});
  }
  Eigen::VectorXd z = Eigen::VectorXd::Zero(count);
  fit.weight.assign(points.size(), 1.0);
  Eigen::SimplicialLDLT<Sparse> solver;
  for (int round = 0; round < 3; ++round) {
    Entries entries = smooth;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(count);
    for (std::size_t n = 0; n < points.size(); ++n) {
      const double w = fit.weight[n] * points[n].weight * area_per_point_mm2;
      add_square(entries, stencils[n].node, stencils[n].share, w);
      const double residual = points[n].z_mm - plane.z(points[n].x_mm, points[n].y_mm);
      for (int a = 0; a < 4; ++a) right[stencils[n].node[a]] += w * stencils[n].share[a] * residual;
    }
    Sparse matrix(count, count);
    matrix.setFromTriplets(entries.begin(), entries.end());
    if (round == 0) solver.analyzePattern(matrix);
    solver.factorize(matrix);
    z = solver.solve(right);

    std::vector<double> residual(points.size());
    for (std::size_t n = 0; n < points.size(); ++n) {
      double value = 0.0;
      for (int a = 0; a < 4; ++a) value += stencils[n].share[a] * z[stencils[n].node[a]];
      residual[n] = std::abs(points[n].z_mm - plane.z(points[n].x_mm, points[n].y_mm) - value);
    }
    std::vector<double> sorted = residual;
    const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const double scale = 4.685 * std::max(1.4826 * *middle, 0.05);
    double sum = 0.0, weights = 0.0;
    for (std::size_t n = 0; n < points.size(); ++n) {
      const double u = residual[n] / scale;
      fit.weight[n] = u < 1.0 ? (1.0 - u * u) * (1.0 - u * u) : 0.0;
      if (u < 1.0) {
        sum += residual[n] * residual[n];
        weights += 1.0;
      }
    }
    fit.rms_mm = weights > 0.0 ? std::sqrt(sum / weights) : 0.0;
  }
  field.z_mm.resize(std::size_t(count));
  field.measured.assign(std::size_t(count), 0);
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i)
      field.z_mm[std::size_t(i + field.nx * j)] =
          float(z[i + field.nx * j] + plane.z(field.x0_mm + i * step_mm, field.y0_mm + j * step_mm));
  return fit;
}

}  // namespace spongiosa::geometry::bone_detail
