#include "lattice/build/cell_borders.h"

#include <Eigen/LU>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr int kPoints = 5;             ///< along each edge of a cell
constexpr float kRise_cells = 0.25f;

bool lies_below(const Vec3& cell, const Mat3& edges_mm, const CellBorders::Depths& depths) {
  constexpr int kCount = kPoints * kPoints * kPoints;
  std::array<float, kCount> x, y, z, depth;
  const Vec3 centre = edges_mm * (cell + Vec3::Constant(0.5));
  x[0] = float(centre[0]);
  y[0] = float(centre[1]);
  z[0] = float(centre[2]);
  depths(1, x.data(), y.data(), z.data(), depth.data());
  if (!(depth[0] > 0.0f)) return false;
  for (int n = 0; n < kCount; ++n) {
    const Vec3 p = edges_mm * (cell + Vec3(n % kPoints, n / kPoints % kPoints, n / (kPoints * kPoints)) / (kPoints - 1));
    x[std::size_t(n)] = float(p[0]);
    y[std::size_t(n)] = float(p[1]);
    z[std::size_t(n)] = float(p[2]);
  }
  depths(kCount, x.data(), y.data(), z.data(), depth.data());
  return std::all_of(depth.begin(), depth.end(), [](float d) { return d > 0.0f; });
}

}  // namespace

CellBorders::CellBorders(const Mat3& jacobian_1_mm, const geometry::Box& box_Frame, const Depths& depths) : jacobian_(jacobian_1_mm.cast<float>()) {
  Vec3 low = Vec3::Constant(1e300), high = -low;
  for (int c = 0; c < 8; ++c) {
    const Vec3 corner(c & 1 ? box_Frame.max[0] : box_Frame.min[0], c & 2 ? box_Frame.max[1] : box_Frame.min[1], c & 4 ? box_Frame.max[2] : box_Frame.min[2]);
    low = low.cwiseMin(jacobian_1_mm * corner);
    high = high.cwiseMax(jacobian_1_mm * corner);
  }
  for (std::size_t a = 0; a < 3; ++a) {
    first_[a] = std::int64_t(std::floor(low[Eigen::Index(a)])) - 1;
    size_[a] = std::int64_t(std::floor(high[Eigen::Index(a)])) + 2 - first_[a];
  }
  kinds_.assign(std::size_t(size_[0] * size_[1] * size_[2]), Kind::kApart);
  const Mat3 edges_mm = jacobian_1_mm.inverse();
  tbb::parallel_for(std::int64_t(0), size_[1] * size_[2], [&](std::int64_t row) {
    const std::int64_t j = row % size_[1], k = row / size_[1];
    for (std::int64_t i = 0; i < size_[0]; ++i)
      if (lies_below(Vec3(double(first_[0] + i), double(first_[1] + j), double(first_[2] + k)), edges_mm, depths)) kinds_[index(i, j, k)] = Kind::kWhole;
  });
  for (std::int64_t k = 0; k < size_[2]; ++k)
    for (std::int64_t j = 0; j < size_[1]; ++j)
      for (std::int64_t i = 0; i < size_[0]; ++i)
        if (!is_whole(i, j, k)) kinds_[index(i, j, k)] = kind_of_cut(i, j, k);
}

void CellBorders::weights(int n, const float* x, const float* y, const float* z, float* weight) const {
  const Vec3f first{float(first_[0]), float(first_[1]), float(first_[2])};
  for (int m = 0; m < n; ++m) {
    const Vec3f u = jacobian_ * Vec3f(x[m], y[m], z[m]) - first;
    // Within the grid u is positive, where cutting off the digits is rounding down.
    std::int64_t own[3];
    for (int a = 0; a < 3; ++a) own[a] = std::clamp<std::int64_t>(std::int64_t(u[a]), 1, size_[std::size_t(a)] - 2);
    const Kind kind = kinds_[index(own[0], own[1], own[2])];
    if (kind != Kind::kBesideWhole) {
      weight[m] = kind == Kind::kWhole ? 0.0f : 1.0f;
      continue;
    }
    std::int64_t beside[3];
    float near[3];  // how near the next cell is along each axis: 0..1
    for (int a = 0; a < 3; ++a) {
      const float in = u[a] - std::floor(u[a]);
      beside[a] = own[a] + (in < 0.5f ? -1 : 1);
      near[a] = std::max(0.0f, 1.0f - std::min(in, 1.0f - in) / kRise_cells);
    }
    // The whole cell nearest to the point counts.
    float closest = 0.0f;
    for (int c = 1; c < 8; ++c) {
      const float close = (c & 1 ? near[0] : 1.0f) * (c & 2 ? near[1] : 1.0f) * (c & 4 ? near[2] : 1.0f);
      if (close > closest && is_whole(c & 1 ? beside[0] : own[0], c & 2 ? beside[1] : own[1], c & 4 ? beside[2] : own[2])) closest = close;
    }
    weight[m] = 1.0f - closest;
  }
}

CellBorders::Kind CellBorders::kind_of_cut(std::int64_t i, std::int64_t j, std::int64_t k) const {
  for (std::int64_t c = std::max<std::int64_t>(k - 1, 0); c <= std::min(k + 1, size_[2] - 1); ++c)
    for (std::int64_t b = std::max<std::int64_t>(j - 1, 0); b <= std::min(j + 1, size_[1] - 1); ++b)
      for (std::int64_t a = std::max<std::int64_t>(i - 1, 0); a <= std::min(i + 1, size_[0] - 1); ++a)
        if (is_whole(a, b, c)) return Kind::kBesideWhole;
  return Kind::kApart;
}

std::int64_t CellBorders::whole_cells() const { return std::count(kinds_.begin(), kinds_.end(), Kind::kWhole); }

}  // namespace spongiosa::lattice
