#include "geometry/bone/detail/measure_plate.h"

#include "core/error.h"
#include "geometry/bone/detail/plate_mask.h"
#include "geometry/bone/detail/surface_fit.h"

#include <Eigen/Geometry>

#include <algorithm>

namespace spongiosa::geometry::bone_detail {
namespace {

constexpr double kContinuation_mm = 10.0;  ///< grid beyond the outline
constexpr double kInnerPart = 0.8;         ///< of the outline: where plane and centre are taken

double signed_area(const std::vector<Vec2>& polygon) {
  double twice = 0.0;
  for (std::size_t n = 0, m = polygon.size() - 1; n < polygon.size(); m = n++)
    twice += polygon[m][0] * polygon[n][1] - polygon[n][0] * polygon[m][1];
  return 0.5 * twice;
}

/// Slope of the surface, by central differences over 1 mm.
Vec2 slope(const HeightField& field, double x, double y) {
  return {field.z(x + 0.5, y) - field.z(x - 0.5, y), field.z(x, y + 0.5) - field.z(x, y - 0.5)};
}

/// Largest depth of the mid-sagittal profile below the chord between its rims, across the chord. The rims are the points of the front
/// and the rear third that stand out farthest from the plane towards the gap. @param outward +1 for a superior, -1 for an inferior endplate
double profile_concavity(const Endplate& plate, double outward) {
  double front = 1e300, rear = -1e300;
  for (double y = -40.0; y <= 40.0; y += 0.25)
    if (inside_polygon(plate.outline, {plate.centre[0], plate.centre[1] + y})) {
      front = std::min(front, plate.centre[1] + y);
      rear = std::max(rear, plate.centre[1] + y);
    }
  if (rear - front < 3.0) return 0.0;
  const auto height = [&](double y) {
    const Vec3 p(plate.centre[0], y, plate.surface.z(plate.centre[0], y));
    return outward * plate.normal.dot(p - plate.centre);
  };
  const auto best_in = [&](double from, double to) {
    double best = from;
    for (double y = from; y <= to; y += 0.25)
      if (height(y) > height(best)) best = y;
    return best;
  };
  const double a = best_in(front, front + (rear - front) / 3.0), b = best_in(rear - (rear - front) / 3.0, rear);
  const auto point = [&](double y) { return Vec2(y, plate.surface.z(plate.centre[0], y)); };
  const Vec2 chord = (point(b) - point(a)).normalized();
  const Vec2 towards_gap = outward * Vec2(-chord[1], chord[0]);
  double deepest = 0.0;
  for (double y = a; y <= b; y += 0.25) deepest = std::max(deepest, -towards_gap.dot(point(y) - point(a)));
  return deepest;
}

}  // namespace

MeasuredPlate measure_plate(const PlateEdges& edges, const Frame& frame, const CorpectomyOptions& options, double outward,
                            const std::string& name) {
  MeasuredPlate result;
  Endplate& plate = result.plate;
  for (const Vec3& p : edges.outline_Patient) plate.outline.push_back(frame.from_patient(p).head<2>());
  if (signed_area(plate.outline) < 0.0) std::reverse(plate.outline.begin(), plate.outline.end());
  Vec2 low = Vec2::Constant(1e300), high = -low;
  for (const Vec2& p : plate.outline) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  std::vector<SurfacePoint> points;
  for (const Vec3& p : edges.points_Patient) {
    const Vec3 q = frame.from_patient(p);
    points.push_back({q[0], q[1], q[2], 1.0});
    low = low.cwiseMin(q.head<2>());
    high = high.cwiseMax(q.head<2>());
  }
  const SurfaceFit fit = fit_surface(points, edges.step_mm * edges.step_mm, low[0] - kContinuation_mm, high[0] + kContinuation_mm,
                                     low[1] - kContinuation_mm, high[1] + kContinuation_mm, options.surface_step_mm, options.smoothing_mm);
  plate.surface = fit.field;
  plate.roughness_mm = fit.rms_mm;
  HeightField& field = plate.surface;
  // 0.1 um steps: more than enough, and decimal text keeps them exactly.
  for (float& z : field.z_mm) z = float(std::round(double(z) * 1e4) / 1e4);

  // A node is measured when it lies within the outline and a trusted edge point lies within about a millimetre.
  const int reach = std::max(1, int(std::lround(1.0 / field.step_mm)));
  for (std::size_t n = 0; n < points.size(); ++n) {
    if (fit.weight[n] <= 0.0) continue;
    const int i = int(std::lround((points[n].x_mm - field.x0_mm) / field.step_mm));
    const int j = int(std::lround((points[n].y_mm - field.y0_mm) / field.step_mm));
    for (int b = std::max(0, j - reach); b <= std::min(field.ny - 1, j + reach); ++b)
      for (int a = std::max(0, i - reach); a <= std::min(field.nx - 1, i + reach); ++a)
        field.measured[std::size_t(a) + std::size_t(field.nx) * std::size_t(b)] = 1;
  }
  // Plane and centre leave out the outer fifth: rims and uncinate processes are not what an implant rests on, and rounding there would
  // tilt the plane.
  Vec2 middle = Vec2::Zero();
  for (const Vec2& p : plate.outline) middle += p / double(plate.outline.size());
  std::vector<SurfacePoint> nodes;
  Vec3 centre = Vec3::Zero();
  double area = 0.0, inside = 0.0;
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i) {
      std::uint8_t& found = field.measured[std::size_t(i) + std::size_t(field.nx) * std::size_t(j)];
      const double x = field.x0_mm + i * field.step_mm, y = field.y0_mm + j * field.step_mm;
      if (!inside_polygon(plate.outline, {x, y})) {
        found = 0;
        continue;
      }
      inside += 1.0;
      if (!found) continue;
      result.found_fraction += 1.0;
      if (!inside_polygon(plate.outline, middle + (Vec2(x, y) - middle) / kInnerPart)) continue;
      const Vec2 s = slope(field, x, y);
      const double w = std::sqrt(1.0 + s.squaredNorm());
      const double z = field.z_mm[std::size_t(i) + std::size_t(field.nx) * std::size_t(j)];
      nodes.push_back({x, y, z, w});
      centre += w * Vec3(x, y, z);
      area += w;
    }
  if (nodes.size() < 30) fail_input("{}: its middle was not found in the image; check the seeds and the threshold", name);
  result.found_fraction /= inside;
  plate.centre = centre / area;
  plate.normal = fit_plane(nodes).normal();
  plate.width_mm = edges.width_mm;
  plate.depth_mm = edges.depth_mm;
  plate.concavity_mm = profile_concavity(plate, outward);
  return result;
}

PlateEdges find_end_plate(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, std::size_t vertebra, double side, const std::string& name) {
  // Towards the nearest seed on that side; where there is none, away from the nearest on the other.
  const Vec3& from = seeds[vertebra].p_Patient;
  Vec3 towards = Vec3::Zero(), away = Vec3::Zero();
  for (const VertebraSeed& other : seeds) {
    const Vec3 d = other.p_Patient - from;
    if (d.norm() < 1e-9) continue;
    Vec3& best = side * d[2] > 0.0 ? towards : away;
    if (best.isZero() || d.norm() < best.norm()) best = d;
  }
  if (towards.isZero()) towards = -away;
  if (towards.isZero()) fail_input("{}: a seed of a neighbour is needed to know in which direction it lies", name);
  return find_plate(segmentation, std::uint8_t(vertebra + 1), from, towards, name);
}

Vec3 PlaneCut::centre_Patient() const { return frame.origin_Patient; }

PlaneCut cut_plane(const Segmentation& segmentation, std::uint8_t label, const Vec3& point_Patient, const Vec3& normal_Patient, const std::string& name) {
  PlaneCut cut;
  cut.frame.origin_Patient = point_Patient;
  const Vec3 z = normal_Patient.normalized(), x = (Vec3::UnitX() - z[0] * z).normalized();
  cut.frame.axes_Patient.col(0) = x;
  cut.frame.axes_Patient.col(1) = z.cross(x);
  cut.frame.axes_Patient.col(2) = z;
  LabelImage bone = segmentation.labels;
  for (auto& value : bone.data) value = value == label;
  constexpr double kHalfWidth_mm = 40.0, kStep_mm = 0.5, kLargestHole_mm2 = 30.0;
  for (int round = 0; round < 2; ++round) {
    PlateMask section(kHalfWidth_mm, kStep_mm);
    for (int j = 0; j < section.count(); ++j)
      for (int i = 0; i < section.count(); ++i) {
        const Vec3 p = cut.frame.to_patient(Vec3(section.coordinate(i), section.coordinate(j), 0.0));
        section.at(i, j) = bone.covers(p) ? float(bone.sample(p)) : 0.0f;
      }
    const PlateMask body = body_of(filled(section, kLargestHole_mm2), Vec2::Zero(), 1.0);
    if (body.area_mm2() < 60.0)
      fail_input("{}: only {:.0f} mm^2 of bone lie in the plane there; check where the cut is asked for", name, body.area_mm2());
    const Vec2 c = centroid(body);
    if (round == 0) {
      cut.frame.origin_Patient = cut.frame.to_patient(Vec3(c[0], c[1], 0.0));
      continue;
    }
    Vec2 low = Vec2::Constant(1e300), high = -low;
    for (const Vec2& p : radial_outline(body, 120)) {
      cut.outline_Patient.push_back(cut.frame.to_patient(Vec3(p[0], p[1], 0.0)));
      low = low.cwiseMin(p);
      high = high.cwiseMax(p);
    }
    cut.width_mm = high[0] - low[0];
    cut.depth_mm = high[1] - low[1];
  }
  return cut;
}

Endplate cut_plate(const PlaneCut& cut, const Frame& frame, double step_mm) {
  Endplate plate;
  Vec2 low = Vec2::Constant(1e300), high = -low;
  for (const Vec3& p : cut.outline_Patient) {
    plate.outline.push_back(frame.from_patient(p).head<2>());
    low = low.cwiseMin(plate.outline.back());
    high = high.cwiseMax(plate.outline.back());
  }
  if (signed_area(plate.outline) < 0.0) std::reverse(plate.outline.begin(), plate.outline.end());
  plate.centre = frame.from_patient(cut.centre_Patient());
  plate.normal = frame.axes_Patient.transpose() * cut.frame.axes_Patient.col(2);
  plate.width_mm = cut.width_mm;
  plate.depth_mm = cut.depth_mm;
  HeightField& field = plate.surface;
  field.step_mm = step_mm;
  field.x0_mm = low[0] - kContinuation_mm;
  field.y0_mm = low[1] - kContinuation_mm;
  field.nx = int(std::ceil((high[0] - low[0] + 2.0 * kContinuation_mm) / step_mm)) + 1;
  field.ny = int(std::ceil((high[1] - low[1] + 2.0 * kContinuation_mm) / step_mm)) + 1;
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i) {
      const double x = field.x0_mm + i * step_mm, y = field.y0_mm + j * step_mm;
      field.z_mm.push_back(float(plate.centre[2] - (plate.normal[0] * (x - plate.centre[0]) + plate.normal[1] * (y - plate.centre[1])) / plate.normal[2]));
      field.measured.push_back(inside_polygon(plate.outline, {x, y}));
    }
  return plate;
}

}  // namespace spongiosa::geometry::bone_detail
