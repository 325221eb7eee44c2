#include "lattice/measure/cell_grid.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

CellGrid::CellGrid(const Cell& cell, int per_cell_size, int in_tiles) : n{}, aspect(cell.info().aspect) {
  const int density = cell.info().is_tile() ? in_tiles : per_cell_size;
  for (int axis = 0; axis < 3; ++axis) n[std::size_t(axis)] = std::clamp(int(std::lround(density * aspect[axis])), 16, 160);
}

namespace {

/// Calls row(u, v, w, offset) for every row of samples along x.
template <class Row>
void for_each_row(const CellGrid& grid, const Row& row) {
  tbb::parallel_for(0, grid.n[2], [&](int k) {
    const std::size_t n = std::size_t(grid.n[0]);
    std::vector<float> u(n), v(n), w(n, float(k) / float(grid.n[2]));
    for (std::size_t i = 0; i < n; ++i) u[i] = float(i) / float(n);
    for (int j = 0; j < grid.n[1]; ++j) {
      std::fill(v.begin(), v.end(), float(j) / float(grid.n[1]));
      row(u.data(), v.data(), w.data(), grid.offset(0, j, k));
    }
  });
}

}  // namespace

std::vector<float> CellGrid::function(const Cell& cell) const {
  std::vector<float> g(size());
  for_each_row(*this, [&](const float* u, const float* v, const float* w, std::size_t first) {
    cell.function({n[0], u, v, w, nullptr, &g[first], nullptr, nullptr, nullptr});
  });
  return g;
}

std::vector<float> CellGrid::distance(const Cell& cell, double level) const {
  std::vector<float> value(size());
  for_each_row(*this, [&](const float* u, const float* v, const float* w, std::size_t first) {
    const std::size_t count = std::size_t(n[0]);
    std::vector<float> levels(count, float(level)), du(count), dv(count), dw(count);
    cell.evaluate({n[0], u, v, w, levels.data(), &value[first], du.data(), dv.data(), dw.data()});
    for (std::size_t i = 0; i < count; ++i) {
      const double slope = Vec3(du[i] / aspect[0], dv[i] / aspect[1], dw[i] / aspect[2]).norm();
      value[first + i] = std::clamp(value[first + i] / float(std::max(slope, 1e-6)), -1.0f, 1.0f);
    }
  });
  return value;
}

namespace {

constexpr float kInfinite = 1e30f;

/// Replaces f by min over q of f(q) + (step (p - q))^2 on a periodic line: the lower envelope of parabolas of three repeats,
/// read in the middle one.
class PeriodicLine {
 public:
  PeriodicLine(int n, double step) : n_(n), square_(step * step), f_(3 * std::size_t(n)), root_(f_.size()), from_(f_.size() + 1) {}

  void transform(float* line, std::size_t stride) {
    for (int i = 0; i < 3 * n_; ++i) f_[std::size_t(i)] = line[std::size_t(i % n_) * stride];
    int last = -1;
    for (int q = 0; q < 3 * n_; ++q) {
      if (f_[std::size_t(q)] >= kInfinite) continue;
      double start = -1e30;
      while (last >= 0) {
        const int r = root_[std::size_t(last)];
        start = ((f_[std::size_t(q)] - f_[std::size_t(r)]) / square_ + double(q) * q - double(r) * r) / (2.0 * (q - r));
        if (start > from_[std::size_t(last)]) break;
        --last;
        start = -1e30;
      }
      ++last;
      root_[std::size_t(last)] = q;
      from_[std::size_t(last)] = start;
    }
    if (last < 0) return;
    int at = 0;
    for (int p = n_; p < 2 * n_; ++p) {
      while (at < last && from_[std::size_t(at) + 1] < p) ++at;
      const double d = p - root_[std::size_t(at)];
      line[std::size_t(p - n_) * stride] = float(square_ * d * d + f_[std::size_t(root_[std::size_t(at)])]);
    }
  }

 private:
  int n_;
  double square_;
  std::vector<double> f_;
  std::vector<int> root_;
  std::vector<double> from_;
};

}  // namespace

std::vector<float> periodic_distance(const CellGrid& grid, const std::vector<std::uint8_t>& mask) {
  std::vector<float> d(grid.size());
  for (std::size_t n = 0; n < d.size(); ++n) d[n] = mask[n] ? 0.0f : kInfinite;
  const Vec3 step = grid.spacing();
  const auto [nx, ny, nz] = grid.n;
  tbb::parallel_for(0, nz, [&, nx = nx, ny = ny](int k) {
    PeriodicLine along_x(nx, step[0]), along_y(ny, step[1]);
    for (int j = 0; j < ny; ++j) along_x.transform(&d[grid.offset(0, j, k)], 1);
    for (int i = 0; i < nx; ++i) along_y.transform(&d[grid.offset(i, 0, k)], std::size_t(nx));
  });
  tbb::parallel_for(0, ny, [&, nx = nx, ny = ny, nz = nz](int j) {
    PeriodicLine along_z(nz, step[2]);
    for (int i = 0; i < nx; ++i) along_z.transform(&d[grid.offset(i, j, 0)], std::size_t(nx) * std::size_t(ny));
  });
  for (float& value : d) value = value >= kInfinite ? kInfinite : std::sqrt(value);
  return d;
}

}  // namespace spongiosa::lattice
