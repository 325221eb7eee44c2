#include "fea/micro/surface_shape.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace spongiosa::fea::micro {

namespace {

constexpr double kSharpest = 0.7;  ///< largest curvature that shares of voxels can show

/// Calls visit(step, index) for the solid voxels of the 5^3 around one.
template <class Visit>
void visit_around(const VoxelBlocks& model, const Index3& voxel, const Visit& visit) {
  for (int n = 0; n < 125; ++n) {
    const Index3 step{n % 5 - 2, n / 5 % 5 - 2, n / 25 - 2};
    const std::int64_t index = model.voxel_index({voxel[0] + step[0], voxel[1] + step[1], voxel[2] + step[2]});
    if (index >= 0) visit(step, index);
  }
}

Vec3 place_of(const Index3& step) { return {double(step[0]), double(step[1]), double(step[2])}; }

/// Distance from an arc that touches the plane, of a point at `height` above the plane and `beside` the point where it touches.
double height_over_arc(double height, double beside, double curvature) {
  if (std::abs(curvature) < 1e-4) return height + 0.5 * curvature * beside * beside;
  const double radius = 1.0 / curvature;
  return std::copysign(std::sqrt((radius + height) * (radius + height) + beside * beside), radius) - radius;
}

}  // namespace

SolidCuts::SolidCuts(const VoxelBlocks& model) : model_(model), planes_(std::size_t(model.voxel_count())) {
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      const SolidCut cut = solid_cut(model, voxel);
      planes_[std::size_t(index)] << cut.inwards.cast<float>(), float(cut.offset);
    });
  });
}

SolidCut SolidCuts::operator[](std::int64_t voxel) const {
  const Eigen::Vector4f& plane = planes_[std::size_t(voxel)];
  SolidCut cut;
  cut.inwards = plane.head<3>().cast<double>();
  cut.offset = double(plane[3]);
  cut.cut = !cut.inwards.isZero() && is_cut(model_.scale()[std::size_t(voxel)]);
  return cut;
}

bool SolidCuts::at_surface(const Index3& voxel, std::int64_t index) const {
  const SolidCut cut = (*this)[index];
  if (cut.cut || cut.inwards.isZero()) return cut.cut;
  for (std::size_t face = 0; face < 6; ++face) {
    const std::size_t axis = face / 2;
    Index3 beyond = voxel;
    beyond[axis] += face % 2 ? 1 : -1;
    const bool inside = model_.grid().periodic[axis] || (beyond[axis] >= 0 && beyond[axis] < model_.grid().size[axis]);
    if (inside && model_.voxel_index(beyond) < 0) return true;
  }
  return false;
}

double SurfaceShape::depth(const Vec3& place) const {
  const Vec3 from = place - foot;
  return height_over_arc(height_over_arc(inwards.dot(from), along[1].dot(from), curvature[1]), along[0].dot(from), curvature[0]);
}

std::optional<SurfaceShape> nearest_surface(const SolidCuts& cuts, const Index3& voxel) {
  const VoxelBlocks& model = cuts.model();
  const std::int64_t own = model.voxel_index(voxel);
  double nearest = std::numeric_limits<double>::max();
  Index3 step{};
  SolidCut at;
  if (own >= 0 && cuts.at_surface(voxel, own)) nearest = 0.0, at = cuts[own];
  else visit_around(model, voxel, [&](const Index3& s, std::int64_t index) {
    const SolidCut cut = cuts[index];
    if (cut.inwards.isZero()) return;
    const double distance = (place_of(s) + cut.offset * cut.inwards).norm();
    if (distance >= nearest - 1e-9 || !cuts.at_surface({voxel[0] + s[0], voxel[1] + s[1], voxel[2] + s[2]}, index)) return;
    nearest = distance, step = s, at = cut;
  });
  if (nearest == std::numeric_limits<double>::max()) return {};

  // Height over the plane: constant, two slopes, three curvatures. The factor makes a circle's height exactly proportional to its curvature.
  const Vec3 foot = place_of(step) + at.offset * at.inwards, e1 = at.inwards.unitOrthogonal(), e2 = at.inwards.cross(e1);
  using Vec = Eigen::Matrix<double, 6, 1>;
  Mat6 moments = Mat6::Zero();
  Vec sums = Vec::Zero();
  const Index3 there{voxel[0] + step[0], voxel[1] + step[1], voxel[2] + step[2]};
  visit_around(model, there, [&](const Index3& s, std::int64_t index) {
    const SolidCut cut = cuts[index];
    if (cut.inwards.dot(at.inwards) < 0.3 || !cuts.at_surface({there[0] + s[0], there[1] + s[1], there[2] + s[2]}, index)) return;
    const Vec3 from = place_of(step) + place_of(s) + cut.offset * cut.inwards - foot;
    const double a = e1.dot(from), b = e2.dot(from), height = at.inwards.dot(from), beside = a * a + b * b;
    if (std::abs(height) > 1.5) return;
    const double arc = beside > 1e-6 ? 1.0 + height * height / beside : 1.0;
    Vec basis;
    basis << 1.0, a, b, 0.5 * arc * a * a, arc * a * b, 0.5 * arc * b * b;
    const double weight = (cut.cut ? cut.area() : 1.0) * std::exp(-0.25 * from.squaredNorm());
    moments += weight * basis * basis.transpose();
    sums += weight * height * basis;
  });
  moments.diagonal().tail<5>().array() += 1e-4 * moments(0, 0);  // a few planes in a row do not say how the surface bends across
  const Vec fit = Eigen::LDLT<Mat6>(moments).solve(sums);

  SurfaceShape shape;
  shape.foot = foot + fit[0] * at.inwards;
  shape.inwards = (at.inwards - fit[1] * e1 - fit[2] * e2).normalized();
  const Vec3 t1 = (e1 - e1.dot(shape.inwards) * shape.inwards).normalized(), t2 = shape.inwards.cross(t1);
  Eigen::Matrix2d bend;
  bend << fit[3], fit[4], fit[4], fit[5];
  bend /= std::sqrt(1.0 + fit[1] * fit[1] + fit[2] * fit[2]);
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> principal(bend);  // ascending; a notch falls away on both sides
  const Eigen::Vector2d first = principal.eigenvectors().col(0);
  shape.along[0] = first[0] * t1 + first[1] * t2;
  shape.along[1] = shape.inwards.cross(shape.along[0]);
  for (int k = 0; k < 2; ++k) shape.curvature[k] = std::clamp(-principal.eigenvalues()[k], -kSharpest, kSharpest);
  return shape;
}

}  // namespace spongiosa::fea::micro
