#include "geometry/phantom/vertebra_solid.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::geometry {

namespace {

constexpr double kFilletRadius_mm = 1.2;  // where parts join
constexpr double kFacetRimRadius_mm = 1.2;
constexpr double kTip_mm = 3.0;            // how far articular tips reach beyond the joint's middle
constexpr double kWaist_mm = 0.8;  // the wall's inward bow at half height
constexpr double kFrontExponent = 2.2, kBackExponent = 3.2;  // of the section: round in front, flat towards the canal
constexpr double kUncinateStart = 0.6;     // fraction of the half width where the lateral rise begins

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }
// std::hypot guards against overflow, which costs more than all the rest here.
double length(double a, double b) { return std::sqrt(a * a + b * b); }

// Intersection with a rounded edge of radius r: exact for walls at right angles, and C1 everywhere.
double rounded_max(double a, double b, double r) {
  return std::min(-r, std::max(a, b)) + length(std::max(a + r, 0.0), std::max(b + r, 0.0));
}
// Union with a fillet of radius r; equals min(a, b) where either is at least r.
double filleted_min(double a, double b, double r) {
  return std::max(r, std::min(a, b)) - length(std::max(r - a, 0.0), std::max(r - b, 0.0));
}

// Depth of an endplate below its chord along the depth of the body, 0 at both rims, 1 at the apex; two parabolas.
double sagittal_arch(double s, double apex, double* derivative) {
  const double span = s < apex ? apex : 1.0 - apex;
  const double u = std::clamp((s - apex) / span, -1.2, 1.2);
  *derivative = std::abs(u) < 1.2 ? -2.0 * u / span : 0.0;
  return 1.0 - u * u;
}

}  // namespace

VertebraSolid::VertebraSolid(const VertebraMorphometry& morphometry, double uncinate_height_mm)
    : m_(morphometry),
      uncinate_mm_(uncinate_height_mm),
      y_posterior_(0.25 * (morphometry.upper_depth_mm + morphometry.lower_depth_mm)),
      superior_tangent_(std::tan(radians(morphometry.superior_slope_deg))),
      inferior_tangent_(std::tan(radians(morphometry.inferior_slope_deg))),
      size_(morphometry.size_factor) {
  const double k = size_, yp = y_posterior_;
  const double half_width = 0.25 * (m_.upper_width_mm + m_.lower_width_mm);
  const Vec3 up = Vec3::UnitZ();

  // Pedicle: from inside the body through its posterolateral corner into the pillar, at the published angle and section.
  const double angle = radians(m_.pedicle_transverse_angle_deg);
  const Vec3 along(std::sin(angle), std::cos(angle), 0.0);
  const Vec3 corner(half_width + 0.3 * k, yp - 0.5 * k, 0.6 * k);
  const double pedicle_radius = 0.5 * m_.pedicle_width_mm;
  add_box(corner - 0.8 * k * along, corner + 7.5 * k * along, up,
          Vec2(0.0, std::max(0.0, 0.5 * m_.pedicle_height_mm - pedicle_radius)), pedicle_radius);

  // Transverse process: anterior (costal) bar, posterior bar, and the bridge that closes the foramen between them.
  const Vec3 costal_root(half_width - 0.8 * k, yp - 10.5 * k, -0.5 * k), costal_tip(half_width + 7.6 * k, yp - 8.6 * k, -1.0 * k);
  const Vec3 back_tip(half_width + 9.2 * k, yp - 2.4 * k, -0.8 * k), back_root(m_.pillar_centre_mm, yp + 3.0 * k, 0.6 * k);
  add_box(costal_root, costal_tip, up, Vec2(0.0, 1.0 * k), 1.6 * k);
  add_box(costal_tip, back_tip, up, Vec2(0.0, 0.6 * k), 1.5 * k);
  add_box(back_root, back_tip, up, Vec2(0.0, 0.8 * k), 1.7 * k);

  // Lamina: a plate leaning back, from the pillar to the midline behind the canal.
  const Vec3 lamina_root(m_.pillar_centre_mm - 3.2 * k, yp + 6.8 * k, -1.2 * k);
  const Vec3 lamina_end(0.0, yp + m_.canal_depth_mm + 2.0 * k, -2.8 * k);
  add_box(lamina_root, lamina_end, Vec3(0.0, -0.3, 1.0), Vec2(0.0, 3.0 * k), 1.7 * k);

  // Spinous process: a plate pointing back and down; two prongs at its end, or a knob.
  const Vec3 spinous_root(0.0, yp + m_.canal_depth_mm + 2.0 * k, -3.0 * k);
  const double droop = radians(m_.bifid ? 22.0 : 16.0);
  const Vec3 backwards(0.0, std::cos(droop), -std::sin(droop));
  const Vec3 tip = spinous_root + m_.spinous_length_mm * backwards;
  add_box(spinous_root, tip - (m_.bifid ? 3.5 : 2.0) * k * backwards, up, Vec2(0.0, 2.0 * k), 2.1 * k);
  if (m_.bifid)
    add_box(tip - 4.5 * k * backwards + Vec3(1.4 * k, 0, 0), tip + Vec3(4.2 * k, 0, -1.0 * k), up, Vec2(0.0, 1.2 * k), 1.9 * k);
  else
    add_box(tip - 2.5 * k * backwards, tip, up, Vec2(0.6 * k, 2.0 * k), 3.0 * k);
}

// A box from `from` to `to` (plus rounding), its third axis as near to `up` as it can be; half_section is across and up.
void VertebraSolid::add_box(const Vec3& from, const Vec3& to, const Vec3& up, Vec2 half_section, double radius) {
  const Vec3 along = (to - from).normalized();
  const Vec3 third = (up - up.dot(along) * along).normalized();
  RoundedBox box;
  box.centre = 0.5 * (from + to);
  box.axes_transposed.row(0) = along;
  box.axes_transposed.row(1) = third.cross(along);
  box.axes_transposed.row(2) = third;
  box.half = Vec3(0.5 * (to - from).norm(), half_section[0], half_section[1]);
  box.radius = radius;
  box.reach = box.half.norm() + radius;
  boxes_.push_back(box);
}

double VertebraSolid::distance(const RoundedBox& box, const Vec3& p) {
  const Vec3 q = (box.axes_transposed * (p - box.centre)).cwiseAbs() - box.half;
  return q.cwiseMax(0.0).norm() + std::min(q.maxCoeff(), 0.0) - box.radius;
}

double VertebraSolid::superior_z(double x, double y, Vec2* gradient) const {
  const double half_width = 0.5 * m_.upper_width_mm, depth = m_.upper_depth_mm;
  double arch_slope;
  const double arch = sagittal_arch((y - y_posterior_) / depth + 1.0, m_.superior_apex_fraction, &arch_slope);
  const double xi = std::min(std::abs(x) / half_width, 1.3), coronal = 1.0 - xi * xi * xi * xi;
  const double e = std::clamp((xi - kUncinateStart) / (1.0 - kUncinateStart), 0.0, 1.0);
  if (gradient) {
    const double sign = x < 0.0 ? -1.0 : 1.0;
    const double coronal_slope = xi < 1.3 ? -4.0 * xi * xi * xi : 0.0;
    const double rise_slope = 6.0 * e * (1.0 - e) / (1.0 - kUncinateStart);
    *gradient = Vec2(sign / half_width * (uncinate_mm_ * rise_slope - m_.superior_concavity_mm * arch * coronal_slope),
                     superior_tangent_ - m_.superior_concavity_mm * coronal * arch_slope / depth);
  }
  return 0.5 * m_.posterior_height_mm + superior_tangent_ * (y - y_posterior_) - m_.superior_concavity_mm * arch * coronal +
         uncinate_mm_ * e * e * (3.0 - 2.0 * e);
}

double VertebraSolid::inferior_z(double x, double y, Vec2* gradient) const {
  const double half_width = 0.5 * m_.lower_width_mm, depth = m_.lower_depth_mm;
  double arch_slope;
  const double arch = sagittal_arch((y - y_posterior_) / depth + 1.0, m_.inferior_apex_fraction, &arch_slope);
  const double xi = std::min(std::abs(x) / half_width, 1.3), coronal = 1.0 - xi * xi * xi * xi;
  if (gradient) {
    const double sign = x < 0.0 ? -1.0 : 1.0;
    const double coronal_slope = xi < 1.3 ? -4.0 * xi * xi * xi : 0.0;
    *gradient = Vec2(sign / half_width * m_.inferior_concavity_mm * arch * coronal_slope,
                     inferior_tangent_ + m_.inferior_concavity_mm * coronal * arch_slope / depth);
  }
  return -0.5 * m_.posterior_height_mm + inferior_tangent_ * (y - y_posterior_) + m_.inferior_concavity_mm * arch * coronal;
}

// g = (|u|^n + |v|^n)^(1/n) with u = x / a(t), v = 1 + (y - y_posterior) / b(t); t is -1 and +1 on the chords of the endplates.
// (g - 1) / |grad g| is the distance to first order, and never more than it outside (g is convex in a section).
double VertebraSolid::side_value(const Vec3& p) const {
  const double from_back = p.y() - y_posterior_;
  const double top = 0.5 * m_.posterior_height_mm + superior_tangent_ * from_back;
  const double bottom = -0.5 * m_.posterior_height_mm + inferior_tangent_ * from_back;
  const double height = std::max(top - bottom, 0.5 * m_.posterior_height_mm);
  const double t_free = (2.0 * p.z() - top - bottom) / height, t = std::clamp(t_free, -1.0, 1.0);
  const double waist = kWaist_mm * size_;
  const double a = 0.25 * (m_.upper_width_mm * (1.0 + t) + m_.lower_width_mm * (1.0 - t)) - waist * (1.0 - t * t);
  const double b = 0.25 * (m_.upper_depth_mm * (1.0 + t) + m_.lower_depth_mm * (1.0 - t)) - 0.5 * waist * (1.0 - t * t);
  const double u = p.x() / a, v = 1.0 + from_back / b;
  const double n = v < 0.0 ? kFrontExponent : kBackExponent;
  const double au = std::abs(u), av = std::abs(v);
  const double larger = std::max(au, av);
  if (larger < 1e-6) return -std::min(a, b);
  const double pu = std::pow(au / larger, n), pv = std::pow(av / larger, n);
  const double g = larger * std::pow(pu + pv, 1.0 / n);
  const double gu = au > 0.0 ? std::copysign(pu / au * g / (pu + pv), u) : 0.0;
  const double gv = av > 0.0 ? std::copysign(pv / av * g / (pu + pv), v) : 0.0;
  double gt = 0.0;
  if (t == t_free) {
    const double a_slope = 0.25 * (m_.upper_width_mm - m_.lower_width_mm) + 2.0 * waist * t;
    const double b_slope = 0.25 * (m_.upper_depth_mm - m_.lower_depth_mm) + waist * t;
    gt = -gu * u * a_slope / a + gv * (1.0 - v) * b_slope / b;
  }
  const double t_y = -(superior_tangent_ + inferior_tangent_) / height;
  return (g - 1.0) / Vec3(gu / a, gv / b + gt * t_y, gt * 2.0 / height).norm();
}

VertebraSolid::Body VertebraSolid::body(const Vec3& p) const {
  Vec2 slope;
  const double above = (p.z() - superior_z(p.x(), p.y(), &slope)) / std::sqrt(1.0 + slope.squaredNorm());
  const double z_inferior = inferior_z(p.x(), p.y(), &slope);
  const double below = (z_inferior - p.z()) / std::sqrt(1.0 + slope.squaredNorm());
  const double plates = std::max(above, below), side = side_value(p);
  return {rounded_max(side, plates, kRimRadius_mm), plates > side};
}

double VertebraSolid::body_value(const Vec3& p) const { return body(p).value; }

double VertebraSolid::pillar(const Vec3& p) const {
  const double corner = 2.2 * size_;
  const Vec2 q(std::abs(p.x() - m_.pillar_centre_mm) - m_.pillar_half_width_mm + corner,
               std::abs(p.y() - y_posterior_ - kPillarBehindWall_mm * size_) - m_.pillar_half_depth_mm + corner);
  const double column = q.cwiseMax(0.0).norm() + std::min(q.maxCoeff(), 0.0) - corner;
  // Articular surfaces, and blunt tips where these would run out into a knife edge.
  const double y = y_posterior_ + kPillarBehindWall_mm * size_;
  const double top = (facets_.superior_offset_mm - facets_.superior_normal.y() * y) / facets_.superior_normal.z() + kTip_mm * size_;
  const double bottom = (facets_.inferior_offset_mm - facets_.inferior_normal.y() * y) / facets_.inferior_normal.z() - kTip_mm * size_;
  const double upper = rounded_max(facets_.superior_normal.dot(p) - facets_.superior_offset_mm, p.z() - top, kFacetRimRadius_mm);
  const double lower = rounded_max(facets_.inferior_offset_mm - facets_.inferior_normal.dot(p), bottom - p.z(), kFacetRimRadius_mm);
  return rounded_max(column, std::max(upper, lower), kFacetRimRadius_mm);
}

VertebraSolid::Value VertebraSolid::evaluate(const Vec3& p_either_side) const {
  const Vec3 p(std::abs(p_either_side.x()), p_either_side.y(), p_either_side.z());
  // A part that is farther than both the fillet radius and what is there already changes nothing: skipping it is exact.
  double value = pillar(p);
  bool endplate = false;
  const double half_width = 0.5 * std::max(m_.upper_width_mm, m_.lower_width_mm);
  const double from_middle = std::abs(p.y() - y_posterior_ + 0.25 * (m_.upper_depth_mm + m_.lower_depth_mm)) -
                             0.5 * std::max(m_.upper_depth_mm, m_.lower_depth_mm) - 1.0;
  const double body_at_least = std::max(p.x() - half_width, from_middle);
  double trunk_value = body_at_least;
  // The body's value may be somewhat less than the distance to its box: leave a margin.
  if (body_at_least < 3.0 + 1.5 * std::max(value, 0.0)) {
    const Body trunk = body(p);
    trunk_value = trunk.value;
    endplate = trunk.endplate && trunk.value < value + kFilletRadius_mm;
    value = filleted_min(trunk.value, value, kFilletRadius_mm);
  }
  for (const RoundedBox& box : boxes_) {
    const double nearest = (p - box.centre).norm() - box.reach;
    if (nearest > value && nearest > kFilletRadius_mm) continue;
    const double part = distance(box, p);
    if (part < trunk_value) endplate = false;
    value = filleted_min(value, part, kFilletRadius_mm);
  }
  return {value, endplate};
}

Vec3 VertebraSolid::superior_rim(bool posterior) const {
  const double y = y_posterior_ - (posterior ? 0.0 : m_.upper_depth_mm);
  return {0.0, y, superior_z(0.0, y, nullptr)};
}
Vec3 VertebraSolid::inferior_rim(bool posterior) const {
  const double y = y_posterior_ - (posterior ? 0.0 : m_.lower_depth_mm);
  return {0.0, y, inferior_z(0.0, y, nullptr)};
}

Box VertebraSolid::bounds() const {
  Box box;
  for (double x : {-1.0, 1.0}) {
    const double w = 0.5 * std::max(m_.upper_width_mm, m_.lower_width_mm);
    box.include(Vec3(x * w, y_posterior_ - std::max(m_.upper_depth_mm, m_.lower_depth_mm), -0.5 * m_.posterior_height_mm - 5.0));
    box.include(Vec3(x * w, y_posterior_, 0.5 * m_.posterior_height_mm + uncinate_mm_));
    for (const RoundedBox& part : boxes_) {
      const Vec3 reach = (part.axes_transposed.cwiseAbs().transpose() * part.half).array() + part.radius;
      const Vec3 centre(x * part.centre.x(), part.centre.y(), part.centre.z());
      box.include(centre - reach);
      box.include(centre + reach);
    }
    // The pillar between its two oblique ends.
    for (double y : {-1.0, 1.0}) {
      const double wx = x * (m_.pillar_centre_mm + m_.pillar_half_width_mm);
      const double wy = y_posterior_ + kPillarBehindWall_mm * size_ + y * m_.pillar_half_depth_mm;
      const double top = (facets_.superior_offset_mm - facets_.superior_normal.y() * wy) / facets_.superior_normal.z();
      const double bottom = (facets_.inferior_offset_mm - facets_.inferior_normal.y() * wy) / facets_.inferior_normal.z();
      box.include(Vec3(wx, wy, top));
      box.include(Vec3(wx, wy, bottom));
    }
  }
  return box.grown(2.5);  // fillets and at least 1 mm of air
}

}  // namespace spongiosa::geometry
