#include "geometry/phantom/femur_phantom.h"

#include "geometry/phantom/check_range.h"
#include "geometry/phantom/scanner.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

constexpr double kDegree = 3.14159265358979323846 / 180.0;
constexpr double kBlend_mm = 5.0;            ///< of transitions between the parts
constexpr double kSoftHu = 45.0, kCortexHu = 1300.0, kTrabecularHu = 260.0, kMarrowHu = -20.0;
constexpr double kShellThickness_mm = 7.0;   ///< of the acetabulum

/// Minimum with a rounded transition; never above the minimum, below it by at most a quarter of the width.
double blended_min(double a, double b, double width) {
  const double h = std::max(width - std::abs(a - b), 0.0) / width;
  return std::min(a, b) - 0.25 * width * h * h;
}

double rounded_cone(const Vec3& p, const Vec3& a, const Vec3& b, double radius_a, double radius_b) {
  const Vec3 e = b - a;
  const double t = std::clamp((p - a).dot(e) / e.squaredNorm(), 0.0, 1.0);
  return (p - a - t * e).norm() - (radius_a + t * (radius_b - radius_a));
}

double ellipsoid(const Vec3& p, const Vec3& centre, const Vec3& radii) {
  const Vec3 q = (p - centre).cwiseQuotient(radii);
  const double k0 = q.norm(), k1 = q.cwiseQuotient(radii).norm();
  return k1 > 1e-9 ? k0 * (k0 - 1.0) / k1 : -radii.minCoeff();
}

double smooth_step(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

const Vec3 kGreater(12.0, 3.0, 10.0), kGreaterRadii(13.0, 16.0, 20.0);

void check(const FemurPhantomOptions& o) {
  check_range("in_plane_spacing_mm", o.in_plane_spacing_mm, 0.3, 1.5);
  check_range("slice_spacing_mm", o.slice_spacing_mm, 0.3, 3.0);
  check_range("resolution_fwhm_mm", o.resolution_fwhm_mm, 0.0, 3.0);
  check_range("slice_profile_fwhm_mm", o.slice_profile_fwhm_mm, 0.0, 5.0);
  check_range("noise_sd_hu", o.noise_sd_hu, 0.0, 200.0);
  check_range("head_radius_mm", o.head_radius_mm, 18.0, 28.0);
  check_range("neck_shaft_angle_deg", o.neck_shaft_angle_deg, 110.0, 145.0);
  check_range("anteversion_deg", o.anteversion_deg, -10.0, 35.0);
  check_range("neck_length_mm", o.neck_length_mm, 42.0, 65.0);
  check_range("neck_radius_mm", o.neck_radius_mm, 12.0, 18.0);
  check_range("shaft_radius_mm", o.shaft_radius_mm, 11.0, 18.0);
  check_range("canal_radius_mm", o.canal_radius_mm, 3.0, o.shaft_radius_mm - 2.0);
  check_range("joint_gap_mm", o.joint_gap_mm, 2.0, 8.0);
  check_range("shaft_tilt_deg", o.shaft_tilt_deg, 0.0, 15.0);
  check_range("shaft_below_mm", o.shaft_below_mm, 60.0, 150.0);
}

}  // namespace

FemurPhantom::FemurPhantom(const FemurPhantomOptions& options) : options_(options) {
  check(options);
  // The left femur: lateral is +x. The shaft runs downwards and towards the midline.
  frame_.origin_Patient = Vec3(95.0, -10.0, 40.0);
  frame_.axes_Patient = Eigen::AngleAxisd(options.shaft_tilt_deg * kDegree, Vec3::UnitY()).toRotationMatrix();
  const double inclination = (options.neck_shaft_angle_deg - 90.0) * kDegree, version = options.anteversion_deg * kDegree;
  neck_ = Vec3(-std::cos(inclination) * std::cos(version), -std::cos(inclination) * std::sin(version), std::sin(inclination));
  neck_Patient_ = frame_.axes_Patient * neck_;
  head_Patient_ = frame_.to_patient(options.neck_length_mm * neck_);
}

Vec3 FemurPhantom::lesser_trochanter_Patient() const {
  return frame_.to_patient(Vec3(-0.75 * options_.shaft_radius_mm, 0.95 * options_.shaft_radius_mm, -42.0));
}

double FemurPhantom::bone_value_mm(const Vec3& p_Patient) const {
  const Vec3 p = frame_.from_patient(p_Patient);
  const FemurPhantomOptions& o = options_;
  const double head = (p - o.neck_length_mm * neck_).norm() - o.head_radius_mm;
  const double neck = rounded_cone(p, 8.0 * neck_, 0.8 * o.neck_length_mm * neck_, o.neck_radius_mm + 3.5, o.neck_radius_mm);
  const double shaft = rounded_cone(p, Vec3(0, 0, -30), Vec3(0, 0, -400), o.shaft_radius_mm, o.shaft_radius_mm);
  const double metaphysis = rounded_cone(p, Vec3(-2.0, 0, -6.0), Vec3(0, 0, -62.0), o.shaft_radius_mm + 6.0, o.shaft_radius_mm - 1.0);
  double value = blended_min(shaft, metaphysis, kBlend_mm);
  value = blended_min(value, ellipsoid(p, kGreater, kGreaterRadii), kBlend_mm);
  value = blended_min(value, (p - frame_.from_patient(lesser_trochanter_Patient())).norm() - 8.0, kBlend_mm);
  value = blended_min(value, neck, kBlend_mm);
  // The head is not blended: all of its surface outside the neck is the sphere.
  return std::min(value, head);
}

double FemurPhantom::cortex_mm(const Vec3& p_Patient) const {
  const double z = frame_.from_patient(p_Patient)[2];
  const double shaft = options_.shaft_radius_mm - options_.canal_radius_mm;
  return 1.5 + (shaft - 1.5) * smooth_step((-15.0 - z) / 50.0);
}

double FemurPhantom::acetabulum_value_mm(const Vec3& p_Patient) const {
  const Vec3 d = p_Patient - head_Patient_;
  const double inner = options_.head_radius_mm + options_.joint_gap_mm;
  const double shell = std::max(inner - d.norm(), d.norm() - inner - kShellThickness_mm);
  // Opens outwards and down.
  return std::max(shell, Vec3(0.55, 0.0, -0.835).dot(d) - 2.0);
}

Box FemurPhantom::bounds_Patient() const {
  Box box;
  const double reach = options_.head_radius_mm + options_.joint_gap_mm + kShellThickness_mm;
  box.include(head_Patient_ - Vec3::Constant(reach));
  box.include(head_Patient_ + Vec3::Constant(reach));
  box.include(frame_.to_patient(kGreater + kGreaterRadii));
  box.include(frame_.to_patient(Vec3(25.0, 25.0, -options_.shaft_below_mm)));
  Box grown = box.grown(8.0);
  grown.min[2] += 8.0;  // the shaft is cut by the end of the scan
  return grown;
}

FemurPhantomScan scan_femur_phantom(const FemurPhantom& phantom, const Progress& progress) {
  const FemurPhantomOptions& o = phantom.options();
  const Box box = phantom.bounds_Patient();
  FloatImage field;
  field.spacing_mm = Vec3(o.in_plane_spacing_mm, o.in_plane_spacing_mm, o.slice_spacing_mm);
  field.origin_Patient = box.min;
  for (int a = 0; a < 3; ++a) field.size[std::size_t(a)] = std::int64_t(std::ceil(box.size()[a] / field.spacing_mm[a])) + 1;
  field.allocate();
  FemurPhantomScan scan;
  scan.labels = field.like<std::uint8_t>(0);
  progress.report(0.0, "drawing the femur");
  // Shares below the voxel by 2 x 2 x 2 points, each with a ramp as wide as their distance.
  const double ramp = 0.5 * std::cbrt(field.spacing_mm.prod());
  const auto share = [&](double value) { return std::clamp(0.5 - value / ramp, 0.0, 1.0); };
  tbb::parallel_for(std::int64_t(0), field.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i) {
        const Vec3 centre = field.to_patient(Vec3(double(i), double(j), double(k)));
        const double femur = phantom.bone_value_mm(centre), cup = phantom.acetabulum_value_mm(centre);
        scan.labels.at(i, j, k) = femur < 0.0 ? 1 : cup < 0.0 ? 2 : 0;
        double sum = 0.0;
        for (int n = 0; n < 8; ++n) {
          const Vec3 p = centre + 0.25 * Vec3(n & 1 ? 1 : -1, n & 2 ? 1 : -1, n & 4 ? 1 : -1).cwiseProduct(field.spacing_mm);
          const double bone = phantom.bone_value_mm(p), cortex = phantom.cortex_mm(p);
          // Marrow fills the canal where the cortex is thick, trabecular bone the rest.
          const double inside_hu = kTrabecularHu + (kMarrowHu - kTrabecularHu) * smooth_step((cortex - 2.0) / 2.0);
          double hu = kSoftHu + share(bone) * (kCortexHu - kSoftHu) + share(bone + cortex) * (inside_hu - kCortexHu);
          const double shell = phantom.acetabulum_value_mm(p);
          hu += share(shell) * (kCortexHu - kSoftHu) + share(shell + 1.5) * (kTrabecularHu - kCortexHu);
          sum += hu / 8.0;
        }
        field.at(i, j, k) = float(sum);
      }
  });
  progress.report(0.5, "blurring");
  blur(field, Vec3(o.resolution_fwhm_mm, o.resolution_fwhm_mm, o.slice_profile_fwhm_mm));
  if (o.noise_sd_hu > 0.0)
    add_scanner_noise(field, {o.noise_sd_hu, std::max(0.3, o.resolution_fwhm_mm), std::max(0.3, o.slice_profile_fwhm_mm), o.seed}, progress.part(0.6, 1.0));
  scan.hu = field.like<std::int16_t>(0);
  for (std::size_t n = 0; n < field.data.size(); ++n) scan.hu.data[n] = std::int16_t(std::lround(std::clamp(field.data[n], -1024.0f, 3071.0f)));
  return scan;
}

Json femur_truth_json(const FemurPhantom& phantom) {
  const auto point = [](const Vec3& p) { return Json::array({p[0], p[1], p[2]}); };
  return {{"head_centre_mm", point(phantom.head_centre_Patient())},
          {"head_radius_mm", phantom.options().head_radius_mm},
          {"neck_direction", point(phantom.neck_direction_Patient())},
          {"shaft_point_mm", point(phantom.shaft_point_Patient())},
          {"shaft_direction", point(phantom.shaft_direction_Patient())},
          {"neck_shaft_angle_deg", phantom.options().neck_shaft_angle_deg},
          {"lesser_trochanter_mm", point(phantom.lesser_trochanter_Patient())},
          {"canal_radius_mm", phantom.options().canal_radius_mm}};
}

}  // namespace spongiosa::geometry
