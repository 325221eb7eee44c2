#pragma once
/// A whole small room between smooth walls, fitted to all samples around its middle at once.

#include "lattice/measure/ball_search.h"
#include "lattice/measure/room.h"
#include "lattice/measure/smooth_fit.h"

namespace spongiosa::lattice {

/// Positions in voxels of the grid.
class SmoothRoom {
 public:
  /// @param faces  kTwo: a wall or slit between F = 1 and F = -1, whose samples fold at its middle; kOne: the room where F > 0
  /// @param middle  within the room. @param half  about the radius of the ball around it
  /// @param voxel_mm  spacing: the room's values must be about distances in mm near its walls.
  SmoothRoom(const Room& room, SmoothFit::Faces faces, const Vec3& middle, double half, double voxel_mm);

  /// False where the samples there are not those of smooth walls: root mean square of what is left of them above 0.03 voxels.
  bool good() const { return good_; }
  double left_voxels() const { return fit_.left(); }
  /// Distance from a place to the nearest wall; negative beyond one.
  double clearance(const Vec3& at, LeastDistance& least) const;

 private:
  template <class F>
  void for_each_sample(const Room& room, const F& f) const;
  std::vector<SmoothFit::Sample> around(const Room& room, double voxel_mm) const;
  Vec3 normal(const Room& room) const;
  /// Points all over the walls: where they bend, a ball touches one of them in several places.
  void find_starts(const std::vector<SmoothFit::Sample>& samples);

  struct Start {
    Vec3 place;
    double end;  ///< value of F there
  };
  SmoothFit::Faces faces_;
  Vec3 middle_;
  double reach_;
  SmoothFit fit_;
  std::vector<Start> starts_;
  bool good_ = false;
};

}  // namespace spongiosa::lattice
