#pragma once
/// The room in which a ball may lie, as the samples show it, and the distance to its walls. Positions and lengths are in voxels.

#include "geometry/image/image.h"

#include <vector>

namespace spongiosa::lattice {

/// Positive inside; its zero crossings are the walls: those of a phase of a field, of a zone, or of both.
class Room {
 public:
  /// @param sign  +1: the void of `field`, -1: its solid.
  static Room phase(const geometry::FloatImage& field, float sign) { return {&field, sign, nullptr}; }
  static Room zone(const geometry::FloatImage& zone) { return {nullptr, 1.0f, &zone}; }
  static Room phase_in_zone(const geometry::FloatImage& field, float sign, const geometry::FloatImage& zone) { return {&field, sign, &zone}; }

  const Index3& size() const { return (field_ ? field_ : zone_)->size; }
  std::size_t offset(std::int64_t i, std::int64_t j, std::int64_t k) const { return (field_ ? field_ : zone_)->offset(i, j, k); }
  float at(std::size_t n) const {
    if (!zone_) return sign_ * field_->data[n];
    return field_ ? std::min(sign_ * field_->data[n], -zone_->data[n]) : -zone_->data[n];
  }
  float at(std::int64_t i, std::int64_t j, std::int64_t k) const { return at(offset(i, j, k)); }

  /// Trilinear, with gradient; `p` must lie within the grid.
  double value(const Vec3& p, Vec3& gradient) const;

 private:
  Room(const geometry::FloatImage* field, float sign, const geometry::FloatImage* zone) : field_(field), zone_(zone), sign_(sign) {}
  const geometry::FloatImage* field_;
  const geometry::FloatImage* zone_;
  float sign_;
};

/// The walls near one place: zero crossings on grid edges closer than `reach` to it.
class Walls {
 public:
  Walls(const Room& room, const std::array<std::int64_t, 3>& middle, double reach);

  /// From `centre` to the walls, at most to the end of what was collected. The nearest crossings are slid along the surface between
  /// the samples towards the foot of the perpendicular, because crossings lie up to half a voxel beside it.
  double distance(const Vec3& centre) const;

  const std::vector<Vec3>& crossings() const { return points_; }
  /// The crossing `p` slid along the surface towards the foot of the perpendicular from `centre`.
  Vec3 foot(const Vec3& centre, Vec3 p) const;
  /// How far that is from `centre`.
  double slide(const Vec3& centre, const Vec3& p) const;

 private:
  const Room& room_;
  Vec3 middle_;
  double reach_;
  std::vector<Vec3> points_;
};

/// From `p` to the border of the grid; negative beyond it.
double distance_to_border(const Room& room, const Vec3& p);

}  // namespace spongiosa::lattice
