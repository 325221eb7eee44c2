#pragma once
/// One vertebra as an implicit solid in its own frame (x left, y posterior, z cranial; mm), negative inside bone.

#include "core/vector.h"
#include "geometry/frame.h"
#include "geometry/phantom/morphometry.h"

#include <vector>

namespace spongiosa::geometry {

/// Half spaces that cut the articular pillars: bone where normal . p < offset (superior) or > offset (inferior).
struct FacetPlanes {
  Vec3 superior_normal = Vec3::UnitZ(), inferior_normal = Vec3::UnitZ();
  double superior_offset_mm = 0.0, inferior_offset_mm = 0.0;
};

/// Body: superelliptic section between two curved endplates. Posterior parts: rounded boxes. All joined with fillets.
/// Symmetric in x.
class VertebraSolid {
 public:
  static constexpr double kRimRadius_mm = 1.0;  ///< of the edge between the body's wall and its endplates
  static constexpr double kPillarBehindWall_mm = 4.8;  ///< middle of the articular pillars, at size 1

  VertebraSolid(const VertebraMorphometry& morphometry, double uncinate_height_mm);
  /// Needed before value(): the planes come from the neighbours.
  void set_facets(const FacetPlanes& facets) { facets_ = facets; }

  struct Value {
    double distance_mm;  ///< negative inside; close to a distance near the surface
    bool endplate;       ///< the nearest surface is an endplate of the body
  };
  Value evaluate(const Vec3& p) const;
  double value(const Vec3& p) const { return evaluate(p).distance_mm; }

  /// The body alone (with rounded rims).
  double body_value(const Vec3& p) const;
  /// The body's side wall alone, continued beyond the endplates: for discs.
  double side_value(const Vec3& p) const;
  /// Endplates without the rounding of the rims. `gradient` may be null.
  double superior_z(double x, double y, Vec2* gradient) const;
  double inferior_z(double x, double y, Vec2* gradient) const;

  /// Where wall and endplate meet in the mid-sagittal plane, before rounding.
  Vec3 superior_rim(bool posterior) const;
  Vec3 inferior_rim(bool posterior) const;
  double posterior_wall_y() const { return y_posterior_; }
  const VertebraMorphometry& morphometry() const { return m_; }
  Box bounds() const;

 private:
  struct RoundedBox {
    Vec3 centre;
    Mat3 axes_transposed;  ///< rows: the box's axes
    Vec3 half;
    double radius, reach;  ///< rounding; radius of a sphere about the whole
  };
  struct Body {
    double value;
    bool endplate;
  };
  Body body(const Vec3& p) const;
  double pillar(const Vec3& p) const;
  void add_box(const Vec3& from, const Vec3& to, const Vec3& up, Vec2 half_section, double radius);
  static double distance(const RoundedBox& box, const Vec3& p);

  VertebraMorphometry m_;
  double uncinate_mm_, y_posterior_, superior_tangent_, inferior_tangent_;
  double size_;  ///< millimetres that scale with the vertebra are written as multiples of this
  FacetPlanes facets_;
  std::vector<RoundedBox> boxes_;  ///< of the left half; the right one is its mirror image
};

}  // namespace spongiosa::geometry
