#include "lattice/measure/neck.h"

#include "lattice/measure/fitted_walls.h"
#include "lattice/measure/smooth_room.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <optional>

namespace spongiosa::lattice {
namespace {

struct Passage {
  Vec3 centre;
  double radius;
  Vec3 along;  ///< unit vector
};

/// @param radius  clearance at a place, voxels. @param reach  from `start`, how far the centre may go, voxels
template <class Radius>
Passage narrowest(const Vec3& start, const Vec3& way, double reach, const Radius& radius) {
  struct Ball {
    Vec3 centre;
    double radius;
  };
  // Pattern search in the plane through `middle` across `way`. The radius has creases where the nearest contact changes, on which
  // a fixed set of directions gets stuck: it is turned after every round.
  const auto largest_across = [&](const Vec3& middle, const Vec3& from, const Vec3& along) {
    const Vec3 across_1 = along.unitOrthogonal(), across_2 = along.cross(across_1);
    Ball best{from - along.dot(from - middle) * along, 0.0};
    best.radius = radius(best.centre);
    double turn = 0.0;
    int rounds_without_gain = 0;
    for (double step = 0.3; step > 0.005; turn += 0.37) {
      Ball next = best;
      for (int n = 0; n < 8; ++n) {
        const double angle = turn + 0.785398 * n;
        const Vec3 x = best.centre + step * (std::cos(angle) * across_1 + std::sin(angle) * across_2);
        if ((x - middle).norm() > reach) continue;
        const double r = radius(x);
        if (r > next.radius) next = {x, r};
      }
      if (next.radius > best.radius) {
        best = next;
        rounds_without_gain = 0;
      } else if (++rounds_without_gain == 3) {
        step *= 0.5;
        rounds_without_gain = 0;
      }
    }
    return best;
  };
  // Across a plane that is not at right angles to the passage the largest ball lies beside the neck: the planes are turned to
  // the line of the balls found, twice.
  const double ahead_by = std::min(1.0, reach);
  Vec3 along = way;
  Ball middle = largest_across(start, start, along);
  for (int turn = 0; turn < 2; ++turn) {
    const Vec3 there = ahead_by * along;
    const Vec3 line = largest_across(middle.centre + there, middle.centre + there, along).centre - largest_across(middle.centre - there, middle.centre - there, along).centre;
    if (line.norm() > 0.1) along = line.normalized();
    middle = largest_across(middle.centre, middle.centre, along);
  }
  Ball neck = middle;
  constexpr double kStep = 0.1;
  for (const double side : {-1.0, 1.0}) {
    Ball last = middle;
    for (double s = kStep; s <= reach; s += kStep) {
      const Ball here = largest_across(middle.centre + side * s * along, last.centre, along);
      if (here.radius > last.radius + 0.02) break;  // past the narrowest place
      last = here;
      if (here.radius < neck.radius) neck = here;
    }
  }
  return {neck.centre, neck.radius, along};
}

/// Between the tangent planes of the crossings nearest to the samples around.
Passage by_crossings(const SurfacePoints& surface, const SurfaceDistance& distance, const Vec3f& start, const Vec3f& way) {
  constexpr double kReach_voxels = 1.5;
  const Index3& size = surface.field().size;
  // Every point that is looked at has its nearest crossing among those of the samples around it.
  std::vector<std::uint32_t> codes;
  std::int64_t low[3], high[3];
  for (int a = 0; a < 3; ++a) {
    low[a] = std::max<std::int64_t>(0, std::lround(start[a]) - 3);
    high[a] = std::min(size[std::size_t(a)] - 1, std::int64_t(std::lround(start[a])) + 3);
  }
  for (std::int64_t k = low[2]; k <= high[2]; ++k)
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t i = low[0]; i <= high[0]; ++i) codes.push_back(distance.nearest[std::size_t(i + size[0] * (j + size[1] * k))]);
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  std::vector<SurfacePatch> patches;
  for (const std::uint32_t code : codes)
    if (code != SurfacePoints::kNone) patches.push_back(surface.patch(code));
  return narrowest(start.cast<double>(), way.cast<double>(), kReach_voxels, [&](const Vec3& at) {
    const Vec3f x = at.cast<float>();
    float r = kNoSurface_voxels;
    for (const SurfacePatch& patch : patches) r = std::min(r, patch.distance(x, SurfacePatch::kAmongMany));
    return double(r);
  });
}

constexpr double kReach_voxels = 0.6;  ///< of one search between fitted walls

std::optional<Passage> in_smooth_room(const Room& room, SmoothFit::Faces faces, const Passage& neck, double voxel_mm) {
  const SmoothRoom fitted(room, faces, neck.centre, neck.radius, voxel_mm);
  if (!fitted.good()) return std::nullopt;
  LeastDistance least;
  return narrowest(neck.centre, neck.along, kReach_voxels, [&](const Vec3& at) { return fitted.clearance(at, least); });
}

std::optional<Passage> between_fitted_walls(const Room& room, const Passage& neck, double voxel_mm) {
  const Index3 near{std::lround(neck.centre[0]), std::lround(neck.centre[1]), std::lround(neck.centre[2])};
  constexpr double kMayTouch = 0.9;
  const Walls walls(room, near, neck.radius + 3.5);
  FittedWalls fitted(room, voxel_mm);
  if (!fitted.add(walls, {neck.centre, neck.radius + kMayTouch}) || !fitted.good()) return std::nullopt;
  LeastDistance least;
  return narrowest(neck.centre, neck.along, kReach_voxels, [&](const Vec3& at) { return fitted.distance(at, least); });
}

}  // namespace

Neck find_neck(const SurfacePoints& surface, const SurfaceDistance& distance, MaterialPhase phase, const Vec3f& start, const Vec3f& way) {
  const Passage crossings = by_crossings(surface, distance, start, way);
  const Room room = Room::phase(surface.field(), sign_of(phase));
  const double voxel_mm = surface.field().spacing_mm[0];
  // Of wide passages, what the fit changes hardly counts.
  constexpr double kFitted_voxels = 12.0, kSmall_voxels = 2.75;
  constexpr double kStill_voxels = 0.2;  // a fit is best at its middle
  Passage neck = crossings;
  for (int move = 0; move < 8 && neck.radius < kFitted_voxels; ++move) {
    std::optional<Passage> fitted;
    if (neck.radius < kSmall_voxels) fitted = in_smooth_room(room, SmoothFit::Faces::kOne, neck, voxel_mm);
    if (!fitted) fitted = between_fitted_walls(room, neck, voxel_mm);
    if (!fitted || !(std::abs(fitted->radius - crossings.radius) < 0.5)) return {crossings.centre.cast<float>(), float(crossings.radius)};
    const double moved = (fitted->centre - neck.centre).norm();
    neck = *fitted;
    if (moved < kStill_voxels) break;
  }
  return {neck.centre.cast<float>(), float(neck.radius)};
}

}  // namespace spongiosa::lattice
