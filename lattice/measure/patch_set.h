#pragma once
/// Pieces of surface around one place, kept so that loops over them run on vector units.

#include "lattice/measure/surface_distance.h"

#include <array>

namespace spongiosa::lattice {

/// Up to kMost pieces. Lengths are in voxels.
class PatchSet {
 public:
  static constexpr int kMost = 112;  ///< four blocks of 3 x 3 x 3 samples have 108 nearest crossings at most

  void clear() { count_ = 0; }
  void add(const SurfacePatch& patch);

  /// How far a ball of radius d around p that touches its first patch can move away from it (unit vector), growing, until it touches
  /// another one: |p + t u - c| = d + t  gives  t = (|w|^2 - d^2) / (2 (d - w.u)),  w = p - c;  and with the tangent plane of c
  /// t = (a - d) / (1 - b),  a = n.w, b = n.u.
  /// Twice: to any contact, and to one whose direction differs from the first by more than 45 degrees, 1 - cos = 0.3. 10 at most.
  /// @param sign  of the phase, by which normals are turned into it
  std::array<float, 2> ways_to_second_contact(const Vec3f& p, const Vec3f& away, float d, float sign);

  /// The least SurfacePatch::distance(x, kNearest); large when there is no patch.
  float distance(const Vec3f& x);

 private:
  static constexpr int kLanes = 8;
  /// Fills the last lanes with patches too far away to matter. @return lanes in use, in eights
  int pad();

  int count_ = 0;
  alignas(32) float x_[kMost], y_[kMost], z_[kMost];
  alignas(32) float nx_[kMost], ny_[kMost], nz_[kMost];
};

}  // namespace spongiosa::lattice
