#include "geometry/bone/detail/sources.h"

#include "core/error.h"
#include "geometry/bone/detail/filters.h"
#include "geometry/bone/detail/partition.h"

#include <Eigen/LU>

namespace spongiosa::geometry::bone_detail {
namespace {

[[noreturn]] void fail_outside_bone(const VertebraSeed& seed, const LabelImage& bone, const SeedLevel& level) {
  double nearest = 1e300;
  Vec3 where = seed.p_Patient;
  for (std::int64_t k = 0; k < bone.size[2]; ++k)
    for (std::int64_t j = 0; j < bone.size[1]; ++j)
      for (std::int64_t i = 0; i < bone.size[0]; ++i) {
        if (!bone.at(i, j, k)) continue;
        const Vec3 p = bone.to_patient(Vec3(double(i), double(j), double(k)));
        if ((p - seed.p_Patient).norm() >= nearest) continue;
        nearest = (p - seed.p_Patient).norm();
        where = p;
      }
  if (nearest > 1e299)
    fail_input("seed {} at {} is not inside a vertebral body ({:.0f} HU there), and there is no bone above {:.0f} HU near it", seed.level,
               point_text(seed.p_Patient), level.inside_hu, level.threshold_hu);
  fail_input("seed {} at {} is not inside a vertebral body ({:.0f} HU there; the nearest bone above {:.0f} HU is at {}, {:.1f} mm away); "
             "move it to the middle of the body",
             seed.level, point_text(seed.p_Patient), level.inside_hu, level.threshold_hu, point_text(where), nearest);
}

/// Share of the directions from the seed in which bone is met within `reach_mm`; directions that leave through the first or last slice count
/// for neither, because bodies are often cut there.
/// A body is walled on all sides (basivertebral vessels and pedicles leave small gaps); the spinal canal, a disc or muscle is not.
double walled_fraction(const LabelImage& bone, const Vec3& start_Patient, double reach_mm) {
  constexpr int kDirections = 500;
  const double golden_angle = 3.14159265358979323846 * (3.0 - std::sqrt(5.0));  // Fibonacci lattice on the sphere
  int walls = 0, gaps = 0;
  for (int n = 0; n < kDirections; ++n) {
    const double up = 1.0 - 2.0 * (n + 0.5) / kDirections;
    const double across = std::sqrt(1.0 - up * up);
    const Vec3 direction(across * std::cos(golden_angle * n), across * std::sin(golden_angle * n), up);
    bool met = false, left = false;
    for (double t = 0.0; t <= reach_mm && !met && !left; t += 0.4) {
      const Vec3 p = start_Patient + t * direction;
      const Vec3 x = bone.to_index(p);
      left = x[2] < 0.0 || x[2] > double(bone.size[2] - 1);
      if (left || !bone.covers(p)) break;
      met = t > 2.0 && bone.at(std::lround(x[0]), std::lround(x[1]), std::lround(x[2]));
    }
    if (!left) (met ? walls : gaps) += 1;
  }
  return walls + gaps > 0 ? double(walls) / double(walls + gaps) : 0.0;
}

/// Marks the voxels of `inside` within 4 mm of the seed or, when there is none, the nearest one. False when `inside` is empty.
bool mark_start(LabelImage& labels, const LabelImage& inside, const Vec3& seed_Patient, std::uint8_t label, double farthest_mm) {
  double nearest = 1e300;
  Index3 where{0, 0, 0};
  for (std::int64_t k = 0; k < inside.size[2]; ++k)
    for (std::int64_t j = 0; j < inside.size[1]; ++j)
      for (std::int64_t i = 0; i < inside.size[0]; ++i) {
        if (!inside.at(i, j, k) || labels.at(i, j, k)) continue;
        const double d = (inside.to_patient(Vec3(double(i), double(j), double(k))) - seed_Patient).norm();
        if (d <= 4.0) labels.at(i, j, k) = label;
        if (d < nearest) {
          nearest = d;
          where = {i, j, k};
        }
      }
  if (nearest > farthest_mm) return false;
  labels.at(where[0], where[1], where[2]) = label;
  return true;
}

bool near_set(const LabelImage& set, const Vec3& p_Patient, double within_mm) {
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i)
        if (set.at(i, j, k) && (set.to_patient(Vec3(double(i), double(j), double(k))) - p_Patient).norm() <= within_mm) return true;
  return false;
}

}  // namespace

std::string point_text(const Vec3& p) { return fmt::format("({:.1f}, {:.1f}, {:.1f}) mm", p[0], p[1], p[2]); }

Sources find_sources(const std::vector<VertebraSeed>& all, std::size_t asked, const GreyLevels& levels, const LabelImage& bone,
                     std::vector<std::string>& notes) {
  Sources sources{bone.like<std::uint8_t>(0), bone.like<std::uint8_t>(0)};
  FloatImage distance_mm;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto label = std::uint8_t(n + 1);
    const SeedLevel& level = levels.seeds[n];
    if (level.bright) {
      if (!mark_start(sources.labels, bone, all[n].p_Patient, label, 4.0) && n < asked) fail_outside_bone(all[n], bone, level);
      continue;
    }
    if (distance_mm.data.empty()) distance_mm = distance_to(bone);
    const Cavity cavity = find_cavity(bone, distance_mm, all[n].p_Patient, 45.0);
    if (!cavity.found || walled_fraction(bone, all[n].p_Patient, 35.0) < 0.92) {
      if (n < asked) fail_outside_bone(all[n], bone, level);
      continue;
    }
    for (std::size_t m = 0; m < asked; ++m) {
      if (m == n) continue;
      if (n < asked && near_set(cavity.voxels, all[m].p_Patient, 1.5))
        fail_input("seeds {} and {} lie in one vertebral body: no disc or endplate lies between them; move one to its own vertebra",
                   all[n].level, all[m].level);
    }
    double voxels = 0.0, shared = 0.0;
    std::uint8_t other = 0;
    for (std::size_t i = 0; i < cavity.voxels.data.size(); ++i)
      if (cavity.voxels.data[i]) {
        voxels += 1.0;
        if (sources.cavities.data[i]) {
          shared += 1.0;
          other = sources.cavities.data[i];
        }
      }
    if (shared > 0.5 * voxels) {
      if (n < asked)
        fail_input("seeds {} and {} lie in one vertebral body: no disc or endplate lies between them; move one to its own vertebra",
                   all[other - 1u].level, all[n].level);
      continue;
    }
    voxels = 0.0;
    for (std::size_t i = 0; i < cavity.voxels.data.size(); ++i)
      if (cavity.voxels.data[i] && !sources.cavities.data[i]) {
        sources.cavities.data[i] = label;
        voxels += 1.0;
      }
    mark_start(sources.labels, cavity.voxels, all[n].p_Patient, label, 1e300);
    if (n < asked)
      notes.push_back(fmt::format("{}: marrow as dark as a disc ({:.0f} HU); its inside was found by a ball of {:.1f} mm rolling within the "
                                  "cortex, {:.0f} mm^3",
                                  all[n].level, level.inside_hu, cavity.ball_mm, voxels * bone.spacing_mm.prod()));
  }
  return sources;
}

}  // namespace spongiosa::geometry::bone_detail
