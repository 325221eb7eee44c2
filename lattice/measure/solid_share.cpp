#include "lattice/measure/solid_share.h"

#include "core/error.h"
#include "geometry/levelset/plane_share.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::lattice {

std::vector<float> solid_share(const Cell& cell, double level, int n) {
  if (n < 4 || n > 256) fail_input("cell '{}': a grid of {} cubes per edge is not possible; expected 4 to 256", cell.name(), n);
  const int parts = std::max(2, (95 + n) / n);
  const double width = 1.0 / (n * parts);
  const Band band = cell.band(level);
  std::vector<float> shares(std::size_t(n) * std::size_t(n) * std::size_t(n));
  tbb::parallel_for(0, n, [&](int k) {
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        double sum = 0.0;
        for (int part = 0; part < parts * parts * parts; ++part) {
          const CellValue g = function_at(cell, width * Vec3(parts * i + part % parts + 0.5, parts * j + part / parts % parts + 0.5,
                                                             parts * k + part / parts / parts + 0.5));
          const auto below = [&](double t) {
            return geometry::share_below_plane(g.value - t, width * g.gradient[0], width * g.gradient[1], width * g.gradient[2]);
          };
          const double inside = (band.high ? below(*band.high) : 1.0) - (band.low ? below(*band.low) : 0.0);
          sum += band.outside ? 1.0 - inside : inside;
        }
        shares[std::size_t(i) + std::size_t(n) * (std::size_t(j) + std::size_t(n) * std::size_t(k))] =
            float(sum / (parts * parts * parts));
      }
  });
  return shares;
}

}  // namespace spongiosa::lattice
