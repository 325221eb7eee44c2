#include "geometry/phantom/soft_tissue.h"

#include <cmath>
#include <numbers>

namespace spongiosa::geometry {

namespace {

// HU without contrast agent (typical values, assumed).
constexpr float kAir = -1000.0f, kSkin = 40.0f, kFat = -100.0f, kMuscle = 55.0f, kCord = 38.0f, kFluid = 15.0f, kBlood = 45.0f,
                kEpiduralFat = -80.0f, kAirwayWall = 65.0f, kGland = 75.0f;

constexpr double kSwelling_mm = 3.5, kFatPlane_mm = 1.2;

/// In the left half: u from the midline, v backwards from the posterior wall of the bodies; mm, degrees.
struct Ellipse {
  double u, v, radius_u, radius_v, turn_deg;
  float hu;
};
constexpr Ellipse kOrgans[] = {
    {0.0, -25.0, 7.5, 3.6, 0.0, 45.0f},       // oesophagus
    {8.2, -20.2, 6.6, 3.0, 14.0, kMuscle},    // longus colli and capitis
    {23.0, -24.0, 3.3, 3.3, 0.0, kBlood},     // common carotid artery
    {30.5, -22.0, 4.6, 3.6, 20.0, kBlood},    // internal jugular vein
    {14.5, -40.0, 4.6, 9.0, 10.0, kGland},    // thyroid lobe
    {13.0, -53.0, 9.0, 2.2, -14.0, kMuscle},  // strap muscles
    {40.5, -27.0, 5.5, 15.0, -32.0, kMuscle}, // sternocleidomastoid
    {27.0, -9.0, 6.5, 9.0, 20.0, kMuscle},    // scalenes
    {38.5, 3.5, 6.0, 11.0, 12.0, kMuscle},    // levator scapulae
    {12.5, 27.0, 10.2, 9.4, 0.0, kMuscle},    // multifidus and semispinalis cervicis
    {28.0, 20.0, 5.0, 9.5, 22.0, kMuscle},    // longissimus
    {14.0, 42.0, 12.0, 4.6, -18.0, kMuscle},  // semispinalis capitis
    {33.0, 31.0, 4.4, 13.0, 38.0, kMuscle},   // splenius
};

// (g - 1) / |grad g| for g = |(u/a, v/b)|.
double ellipse_value(double u, double v, double a, double b) {
  const double x = u / a, y = v / b, g = std::sqrt(x * x + y * y);
  if (g < 1e-9) return -std::min(a, b);
  return (g - 1.0) * g / std::sqrt(x * x / (a * a) + y * y / (b * b));
}

struct Turned {
  double cosine, sine, reach;
};
const std::array<Turned, std::size(kOrgans)>& turned() {
  static const auto table = [] {
    std::array<Turned, std::size(kOrgans)> t;
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double angle = kOrgans[i].turn_deg * std::numbers::pi / 180.0;
      t[i] = {std::cos(angle), std::sin(angle), std::max(kOrgans[i].radius_u, kOrgans[i].radius_v)};
    }
    return t;
  }();
  return table;
}

}  // namespace

SoftTissueSlice::SoftTissueSlice(const SpinePhantom::Impl& column, double z) {
  const Vec3 wall = column.posterior_line_at(z);
  const double turn = column.options.axial_rotation_deg * std::numbers::pi / 180.0;
  wall_x_ = wall.x();
  wall_y_ = wall.y();
  cosine_ = std::cos(turn);
  sine_ = std::sin(turn);
  size_ = column.options.size_factor;
}

Tissue SoftTissueSlice::at(double x, double y, double bone_mm) const {
  double interface = 1e3;
  // True when inside; the nearest of the surfaces asked counts as the distance to an interface.
  const auto inside = [&](double value) {
    interface = std::min(interface, std::abs(value));
    return value < 0.0;
  };
  const double skin = ellipse_value(x, y - kNeckCentre_y_mm, kHalfNeck_mm, kHalfNeck_mm);
  if (!inside(skin)) return {kAir, interface};
  if (inside(-2.0 - skin)) return {kSkin, interface};

  const double dx = x - wall_x_, dy = y - wall_y_;
  const double u = std::abs(cosine_ * dx + sine_ * dy), v = cosine_ * dy - sine_ * dx;

  if (u < 16.0 * size_ && v > -1.5 && v < 20.0 * size_) {
    const double vc = v - 7.6 * size_;
    if (inside(ellipse_value(u, vc, 12.3 * size_, 7.5 * size_))) {
      if (!inside(ellipse_value(u, vc + 0.4, 9.6 * size_, 6.2 * size_))) return {kEpiduralFat, interface};
      return {inside(ellipse_value(u, vc + 0.6, 6.3 * size_, 3.7 * size_)) ? kCord : kFluid, interface};
    }
  }
  if (u < 14.0 && v < -26.0) {
    const double airway = ellipse_value(u, v + 40.0, 8.0, 8.6);
    if (inside(airway)) return {kAir, interface};
    if (inside(airway - 1.8)) return {kAirwayWall, interface};
  }
  if (inside(bone_mm - kMuscleSleeve_mm)) return {kMuscle, interface};
  // Trapezius: a sheet under the fat of the back. Other muscles end below it.
  const bool back = v > 12.0;
  if (back) {
    const double sheet = std::max({skin + 7.5, -12.0 - skin, 0.7 - u});
    if (inside(sheet)) return {kMuscle, interface};
  }
  const double deep = skin + (back ? 13.2 : 4.0);

  // The nearest organ has the place, with a fat plane on the border to the next one; muscles swell to fill gaps.
  double nearest = 1e3, second = 1e3;
  const Ellipse* owner = nullptr;
  for (std::size_t i = 0; i < std::size(kOrgans); ++i) {
    const Ellipse& organ = kOrgans[i];
    const Turned& turn = turned()[i];
    const double du = u - organ.u, dv = v - organ.v;
    if (std::max(std::abs(du), std::abs(dv)) > turn.reach + kSwelling_mm + kFatPlane_mm) continue;
    const double value =
        ellipse_value(turn.cosine * du + turn.sine * dv, turn.cosine * dv - turn.sine * du, organ.radius_u, organ.radius_v);
    if (value < nearest) {
      second = nearest;
      nearest = value;
      owner = &organ;
    } else {
      second = std::min(second, value);
    }
  }
  if (owner) {
    const double swelling = owner->hu == kMuscle ? kSwelling_mm : 0.0;
    const double border = 0.5 * (nearest - second + kFatPlane_mm);
    if (inside(std::max({nearest - swelling, border, deep}))) return {owner->hu, interface};
  }
  return {kFat, interface};
}

}  // namespace spongiosa::geometry
