#include "fea/micro/solid_cut.h"

#include "geometry/levelset/plane_share.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::micro {

double SolidCut::share_of(const Vec3& middle, double edge) const {
  if (!cut) return 1.0;
  return geometry::share_below_plane(offset - inwards.dot(middle), edge * inwards[0], edge * inwards[1], edge * inwards[2]);
}

double SolidCut::area() const {
  constexpr double kStep = 1e-3;
  const auto share = [&](double at) { return geometry::share_below_plane(at, inwards[0], inwards[1], inwards[2]); };
  return (share(offset - kStep) - share(offset + kStep)) / (2.0 * kStep);
}

SolidCut solid_cut(const VoxelBlocks& model, const Index3& voxel) {
  const double share = std::min(1.0, double(model.scale_at(voxel)));
  const VoxelGrid& grid = model.grid();
  // Where the grid ends the part is cut off by a plane: its surface goes on beyond as it was.
  const auto along = [&](std::size_t axis, int step) {
    return grid.periodic[axis] ? voxel[axis] + step : std::clamp<std::int64_t>(voxel[axis] + step, 0, grid.size[axis] - 1);
  };
  Vec3 gradient = Vec3::Zero();
  for (int n = 0; n < 27; ++n) {
    const std::array<int, 3> step = {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1};
    double weight = std::min(1.0, double(model.scale_at({along(0, step[0]), along(1, step[1]), along(2, step[2])})));
    for (const int s : step) weight *= s == 0 ? 2.0 : 1.0;
    for (int a = 0; a < 3; ++a) gradient[a] += weight * step[std::size_t(a)];
  }
  SolidCut result;
  if (gradient.norm() < 1e-3) return result;
  result.inwards = gradient.normalized();
  result.cut = is_cut(share);
  if (!result.cut) {
    result.offset = -0.5;
    return result;
  }
  double low = -0.9, high = 0.9;  // half the diagonal is 0.866
  for (int step = 0; step < 30; ++step) {
    const double middle = 0.5 * (low + high);
    (geometry::share_below_plane(middle, result.inwards[0], result.inwards[1], result.inwards[2]) > share ? low : high) = middle;
  }
  result.offset = 0.5 * (low + high);
  return result;
}

}  // namespace spongiosa::fea::micro
