#include "geometry/implant/vertebral_body.h"

#include "core/error.h"
#include "geometry/implant/detail/face_surface.h"
#include "geometry/implant/detail/footprint.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

constexpr double kLeastScale = 0.8;       ///< of the asked footprint; smaller is another implant, not an adjustment
constexpr double kLeastHeight_mm = 3.0;
constexpr double kLeastCore_mm = 0.5;     ///< between rim and channel, per side
constexpr double kBand_voxels = 4.0;
constexpr double kBeyondFaces_mm = 1.0;   ///< by which the porous zone's level set overshoots the body
constexpr double kMargin_mm = 2.0;        ///< of the level sets' box around the body

void check_range(const char* name, double value, double low, double high, const char* unit) {
  if (!(value >= low && value <= high)) fail_input("implant: {} is {}{}; expected {}..{}{}", name, value, unit, low, high, unit);
}

void check(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& p) {
  check_range("footprint_fraction", p.footprint_fraction, 0.5, 1.0, "");
  check_range("footprint_exponent", p.footprint_exponent, 2.0, 6.0, "");
  check_range("footprint_shift_posterior_mm", p.footprint_shift_posterior_mm, -10.0, 10.0, " mm");
  check_range("outline_inset_mm", p.outline_inset_mm, 0.0, 5.0, " mm");
  check_range("posterior_setback_mm", p.posterior_setback_mm, 0.0, 10.0, " mm");
  check_range("clearance_mm", p.clearance_mm, -2.0, 5.0, " mm");
  check_range("face_smoothing_mm", p.face_smoothing_mm, 0.0, 5.0, " mm");
  check_range("edge_radius_mm", p.edge_radius_mm, 0.0, 3.0, " mm");
  check_range("rim_thickness_mm", p.rim_thickness_mm, 0.0, 10.0, " mm");
  check_range("graft_channel_diameter_mm", p.graft_channel_diameter_mm, 0.0, 30.0, " mm");
  check_range("channel_wall_mm", p.channel_wall_mm, 0.0, 5.0, " mm");
  check_range("tooth_height_mm", p.tooth_height_mm, 0.0, 1.0, " mm");
  check_range("tooth_pitch_mm", p.tooth_pitch_mm, 1.0, 5.0, " mm");
  if (p.tooth_height_mm > 0.0 && p.rim_thickness_mm < p.edge_radius_mm + 0.4)
    fail_input("implant: teeth stand on the solid rim, which is {:g} mm wide with edge_radius_mm = {:g}; at least 0.4 mm more than the radius are needed",
               p.rim_thickness_mm, p.edge_radius_mm);
  check_range("voxel_mm", p.voxel_mm, 0.02, 0.5, " mm");
  for (const Endplate* endplate : {&anatomy.cranial, &anatomy.caudal}) {
    const char* name = endplate == &anatomy.cranial ? "cranial" : "caudal";
    const HeightField& s = endplate->surface;
    if (endplate->outline.size() < 3 || s.nx < 2 || s.ny < 2 || s.z_mm.size() != std::size_t(s.nx) * std::size_t(s.ny) ||
        !(s.step_mm > 0.0) || !(endplate->width_mm > 0.0) || !(endplate->depth_mm > 0.0))
      fail_input("implant: the {} endplate has no surface or no outline; measure the anatomy first", name);
  }
}

/// Where the footprint stands: one centre per endplate, a line between them.
struct Stand {
  Vec2 caudal, cranial;
  double caudal_z_mm, cranial_z_mm;

  Vec2 slope() const { return (cranial - caudal) / (cranial_z_mm - caudal_z_mm); }
  Vec2 centre(double z_mm) const { return caudal + (z_mm - caudal_z_mm) * slope(); }
};

/// How deep the footprint lies within an endplate's outline at its shallowest point.
double depth_within(const std::vector<Vec2>& footprint, const Vec2& centre, const Endplate& endplate) {
  double depth = 1e300;
  for (const Vec2& p : footprint) depth = std::min(depth, depth_in_polygon(endplate.outline, centre + p));
  return depth;
}

struct Placing {
  Stand stand;
  double half_width_mm, half_depth_mm, scale;
};

/// The largest footprint, from the asked one down, that lies within both outlines and off the canal.
Placing place_footprint(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& p, std::vector<std::string>& notes) {
  const double half_width = 0.5 * p.footprint_fraction * std::min(anatomy.cranial.width_mm, anatomy.caudal.width_mm);
  const double half_depth = 0.5 * p.footprint_fraction * std::min(anatomy.cranial.depth_mm, anatomy.caudal.depth_mm);
  Stand asked{anatomy.caudal.centre.head<2>(), anatomy.cranial.centre.head<2>(), anatomy.caudal.centre[2], anatomy.cranial.centre[2]};
  if (!(asked.cranial_z_mm - asked.caudal_z_mm > kLeastHeight_mm))
    fail_input("implant: the endplates of {} and {} are {:.1f} mm apart at their centres; expected more than {} mm",
               anatomy.cranial_level, anatomy.caudal_level, asked.cranial_z_mm - asked.caudal_z_mm, kLeastHeight_mm);
  asked.caudal[1] += p.footprint_shift_posterior_mm;
  asked.cranial[1] += p.footprint_shift_posterior_mm;
  const double hindmost = anatomy.canal_y_mm - p.posterior_setback_mm;
  double depth_caudal = 0.0, depth_cranial = 0.0;
  for (int percent = 100; percent >= int(100 * kLeastScale); --percent) {
    const double scale = 0.01 * percent;
    const std::vector<Vec2> outline = superellipse(scale * half_width, scale * half_depth, p.footprint_exponent);
    Stand stand = asked;
    const double excess = std::max(asked.caudal[1], asked.cranial[1]) + scale * half_depth - hindmost;
    if (excess > 0.0) {
      stand.caudal[1] -= excess;
      stand.cranial[1] -= excess;
    }
    depth_caudal = depth_within(outline, stand.caudal, anatomy.caudal);
    depth_cranial = depth_within(outline, stand.cranial, anatomy.cranial);
    if (std::min(depth_caudal, depth_cranial) < p.outline_inset_mm) continue;
    if (excess > 0.0)
      notes.push_back(fmt::format("footprint shifted forward by {:.2f} mm to stay {:.1f} mm off the canal", excess, p.posterior_setback_mm));
    if (percent < 100)
      notes.push_back(fmt::format("footprint shrunk to {} % of the asked size to stay {:.1f} mm within both endplates", percent,
                                  p.outline_inset_mm));
    return {stand, scale * half_width, scale * half_depth, scale};
  }
  const bool caudal = depth_caudal < depth_cranial;
  fail_input("implant: even at {:.0f} % of the asked size the footprint leaves the endplate of {} (by {:.1f} mm, {:.1f} mm off the canal "
             "kept); ask for a smaller footprint_fraction, a smaller outline_inset_mm or posterior_setback_mm, or another shift",
             100.0 * kLeastScale, caudal ? anatomy.caudal_level : anatomy.cranial_level,
             p.outline_inset_mm - std::min(depth_caudal, depth_cranial), p.posterior_setback_mm);
}

/// max(a,b) with its edge rounded by a radius, for distances to two planes whose normals have the scalar product c: exact,
/// and an exact distance wherever the rounding is nearest. The fillet's axis is where both planes are `radius` away; a point
/// belongs to it when, seen from the axis, it lies between the two normals.
double rounded_max(double a, double b, double c, double radius) {
  const double u = a + radius, v = b + radius;
  if (u <= c * v || v <= c * u) return std::max(a, b);
  return std::sqrt((u * u + v * v - 2.0 * c * u * v) / (1.0 - c * c)) - radius;
}

/// The distances of which body and porous zone are made, in the implant's frame.
class Shape {
 public:
  Shape(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& p, const Placing& placing, const std::vector<CylinderCut>& cuts)
      : p_(p), cuts_(cuts), stand_(placing.stand), shear_(std::sqrt(1.0 + placing.stand.slope().squaredNorm())),
        footprint_(placing.half_width_mm, placing.half_depth_mm, p.footprint_exponent, kMargin_mm),
        cranial_(anatomy.cranial.surface, p.face_smoothing_mm), caudal_(anatomy.caudal.surface, p.face_smoothing_mm) {}

  const Footprint& footprint() const { return footprint_; }
  double top_z_mm(const Vec2& p) const { return cranial_.at(p[0], p[1]).z_mm - p_.clearance_mm; }
  double bottom_z_mm(const Vec2& p) const { return caudal_.at(p[0], p[1]).z_mm + p_.clearance_mm; }

  double side(const Vec3& p) const { return footprint_.distance_mm(p.head<2>() - stand_.centre(p[2])) / shear_; }
  /// Distance outside the channel's surface grown by `wall_mm`: positive within it.
  double channel(const Vec3& p, double wall_mm) const {
    return (0.5 * p_.graft_channel_diameter_mm - (p.head<2>() - stand_.centre(p[2])).norm()) / shear_ + wall_mm;
  }
  double cranial(const Vec3& p) const {
    const auto top = cranial_.at(p[0], p[1]);
    return (p[2] - top.z_mm + p_.clearance_mm) / std::sqrt(1.0 + top.slope_x * top.slope_x + top.slope_y * top.slope_y);
  }
  double caudal(const Vec3& p) const {
    const auto bottom = caudal_.at(p[0], p[1]);
    return (bottom.z_mm + p_.clearance_mm - p[2]) / std::sqrt(1.0 + bottom.slope_x * bottom.slope_x + bottom.slope_y * bottom.slope_y);
  }
  /// Teeth and holes too.
  double body(const Vec3& p) const {
    double solid = plain_body(p);
    if (p_.tooth_height_mm > 0.0) solid = std::min(solid, teeth(p));
    for (const CylinderCut& cut : cuts_) solid = std::max(solid, -cylinder(cut, p, 0.0));
    return solid;
  }
  double plain_body(const Vec3& p) const {
    const Cap cap = nearer_cap(p);
    const Vec2 outward = footprint_.normal(p.head<2>() - stand_.centre(p[2]));
    const double outer = rounded_max(side(p), cap.distance_mm, cap.normal.head<2>().dot(outward), p_.edge_radius_mm);
    return p_.graft_channel_diameter_mm > 0.0 ? std::max(outer, channel(p, 0.0)) : outer;
  }
  double porous(const Vec3& p) const {
    const double zone = std::max(side(p) + p_.rim_thickness_mm, nearer_cap(p).distance_mm - kBeyondFaces_mm);
    const bool walled = p_.graft_channel_diameter_mm > 0.0 && p_.channel_wall_mm > 0.0;
    double result = walled ? std::max(zone, channel(p, p_.channel_wall_mm)) : zone;
    for (const CylinderCut& cut : cuts_)
      if (cut.wall_mm > 0.0) result = std::max(result, -cylinder(cut, p, cut.wall_mm));
    return result;
  }

 private:
  struct Cap {
    double distance_mm;
    Vec3 normal;
  };
  Cap nearer_cap(const Vec3& p) const {
    const auto top = cranial_.at(p[0], p[1]), bottom = caudal_.at(p[0], p[1]);
    const double above = p[2] - top.z_mm + p_.clearance_mm, below = bottom.z_mm + p_.clearance_mm - p[2];
    const Vec3 normal = above > below ? Vec3(-top.slope_x, -top.slope_y, 1.0) : Vec3(bottom.slope_x, bottom.slope_y, -1.0);
    return {std::max(above, below) / normal.norm(), normal.normalized()};
  }

  /// Negative within the cylinder grown by `wall_mm` to its sides and ends.
  static double cylinder(const CylinderCut& cut, const Vec3& p, double wall_mm) {
    const Vec3 d = p - cut.point;
    const double along = cut.axis.dot(d), radial = (d - along * cut.axis).norm() - cut.radius_mm - wall_mm;
    return std::max({radial, cut.from_mm - wall_mm - along, along - cut.to_mm - wall_mm});
  }
  /// Ridges with straight flanks across the front-back direction, on the flat part of the solid rim.
  double teeth(const Vec3& p) const {
    const double phase = p[1] / p_.tooth_pitch_mm - std::floor(p[1] / p_.tooth_pitch_mm);
    const double height = p_.tooth_height_mm * (1.0 - 2.0 * std::abs(phase - 0.5)), flank = 2.0 * p_.tooth_height_mm / p_.tooth_pitch_mm;
    const double ridge = (nearer_cap(p).distance_mm - height) / std::sqrt(1.0 + flank * flank);
    return std::max({ridge, side(p) + p_.edge_radius_mm, -(side(p) + p_.rim_thickness_mm)});
  }

  const VertebralBodyParameters& p_;
  const std::vector<CylinderCut>& cuts_;
  Stand stand_;
  double shear_;  ///< horizontal distances shrink by this on a wall that leans
  Footprint footprint_;
  FaceSurface cranial_, caudal_;
};

}  // namespace

VertebralBodyImplant shape_vertebral_body(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& parameters,
                                          const std::vector<CylinderCut>& cuts, const Progress& progress) {
  progress.report(0.0, "placing the footprint");
  const VertebralBodyParameters& p = parameters;
  check(anatomy, p);
  VertebralBodyImplant implant;
  implant.frame = anatomy.frame;
  const Placing placing = place_footprint(anatomy, p, implant.notes);
  implant.footprint_scale = placing.scale;
  const double least_half = std::min(placing.half_width_mm, placing.half_depth_mm);
  const double channel = p.graft_channel_diameter_mm > 0.0 ? 0.5 * p.graft_channel_diameter_mm + p.channel_wall_mm : 0.0;
  if (least_half - p.rim_thickness_mm - channel < kLeastCore_mm)
    fail_input("implant: no porous core is left: of the half depth or width of {:.1f} mm, the rim takes {:.1f} mm and the channel with "
               "its wall {:.1f} mm; at least {} mm must remain. Make the rim or the channel smaller",
               least_half, p.rim_thickness_mm, channel, kLeastCore_mm);
  if (p.edge_radius_mm > 0.5 * least_half)
    fail_input("implant: edge_radius_mm is {} mm; expected at most a quarter of the footprint, {:.1f} mm", p.edge_radius_mm, 0.5 * least_half);

  const Shape shape(anatomy, p, placing, cuts);
  const Stand& stand = placing.stand;
  Box box;
  double least_height = 1e300;
  for (const Vec2& point : shape.footprint().outline())
    for (double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
      const Vec2 top = stand.cranial + share * point, bottom = stand.caudal + share * point;
      const double top_z = shape.top_z_mm(top), bottom_z = shape.bottom_z_mm(bottom);
      least_height = std::min(least_height, top_z - bottom_z);
      // The sides lean a little further beyond the centres of the endplates.
      for (const double z : {top_z, bottom_z}) {
        const Vec2 at = stand.centre(z) + point;
        box.include(Vec3(at[0], at[1], z));
      }
    }
  if (least_height < kLeastHeight_mm)
    fail_input("implant: no height is left: {:.1f} mm between the faces at the lowest place with clearance_mm = {}; at least {} mm are "
               "needed",
               least_height, p.clearance_mm, kLeastHeight_mm);

  box = box.grown(kMargin_mm);
  progress.report(0.1, "sampling the body");
  implant.body = LevelSet::from_function("body", implant.frame, box, p.voxel_mm, kBand_voxels, [&](const Vec3& at) { return shape.body(at); });
  implant.plain_body = p.tooth_height_mm > 0.0 || !cuts.empty()
                           ? LevelSet::from_function("plain-body", implant.frame, box, p.voxel_mm, kBand_voxels,
                                                     [&](const Vec3& at) { return shape.plain_body(at); })
                           : implant.body;
  progress.report(0.4, "sampling the porous zone");
  implant.porous =
      LevelSet::from_function("porous", implant.frame, box, p.voxel_mm, kBand_voxels, [&](const Vec3& at) { return shape.porous(at); });
  progress.report(0.6, "sampling the faces");
  // Closed by a box so large that within the implant its sides are farther than any face.
  const double beyond_mm = box.size().maxCoeff();
  const Vec3 middle = 0.5 * (box.min + box.max), half = 0.5 * box.size() + Vec3::Constant(beyond_mm);
  // The faces are smooth: coarse voxels give their distances as well as fine ones.
  const double face_voxel_mm = 4.0 * p.voxel_mm;
  const auto add_face = [&](const char* name, const auto& distance_mm) {
    implant.faces.push_back(LevelSet::from_function(
        name, implant.frame, box.grown(beyond_mm + 2.0 * kBand_voxels * face_voxel_mm), face_voxel_mm, kBand_voxels, [&](const Vec3& at) {
          return std::max(distance_mm(at), ((at - middle).cwiseAbs() - half).maxCoeff());
        }));
  };
  add_face("cranial", [&](const Vec3& at) { return shape.cranial(at); });
  add_face("caudal", [&](const Vec3& at) { return shape.caudal(at); });
  add_face("side", [&](const Vec3& at) { return shape.side(at); });
  if (p.graft_channel_diameter_mm > 0.0) add_face("channel", [&](const Vec3& at) { return shape.channel(at, 0.0); });
  progress.report(0.7, "measuring the implant");
  const auto height_at = [&](double y_mm) {
    return shape.top_z_mm(stand.cranial + Vec2(0.0, y_mm)) - shape.bottom_z_mm(stand.caudal + Vec2(0.0, y_mm));
  };
  implant.width_mm = 2.0 * placing.half_width_mm;
  implant.depth_mm = 2.0 * placing.half_depth_mm;
  implant.height_anterior_mm = height_at(-placing.half_depth_mm);
  implant.height_posterior_mm = height_at(placing.half_depth_mm);
  implant.height_centre_mm = height_at(0.0);
  implant.body_volume_mm3 = implant.body.volume_mm3();
  const LevelSet zone = LevelSet::from_function("zone", implant.frame, box, p.voxel_mm, kBand_voxels,
                                                [&](const Vec3& at) { return std::max(shape.body(at), shape.porous(at)); });
  implant.porous_volume_mm3 = zone.volume_mm3();
  const double middle_z = 0.5 * (stand.caudal_z_mm + stand.cranial_z_mm);
  for (const Vec2& point : shape.footprint().outline()) implant.footprint.push_back(stand.centre(middle_z) + point);
  progress.report(1.0, "implant shaped");
  return implant;
}

}  // namespace spongiosa::geometry
