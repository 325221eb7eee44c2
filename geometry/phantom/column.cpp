#include "geometry/phantom/column.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/phantom/foot_point.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::geometry {

namespace {

constexpr double kPlaneStep_mm = 0.25;
constexpr double kPlaneOutline = 0.8;        // part of the outline that the endplate planes are fitted to: without rim
constexpr double kFacetInclination_deg = 45.0;  // of articular surfaces against the disc, facing back and up (typical, assumed)

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

struct Plane {
  Vec3 centre, normal;
};

// Orthogonal least squares over a grid inside the outline, scaled about its centre.
Plane endplate_plane(const VertebraSolid& solid, EndplateSide side) {
  const bool superior = side == EndplateSide::kSuperior;
  const auto& m = solid.morphometry();
  const double width = superior ? m.upper_width_mm : m.lower_width_mm, depth = superior ? m.upper_depth_mm : m.lower_depth_mm;
  const double y_middle = solid.posterior_wall_y() - 0.5 * depth;
  std::vector<Vec3> points;
  const int n = int(std::ceil(0.5 * std::max(width, depth) * kPlaneOutline / kPlaneStep_mm));
  for (int j = -n; j <= n; ++j)
    for (int i = -n; i <= n; ++i) {
      const double x = i * kPlaneStep_mm, y = y_middle + j * kPlaneStep_mm;
      const double xo = x / kPlaneOutline, yo = y_middle + (y - y_middle) / kPlaneOutline;
      const double z_outline = superior ? solid.superior_z(xo, yo, nullptr) : solid.inferior_z(xo, yo, nullptr);
      if (solid.side_value(Vec3(xo, yo, z_outline)) > 0.0) continue;
      points.emplace_back(x, y, superior ? solid.superior_z(x, y, nullptr) : solid.inferior_z(x, y, nullptr));
    }
  Vec3 mean = Vec3::Zero();
  for (const Vec3& p : points) mean += p;
  mean /= double(points.size());
  Mat3 covariance = Mat3::Zero();
  for (const Vec3& p : points) covariance += (p - mean) * (p - mean).transpose();
  Vec3 normal = Eigen::SelfAdjointEigenSolver<Mat3>(covariance).eigenvectors().col(0);
  if (normal.z() < 0.0) normal = -normal;
  return {mean, normal};
}

// Depth of the surface below the straight line between its rims, in the mid-sagittal plane.
double mid_sagittal_concavity(const VertebraSolid& solid, EndplateSide side) {
  const bool superior = side == EndplateSide::kSuperior;
  const Vec3 front = superior ? solid.superior_rim(false) : solid.inferior_rim(false);
  const Vec3 back = superior ? solid.superior_rim(true) : solid.inferior_rim(true);
  const Vec3 chord = (back - front).normalized(), across(0.0, -chord.z(), chord.y());
  double deepest = 0.0;
  for (int i = 1; i < 1000; ++i) {
    const double y = front.y() + (back.y() - front.y()) * i / 1000.0;
    const Vec3 p(0.0, y, superior ? solid.superior_z(0.0, y, nullptr) : solid.inferior_z(0.0, y, nullptr));
    deepest = std::max(deepest, (superior ? -1.0 : 1.0) * across.dot(p - front));
  }
  return deepest;
}

struct Joint {
  Vec3 middle_Patient, normal_Patient, posterior_wall_Patient;
};

}  // namespace

SpinePhantom::Impl::Impl(const SpinePhantomOptions& o) : options(o) {
  check_phantom_options(options);
  const std::size_t n = options.levels.size();
  std::vector<Plane> superior, inferior;
  for (const std::string& name : options.levels) {
    const auto& table = cervical_morphometry();
    const auto row = std::find_if(table.begin(), table.end(), [&](const auto& m) { return m.level == name; });
    const VertebraSolid solid(row->scaled(options.size_factor), options.uncinate_height_mm * options.size_factor);
    superior.push_back(endplate_plane(solid, EndplateSide::kSuperior));
    inferior.push_back(endplate_plane(solid, EndplateSide::kInferior));
    levels.push_back({solid, Frame{}, Box{}, VertebraTruth{}});
  }

  // Lordosis: each vertebra leans back against the one below; the middle of the column stands upright.
  const double middle = 0.5 * double(n - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double lean = radians((middle - double(i)) * options.lordosis_per_segment_deg);
    levels[i].frame.axes_Patient = Eigen::AngleAxisd(-lean, Vec3::UnitX()).toRotationMatrix();
  }
  // Stacking: the disc height separates the planes' centres along the mean normal, and posterior walls meet without a step.
  for (std::size_t i = 1; i < n; ++i) {
    const Frame& upper = levels[i - 1].frame;
    Frame& lower = levels[i].frame;
    const Vec3 normal = (upper.axes_Patient * inferior[i - 1].normal + lower.axes_Patient * superior[i].normal).normalized();
    const Vec3 left = Vec3::UnitX(), back = normal.cross(left);
    lower.origin_Patient = upper.to_patient(inferior[i - 1].centre) - options.disc_height_mm * normal -
                           lower.axes_Patient * superior[i].centre;
    const Vec3 step = upper.to_patient(levels[i - 1].solid.inferior_rim(true)) - lower.to_patient(levels[i].solid.superior_rim(true));
    lower.origin_Patient += step.dot(back) * back;
  }
  // The patient: the middle of the column at the origin, turned as a whole.
  const Vec3 centre = 0.5 * (levels.front().frame.origin_Patient + levels.back().frame.origin_Patient);
  const Mat3 pose = (Eigen::AngleAxisd(radians(options.axial_rotation_deg), Vec3::UnitZ()) *
                     Eigen::AngleAxisd(radians(options.coronal_tilt_deg), Vec3::UnitY())).toRotationMatrix();
  for (ColumnLevel& level : levels) {
    level.frame.origin_Patient = pose * (level.frame.origin_Patient - centre);
    level.frame.axes_Patient = pose * level.frame.axes_Patient;
  }

  // Joints: one above each vertebra and one below the last, those at the ends as if a like neighbour were there.
  std::vector<Joint> joints;
  for (std::size_t i = 0; i <= n; ++i) {
    const ColumnLevel* upper = i > 0 ? &levels[i - 1] : nullptr;
    const ColumnLevel* lower = i < n ? &levels[i] : nullptr;
    Vec3 normal = Vec3::Zero(), middle_point = Vec3::Zero();
    if (upper) normal += upper->frame.axes_Patient * inferior[i - 1].normal;
    if (lower) normal += lower->frame.axes_Patient * superior[i].normal;
    normal.normalize();
    if (upper) middle_point += upper->frame.to_patient(upper->solid.inferior_rim(true));
    if (lower) middle_point += lower->frame.to_patient(lower->solid.superior_rim(true));
    if (upper && lower) middle_point *= 0.5;
    else middle_point += (upper ? -0.5 : 0.5) * (options.disc_height_mm - 1.5) * normal;
    const Vec3 left = (upper ? upper : lower)->frame.axes_Patient.col(0);
    const Vec3 back = normal.cross(left);
    const double inclination = radians(kFacetInclination_deg);
    joints.push_back({middle_point + VertebraSolid::kPillarBehindWall_mm * options.size_factor * back,
                      std::cos(inclination) * normal + std::sin(inclination) * back, middle_point});
  }
  for (std::size_t i = 0; i < n; ++i) {
    ColumnLevel& level = levels[i];
    FacetPlanes facets;
    const double half_gap = 0.5 * options.facet_gap_mm;
    facets.superior_normal = level.frame.axes_Patient.transpose() * joints[i].normal_Patient;
    facets.superior_offset_mm = facets.superior_normal.dot(level.frame.from_patient(joints[i].middle_Patient)) - half_gap;
    facets.inferior_normal = level.frame.axes_Patient.transpose() * joints[i + 1].normal_Patient;
    facets.inferior_offset_mm = facets.inferior_normal.dot(level.frame.from_patient(joints[i + 1].middle_Patient)) + half_gap;
    level.solid.set_facets(facets);
    level.bounds = level.solid.bounds();

    VertebraTruth& t = level.truth;
    const VertebraMorphometry& m = level.solid.morphometry();
    t.level = options.levels[i];
    t.superior_centre_Patient = level.frame.to_patient(superior[i].centre);
    t.superior_normal_Patient = level.frame.axes_Patient * superior[i].normal;
    t.inferior_centre_Patient = level.frame.to_patient(inferior[i].centre);
    t.inferior_normal_Patient = level.frame.axes_Patient * inferior[i].normal;
    t.body_centre_Patient = 0.5 * (t.superior_centre_Patient + t.inferior_centre_Patient);
    t.height_anterior_mm = (level.solid.superior_rim(false) - level.solid.inferior_rim(false)).norm();
    t.height_posterior_mm = (level.solid.superior_rim(true) - level.solid.inferior_rim(true)).norm();
    t.upper_width_mm = m.upper_width_mm;
    t.upper_depth_mm = m.upper_depth_mm;
    t.lower_width_mm = m.lower_width_mm;
    t.lower_depth_mm = m.lower_depth_mm;
    t.superior_concavity_mm = mid_sagittal_concavity(level.solid, EndplateSide::kSuperior);
    t.inferior_concavity_mm = mid_sagittal_concavity(level.solid, EndplateSide::kInferior);
    truth.push_back(t);
  }

  for (std::size_t i = n + 1; i-- > 0;) {
    posterior_line_Patient.push_back(joints[i].posterior_wall_Patient);
    if (i > 0) posterior_line_Patient.push_back(levels[i - 1].frame.to_patient(Vec3(0, levels[i - 1].solid.posterior_wall_y(), 0)));
  }
  const auto beyond = [&](std::size_t end, std::size_t inner) {
    const Vec3 direction = (posterior_line_Patient[end] - posterior_line_Patient[inner]).normalized();
    return Vec3(posterior_line_Patient[end] + 60.0 * direction);
  };
  const Vec3 below = beyond(0, 1), above = beyond(posterior_line_Patient.size() - 1, posterior_line_Patient.size() - 2);
  posterior_line_Patient.insert(posterior_line_Patient.begin(), below);
  posterior_line_Patient.push_back(above);
}

const ColumnLevel& SpinePhantom::Impl::level(const std::string& name) const {
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (options.levels[i] == name) return levels[i];
  fail_input("the phantom has no vertebra '{}': its levels are {}", name, join(options.levels, ", "));
}

Vec3 SpinePhantom::Impl::posterior_line_at(double z) const {
  const auto& line = posterior_line_Patient;
  std::size_t i = 1;
  while (i + 1 < line.size() && line[i].z() < z) ++i;
  const double t = (z - line[i - 1].z()) / (line[i].z() - line[i - 1].z());
  return line[i - 1] + t * (line[i] - line[i - 1]);
}

// Between the endplates, inside the mean of the two bodies' walls, bulging by 0.4 mm.
double SpinePhantom::Impl::disc_value(std::size_t i, const Vec3& p_Patient) const {
  const Vec3 above = levels[i].frame.from_patient(p_Patient), below = levels[i + 1].frame.from_patient(p_Patient);
  const double wall = 0.5 * (levels[i].solid.side_value(above) + levels[i + 1].solid.side_value(below)) - 0.4;
  const double plates = std::max(above.z() - levels[i].solid.inferior_z(above.x(), above.y(), nullptr),
                                 levels[i + 1].solid.superior_z(below.x(), below.y(), nullptr) - below.z());
  return std::max(wall, plates);
}

SpinePhantom::SpinePhantom(const SpinePhantomOptions& options) : impl_(std::make_unique<Impl>(options)) {}
SpinePhantom::~SpinePhantom() = default;
SpinePhantom::SpinePhantom(SpinePhantom&&) noexcept = default;

const SpinePhantomOptions& SpinePhantom::options() const { return impl_->options; }
const std::vector<VertebraTruth>& SpinePhantom::truth() const { return impl_->truth; }
Frame SpinePhantom::vertebra_frame(const std::string& level) const { return impl_->level(level).frame; }
Box SpinePhantom::vertebra_bounds(const std::string& level) const { return impl_->level(level).bounds; }

double SpinePhantom::bone_value_mm(const std::string& level, const Vec3& p_Patient) const {
  const ColumnLevel& l = impl_->level(level);
  return l.solid.value(l.frame.from_patient(p_Patient));
}

double SpinePhantom::bone_distance_mm(const std::string& level, const Vec3& p_Patient) const {
  const ColumnLevel& l = impl_->level(level);
  const auto f = [&](const Vec3& q) { return l.solid.value(q); };
  const Vec3 p = l.frame.from_patient(p_Patient);
  const double value = f(p);
  double nearest = foot_point_distance(f, p, p, 1e300);
  // Other sheets of the surface, and fillets where foot points have to choose: start again from all around.
  const double reach = std::clamp(std::min(std::abs(value), nearest), 0.3, 4.0);
  for (int dz = -1; dz <= 1; ++dz)
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx)
        if (dx || dy || dz)
          nearest = std::min(nearest, foot_point_distance(f, p, p + reach * Vec3(dx, dy, dz).normalized(), nearest));
  return value < 0.0 ? -nearest : nearest;
}

std::optional<double> SpinePhantom::endplate_height_mm(const std::string& level, EndplateSide side, double x, double y) const {
  const VertebraSolid& solid = impl_->level(level).solid;
  const double top = solid.superior_z(x, y, nullptr), bottom = solid.inferior_z(x, y, nullptr);
  // One rounding radius below the plate the wall alone decides whether there is bone.
  double inside = side == EndplateSide::kSuperior ? top - VertebraSolid::kRimRadius_mm : bottom + VertebraSolid::kRimRadius_mm;
  if (!(solid.body_value(Vec3(x, y, inside)) < 0.0)) return std::nullopt;
  double outside = side == EndplateSide::kSuperior ? top + 0.1 : bottom - 0.1;
  for (int i = 0; i < 60; ++i) {
    const double z = 0.5 * (inside + outside);
    (solid.body_value(Vec3(x, y, z)) < 0.0 ? inside : outside) = z;
  }
  return 0.5 * (inside + outside);
}

double phantom_bone_distance_mm(const SpinePhantomOptions& options, const std::string& level, const Vec3& p_Patient) {
  return SpinePhantom(options).bone_distance_mm(level, p_Patient);
}
std::optional<double> phantom_endplate_height_mm(const SpinePhantomOptions& options, const std::string& level, EndplateSide side,
                                                 double x_mm, double y_mm) {
  return SpinePhantom(options).endplate_height_mm(level, side, x_mm, y_mm);
}

}  // namespace spongiosa::geometry
