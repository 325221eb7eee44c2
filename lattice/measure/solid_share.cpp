#include "lattice/measure/solid_share.h"

#include "core/error.h"
#include "geometry/levelset/plane_share.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>

namespace spongiosa::lattice {

std::vector<float> solid_share(const Cell& cell, double level, const Index3& n) {
  for (const std::int64_t count : n)
    if (count < 4 || count > 512)
      fail_input("cell '{}': a grid of {} x {} x {} cubes is not possible; expected 4 to 512 along every axis", cell.name(), n[0], n[1], n[2]);
  std::array<std::int64_t, 3> parts;
  std::array<double, 3> width;
  for (std::size_t a = 0; a < 3; ++a) {
    parts[a] = std::max<std::int64_t>(2, (95 + n[a]) / n[a]);
    width[a] = 1.0 / double(n[a] * parts[a]);
  }
  const Band band = cell.band(level);
  const double share_of_part = 1.0 / double(parts[0] * parts[1] * parts[2]);
  std::vector<float> shares(std::size_t(product(n)));
  const std::size_t row = std::size_t(n[0] * parts[0]);  // points along x, one batch
  tbb::parallel_for(std::int64_t(0), n[2], [&](std::int64_t k) {
    std::vector<float> u(row), v(row), w(row), unused(row, 0.0f), g(row), du(row), dv(row), dw(row);
    for (std::size_t i = 0; i < row; ++i) u[i] = float(width[0] * (double(i) + 0.5));
    const CellBatch batch{int(row), u.data(), v.data(), w.data(), unused.data(), g.data(), du.data(), dv.data(), dw.data()};
    std::vector<double> sums(static_cast<std::size_t>(n[0]), 0.0);
    for (std::int64_t j = 0; j < n[1]; ++j) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::int64_t c = 0; c < parts[2]; ++c)
        for (std::int64_t b = 0; b < parts[1]; ++b) {
          std::fill(v.begin(), v.end(), float(width[1] * (double(parts[1] * j + b) + 0.5)));
          std::fill(w.begin(), w.end(), float(width[2] * (double(parts[2] * k + c) + 0.5)));
          cell.function(batch);
          for (std::size_t i = 0; i < row; ++i) {
            const auto below = [&](double t) {
              return geometry::share_below_plane(double(g[i]) - t, width[0] * double(du[i]), width[1] * double(dv[i]), width[2] * double(dw[i]));
            };
            const double inside = (band.high ? below(*band.high) : 1.0) - (band.low ? below(*band.low) : 0.0);
            sums[i / std::size_t(parts[0])] += band.outside ? 1.0 - inside : inside;
          }
        }
      for (std::int64_t i = 0; i < n[0]; ++i) shares[std::size_t(i + n[0] * (j + n[1] * k))] = float(sums[std::size_t(i)] * share_of_part);
    }
  });
  return shares;
}

std::vector<float> solid_share(const Cell& cell, double level, int n) { return solid_share(cell, level, Index3{n, n, n}); }

}  // namespace spongiosa::lattice
