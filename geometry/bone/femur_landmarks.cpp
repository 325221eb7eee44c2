#include "geometry/bone/femur_landmarks.h"

#include "core/error.h"
#include "geometry/bone/detail/bone_probe.h"
#include "geometry/bone/detail/sphere_fit.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

using namespace bone_detail;

constexpr double kPi = 3.14159265358979323846;
constexpr double kLeastHead_mm = 12.0, kMostHead_mm = 35.0;
constexpr int kRays = 96;

/// Directions spread evenly over the sphere (Fibonacci lattice).
std::vector<Vec3> directions(int count) {
  std::vector<Vec3> result;
  for (int n = 0; n < count; ++n) {
    const double z = 1.0 - (2.0 * n + 1.0) / count, r = std::sqrt(1.0 - z * z), a = 2.399963229728653 * n;
    result.emplace_back(r * std::cos(a), r * std::sin(a), z);
  }
  return result;
}

/// The section of the bone by a plane, as far as it can be seen from a point in it.
struct Section {
  double area_mm2 = 0.0;
  Vec3 centroid = Vec3::Zero();
  std::vector<double> radius_mm;  ///< ray by ray
};
Section section_of(const BoneProbe& probe, const Vec3& p, const Vec3& normal) {
  Section s;
  const Vec3 u = normal.unitOrthogonal(), v = normal.cross(u);
  Vec2 moment = Vec2::Zero();
  double twice = 0.0;
  for (int n = 0; n < kRays; ++n) {
    const double a = 2.0 * kPi * n / kRays;
    s.radius_mm.push_back(probe.run_mm(p, std::cos(a) * u + std::sin(a) * v, 60.0));
  }
  for (int n = 0; n < kRays; ++n) {
    const double a = 2.0 * kPi * n / kRays, b = 2.0 * kPi * (n + 1) / kRays, ra = s.radius_mm[std::size_t(n)], rb = s.radius_mm[std::size_t((n + 1) % kRays)];
    const Vec2 pa(ra * std::cos(a), ra * std::sin(a)), pb(rb * std::cos(b), rb * std::sin(b));
    const double cross = pa[0] * pb[1] - pa[1] * pb[0];
    twice += cross;
    moment += cross * (pa + pb) / 3.0;
  }
  s.area_mm2 = 0.5 * twice;
  const Vec2 c = twice > 1e-9 ? Vec2(moment / twice) : Vec2(Vec2::Zero());
  s.centroid = p + c[0] * u + c[1] * v;
  return s;
}

/// The deepest points of the bone are candidates; the head is the one most of whose directions end at the same distance.
Sphere guess_head(const BoneProbe& probe) {
  const FloatImage& depth = probe.depth();
  std::vector<std::pair<float, Index3>> candidates;
  const auto step = std::max<std::int64_t>(1, std::llround(3.0 / depth.spacing_mm.maxCoeff()));
  for (std::int64_t k = 0; k < depth.size[2]; k += step)
    for (std::int64_t j = 0; j < depth.size[1]; j += step)
      for (std::int64_t i = 0; i < depth.size[0]; i += step)
        if (probe.bone().at(i, j, k) && depth.at(i, j, k) > 0.85f * float(kLeastHead_mm)) candidates.push_back({depth.at(i, j, k), {i, j, k}});
  const std::vector<Vec3> rays = directions(150);
  Sphere best;
  double best_share = 0.0;
  for (const auto& [d, index] : candidates) {
    const Vec3 c = depth.to_patient(Vec3(double(index[0]), double(index[1]), double(index[2])));
    std::vector<double> runs;
    for (const Vec3& ray : rays) runs.push_back(probe.run_mm(c, ray, kMostHead_mm + 3.0));
    std::vector<double> sorted = runs;
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(sorted.size() * 2 / 5), sorted.end());
    const double radius = sorted[sorted.size() * 2 / 5];
    if (radius < kLeastHead_mm || radius > kMostHead_mm) continue;
    double near = 0.0;
    for (const double run : runs) near += std::abs(run - radius) < 2.0;
    if (near / double(runs.size()) <= best_share) continue;
    best_share = near / double(runs.size());
    best.centre = c;
    best.radius_mm = radius;
  }
  if (best_share < 0.45)
    fail_input("no round femoral head was found: at best {:.0f} % of a sphere; check the mask, which must hold the whole head and nothing of the "
               "acetabulum",
               100.0 * best_share);
  return best;
}

/// The steepest fall of the grey values within 3 mm of the guessed surface; absent where it is faint.
std::optional<Vec3> edge_point(const FloatImage& hu, const Sphere& guess, const Vec3& ray) {
  constexpr double kWindow_mm = 3.0, kStep_mm = 0.1, kHalf_mm = 0.4, kLeast_hu_mm = 80.0;
  double steepest = 0.0, at = 0.0;
  const auto fall = [&](double t) { return (hu.sample(guess.centre + (t - kHalf_mm) * ray) - hu.sample(guess.centre + (t + kHalf_mm) * ray)) / (2.0 * kHalf_mm); };
  for (double t = guess.radius_mm - kWindow_mm; t <= guess.radius_mm + kWindow_mm; t += kStep_mm) {
    if (!hu.covers(guess.centre + (t + kHalf_mm) * ray)) return std::nullopt;
    const double f = fall(t);
    if (f > steepest) {
      steepest = f;
      at = t;
    }
  }
  if (steepest < kLeast_hu_mm) return std::nullopt;
  const double before = fall(at - kStep_mm), after = fall(at + kStep_mm), bend = before - 2.0 * steepest + after;
  if (bend < -1e-9) at += std::clamp(0.5 * kStep_mm * (before - after) / bend, -kStep_mm, kStep_mm);
  return guess.centre + at * ray;
}

void fit_head(const FloatImage& hu, Sphere sphere, const std::optional<Vec3>& neck_direction, FemurLandmarks& f) {
  constexpr double kNeckCone = 0.3;  // cosine: directions within 73 degrees of the neck are not the head's surface
  const std::vector<Vec3> rays = directions(2000);
  for (int round = 0; round < 4; ++round) {
    std::vector<Vec3> points;
    double asked = 0.0;
    for (const Vec3& ray : rays) {
      if (neck_direction && -neck_direction->dot(ray) > kNeckCone) continue;
      asked += 1.0;
      if (const auto p = edge_point(hu, sphere, ray)) points.push_back(*p);
    }
    if (points.size() < 200) fail_input("the femoral head has no clear surface: only {} of {:.0f} directions end at bone", points.size(), asked);
    sphere = fit_sphere(points, sphere);
    f.head_covered_fraction = double(points.size()) * sphere.kept_fraction / double(rays.size());
  }
  f.head_centre_Patient = sphere.centre;
  f.head_radius_mm = sphere.radius_mm;
  f.head_rms_mm = sphere.rms_mm;
}

Vec3 mask_centroid(const LabelImage& bone) {
  Vec3 sum = Vec3::Zero();
  double count = 0.0;
  for (std::int64_t k = 0; k < bone.size[2]; ++k)
    for (std::int64_t j = 0; j < bone.size[1]; ++j)
      for (std::int64_t i = 0; i < bone.size[0]; ++i)
        if (bone.at(i, j, k)) {
          sum += Vec3(double(i), double(j), double(k));
          count += 1.0;
        }
  return bone.to_patient(sum / count);
}

void find_neck(const BoneProbe& probe, const Vec3& head, double radius_mm, FemurLandmarks& f) {
  // Downwards from the head into the femur.
  Vec3 u = (mask_centroid(probe.bone()) - head).normalized();
  for (int round = 0; round < 25; ++round) {
    double least = 1e300, at = 0.0;
    Vec3 centroid = head;
    for (double t = 0.55 * radius_mm; t <= 2.3 * radius_mm; t += 0.5) {
      if (!probe.inside(head + t * u)) break;
      const Section s = section_of(probe, head + t * u, u);
      if (s.area_mm2 >= least) continue;
      least = s.area_mm2;
      at = t;
      centroid = s.centroid;
    }
    if (least > 1e299) fail_input("no neck was found below the femoral head: check that the mask holds head and neck in one piece");
    // Over 4 mm to both sides: one section's centroid jumps with the voxels.
    Vec3 mean = Vec3::Zero();
    double count = 0.0;
    for (double t = at - 4.0; t <= at + 4.0; t += 1.0)
      if (probe.inside(head + t * u)) {
        const Section s = section_of(probe, head + t * u, u);
        mean += s.centroid - (t - at) * u;
        count += 1.0;
      }
    const Vec3 next = (mean / count - head).normalized();
    f.neck_point_Patient = head + at * next;
    f.neck_area_mm2 = least;
    const double turn = (next - u).norm();
    u = (0.5 * (u + next)).normalized();
    if (turn < 1e-4) break;
  }
  f.neck_direction_Patient = -u;
  f.neck_point_Patient = head + (f.neck_point_Patient - head).norm() * u;
}

void find_shaft(const BoneProbe& probe, FemurLandmarks& f) {
  // Begins at the lowest slice and follows the centroids of the sections upwards, as far as they stay alike.
  const LabelImage& bone = probe.bone();
  std::int64_t lowest = -1;
  Vec3 start = Vec3::Zero();
  for (std::int64_t k = 0; k < bone.size[2] && lowest < 0; ++k) {
    double count = 0.0;
    Vec3 sum = Vec3::Zero();
    for (std::int64_t j = 0; j < bone.size[1]; ++j)
      for (std::int64_t i = 0; i < bone.size[0]; ++i)
        if (bone.at(i, j, k)) {
          sum += bone.to_patient(Vec3(double(i), double(j), double(k)));
          count += 1.0;
        }
    if (count * bone.spacing_mm[0] * bone.spacing_mm[1] < 100.0) continue;
    lowest = k;
    start = sum / count;
  }
  if (lowest < 0) fail_input("the mask of the femur holds nothing");
  Vec3 axis = bone.direction.col(2);
  if (axis[2] < 0.0) axis = -axis;
  Vec3 base = start + 1.5 * axis;
  const double to_neck = std::max(5.0, (f.neck_point_Patient - base).dot(axis));
  for (int round = 0; round < 6; ++round) {
    std::vector<Vec3> centres;
    double first_area = 0.0;
    for (double t = 0.0; t <= to_neck; t += 1.0) {
      const Vec3 p = centres.empty() ? Vec3(base + t * axis) : Vec3(centres.back() + axis);
      if (!probe.inside(p)) break;
      const Section s = section_of(probe, p, axis);
      if (centres.empty()) first_area = s.area_mm2;
      if (s.area_mm2 > 1.25 * first_area || s.area_mm2 < 0.7 * first_area) break;  // where the metaphysis or the trochanters begin
      centres.push_back(s.centroid);
    }
    if (centres.size() < 2) centres.push_back(base + 10.0 * axis);
    Vec3 mean = Vec3::Zero();
    for (const Vec3& c : centres) mean += c / double(centres.size());
    Mat3 spread = Mat3::Zero();
    for (const Vec3& c : centres) spread += (c - mean) * (c - mean).transpose();
    Vec3 next = Eigen::SelfAdjointEigenSolver<Mat3>(spread).eigenvectors().col(2);
    if (next.dot(axis) < 0.0) next = -next;
    f.shaft_length_mm = (centres.back() - centres.front()).norm();
    // A few sections tell where the axis is, but not where it points.
    if (f.shaft_length_mm >= 15.0) axis = next;
    base = mean + (base - mean).dot(axis) * axis;
  }
  f.shaft_direction_Patient = axis;
  // Nearest point to the neck's axis.
  const Vec3 w = base - f.neck_point_Patient, &u = f.neck_direction_Patient;
  const double c = axis.dot(u);
  f.shaft_point_Patient = base + (c * u.dot(w) - axis.dot(w)) / (1.0 - c * c) * axis;
  if (f.shaft_length_mm < 30.0)
    f.notes.push_back(fmt::format("only {:.0f} mm of shaft are visible: its axis, the neck-shaft angle and the offset are doubtful", f.shaft_length_mm));
}

void find_canal_and_trochanter(const BoneProbe& probe, const FloatImage& hu, double threshold_hu, FemurLandmarks& f) {
  const Vec3& axis = f.shaft_direction_Patient;
  const Vec3 medial = (f.head_centre_Patient - f.shaft_point_Patient - axis.dot(f.head_centre_Patient - f.shaft_point_Patient) * axis).normalized();
  Vec3 posterior = axis.cross(medial);
  if (posterior[1] < 0.0) posterior = -posterior;
  struct Level {
    double height;
    std::vector<double> radius;
  };
  std::vector<Level> levels;
  const double top = axis.dot(f.neck_point_Patient - f.shaft_point_Patient);
  for (double h = -200.0; h <= top; h += 1.0) {
    const Vec3 p = f.shaft_point_Patient + h * axis;
    if (!probe.inside(p)) continue;
    CanalLevel level;
    level.height_mm = h;
    Level outer{h, {}};
    level.inscribed_radius_mm = 1e300;
    for (int n = 0; n < kRays; ++n) {
      const double a = 2.0 * kPi * n / kRays;
      const Vec3 ray = std::cos(a) * medial + std::sin(a) * posterior;
      const double out = probe.run_mm(p, ray, 60.0);
      double in = 0.0;
      while (in < out && hu.sample(p + in * ray) < threshold_hu) in += 0.1;
      outer.radius.push_back(out);
      level.canal_area_mm2 += kPi / kRays * in * in;
      level.outer_area_mm2 += kPi / kRays * out * out;
      level.inscribed_radius_mm = std::min(level.inscribed_radius_mm, in);
    }
    f.canal.push_back(level);
    levels.push_back(std::move(outer));
  }
  if (levels.size() < 25) return;
  // The bump stands out, behind and towards the midline, against the surface 15 mm farther down and against its own end above.
  double most = 1.5;
  for (std::size_t n = 15; n + 6 < levels.size(); ++n) {
    if (levels[n].height > top - 25.0) break;
    for (int ray = kRays / 12; ray <= kRays * 5 / 12; ++ray) {  // 30 to 150 degrees from medial over posterior
      const double here = levels[n].radius[std::size_t(ray)], below = levels[n - 15].radius[std::size_t(ray)];
      const double above = n + 15 < levels.size() ? levels[n + 15].radius[std::size_t(ray)] : here;
      const double bump = std::min(here - below, here - above + 1.5);
      if (bump <= most) continue;
      most = bump;
      const double a = 2.0 * kPi * ray / kRays;
      f.lesser_trochanter_Patient = f.shaft_point_Patient + levels[n].height * axis + here * (std::cos(a) * medial + std::sin(a) * posterior);
    }
  }
  if (!f.lesser_trochanter_Patient) f.notes.push_back("the lesser trochanter was not found: no bump behind and towards the midline of the visible shaft");
}

}  // namespace

FemurLandmarks measure_femur(const LabelImage& mask, const FloatImage& hu, const FemurOptions& options, const Progress& progress) {
  if (mask.size != hu.size) fail_input("the mask of the femur and the grey values do not lie on the same grid");
  if (!(options.canal_threshold_hu >= 200.0 && options.canal_threshold_hu <= 1200.0))
    fail_input("canal_threshold_hu is {:g} HU; expected 200..1200 HU", options.canal_threshold_hu);
  if (!(std::abs(options.resection_shift_mm) <= 20.0)) fail_input("resection_shift_mm is {:g} mm; expected -20..20 mm", options.resection_shift_mm);
  if (std::none_of(mask.data.begin(), mask.data.end(), [](std::uint8_t v) { return v == 1; })) fail_input("the mask of the femur is empty");
  FemurLandmarks f;
  progress.report(0.0, "finding the femoral head");
  const BoneProbe probe(mask, 1);
  Sphere guess = guess_head(probe);
  if (options.head_centre_Patient) guess.centre = *options.head_centre_Patient;
  progress.report(0.3, "fitting the femoral head");
  fit_head(hu, guess, std::nullopt, f);
  progress.report(0.5, "finding the neck");
  find_neck(probe, f.head_centre_Patient, f.head_radius_mm, f);
  fit_head(hu, {f.head_centre_Patient, f.head_radius_mm, 0.0, 0.0}, f.neck_direction_Patient, f);
  if (options.head_centre_Patient) {
    f.head_centre_Patient = *options.head_centre_Patient;
    f.notes.push_back("the centre of the femoral head was given by hand");
  }
  find_neck(probe, f.head_centre_Patient, f.head_radius_mm, f);
  progress.report(0.7, "finding shaft and canal");
  find_shaft(probe, f);
  const double cosine = std::clamp(f.neck_direction_Patient.dot(-f.shaft_direction_Patient), -1.0, 1.0);
  f.neck_shaft_angle_deg = std::acos(cosine) * 180.0 / kPi;
  const Vec3 d = f.head_centre_Patient - f.shaft_point_Patient;
  f.offset_mm = (d - d.dot(f.shaft_direction_Patient) * f.shaft_direction_Patient).norm();
  find_canal_and_trochanter(probe, hu, options.canal_threshold_hu, f);
  f.resection_normal_Patient = f.neck_direction_Patient;
  f.resection_point_Patient = f.neck_point_Patient + options.resection_shift_mm * f.neck_direction_Patient;
  progress.report(1.0, "femur measured");
  return f;
}

Json to_json(const FemurLandmarks& f) {
  const auto point = [](const Vec3& p) { return Json::array({p[0], p[1], p[2]}); };
  Json document = {{"head_centre_mm", point(f.head_centre_Patient)},
                   {"head_radius_mm", f.head_radius_mm},
                   {"head_rms_mm", f.head_rms_mm},
                   {"head_covered_fraction", f.head_covered_fraction},
                   {"neck_point_mm", point(f.neck_point_Patient)},
                   {"neck_direction", point(f.neck_direction_Patient)},
                   {"neck_area_mm2", f.neck_area_mm2},
                   {"shaft_point_mm", point(f.shaft_point_Patient)},
                   {"shaft_direction", point(f.shaft_direction_Patient)},
                   {"shaft_length_mm", f.shaft_length_mm},
                   {"neck_shaft_angle_deg", f.neck_shaft_angle_deg},
                   {"offset_mm", f.offset_mm},
                   {"lesser_trochanter_mm", f.lesser_trochanter_Patient ? point(*f.lesser_trochanter_Patient) : Json(nullptr)},
                   {"resection_point_mm", point(f.resection_point_Patient)},
                   {"resection_normal", point(f.resection_normal_Patient)}};
  document["canal"] = Json::array();
  for (const CanalLevel& level : f.canal)
    document["canal"].push_back({{"height_mm", level.height_mm},
                                 {"canal_area_mm2", level.canal_area_mm2},
                                 {"inscribed_radius_mm", level.inscribed_radius_mm},
                                 {"outer_area_mm2", level.outer_area_mm2}});
  document["notes"] = f.notes;
  return document;
}

}  // namespace spongiosa::geometry
