#include "lattice/measure/solid_share.h"

#include "core/error.h"
#include "geometry/levelset/plane_share.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::lattice {

std::vector<float> solid_share(const Cell& cell, double threshold, int n) {
  if (n < 4 || n > 256) fail_input("cell '{}': a grid of {} cubes per edge is not possible; expected 4 to 256", cell.name, n);
  constexpr double kTwoPi = 6.283185307179586;
  const int parts = std::max(2, (95 + n) / n);
  const double width = kTwoPi / (n * parts);
  std::vector<float> shares(std::size_t(n) * std::size_t(n) * std::size_t(n));
  tbb::parallel_for(0, n, [&](int k) {
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        double sum = 0.0;
        for (int part = 0; part < parts * parts * parts; ++part) {
          double g[3];
          const double f = cell.surface->gradient(width * (parts * i + part % parts + 0.5), width * (parts * j + part / parts % parts + 0.5),
                                                  width * (parts * k + part / parts / parts + 0.5), g);
          const auto below = [&](double t) {
            return geometry::share_below_plane(f - t, width * g[0], width * g[1], width * g[2]);
          };
          sum += cell.phase == Phase::kSheet ? below(threshold) - below(-threshold) : below(threshold);
        }
        shares[std::size_t(i) + std::size_t(n) * (std::size_t(j) + std::size_t(n) * std::size_t(k))] =
            float(sum / (parts * parts * parts));
      }
  });
  return shares;
}

}  // namespace spongiosa::lattice
