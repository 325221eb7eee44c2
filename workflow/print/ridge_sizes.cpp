#include "workflow/print/ridge_sizes.h"

#include <Eigen/Eigenvalues>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace {

using lattice::MedialBall;

constexpr float kLine = 0.63f;  ///< midway between a wall's and a strut's mean fall
/// Mean of the unit gradients on both sides of the axis: the cosine of half the angle between the contacts.
constexpr float kOneSided = 0.35f;

constexpr float kOpposed = -0.755f;  ///< cosine of 139 degrees

class Shape {
 public:
  Shape(const geometry::FloatImage& field, const std::vector<float>& signed_voxels, float sign) : field_(field), size_(field.size), values_(signed_voxels), sign_(sign) {}

  /// Signed distance, voxels.
  float value(const Vec3f& p) const { return sign_ * interpolated(values_, p); }

  struct Chord {
    float length = 0.0f;    ///< voxels
    float opposed = 0.0f;   ///< cosine between the surface's normals at both ends: -1 where they are parallel
  };
  /// The phase through `c` along the unit vector `u`; absent where it ends `limit` or more to one side.
  std::optional<Chord> chord(const Vec3f& c, const Vec3f& u, float limit) const {
    Chord result;
    Vec3f normals[2];
    std::size_t side = 0;
    for (const float way : {1.0f, -1.0f}) {
      const Vec3f step = way * u;
      float inside = 0.0f, at = 0.0f;
      while (true) {
        at = inside + std::max(0.5f, value(c + inside * step) - 0.75f);
        if (at > limit) return std::nullopt;
        if (!(sign_ * interpolated(field_.data, c + at * step) > 0.0f)) break;
        inside = at;
      }
      const float low = sign_ * interpolated(field_.data, c + inside * step), high = sign_ * interpolated(field_.data, c + at * step);
      const float end = inside + (at - inside) * (low > high ? low / (low - high) : 0.5f);
      result.length += end;
      Vec3f& normal = normals[side++];
      for (int a = 0; a < 3; ++a) {
        const Vec3f e = Vec3f::Unit(a), p = c + end * step;
        normal[a] = interpolated(field_.data, p + e) - interpolated(field_.data, p - e);
      }
    }
    const float norms = normals[0].norm() * normals[1].norm();
    result.opposed = norms > 0.0f ? normals[0].dot(normals[1]) / norms : 0.0f;
    return result;
  }

 private:
  float interpolated(const std::vector<float>& values, const Vec3f& p) const {
    std::int64_t base[3];
    float t[3];
    for (int a = 0; a < 3; ++a) {
      const float x = std::clamp(p[a], 0.0f, float(size_[std::size_t(a)] - 1));
      base[a] = std::min(std::int64_t(x), size_[std::size_t(a)] - 2);
      t[a] = x - float(base[a]);
    }
    const std::int64_t dx = 1, dy = size_[0], dz = size_[0] * size_[1];
    const float* v = &values[std::size_t(base[0] + dy * base[1] + dz * base[2])];
    const auto along = [&](std::int64_t at) { return v[at] + t[0] * (v[at + dx] - v[at]); };
    const float low = along(0) + t[1] * (along(dy) - along(0)), high = along(dz) + t[1] * (along(dy + dz) - along(dz));
    return low + t[2] * (high - low);
  }

  const geometry::FloatImage& field_;
  const Index3 size_;
  const std::vector<float>& values_;
  float sign_;
};

const std::vector<Vec3f>& directions() {
  static const std::vector<Vec3f> half = [] {
    std::vector<Vec3f> list;
    for (int k = -1; k <= 1; ++k)
      for (int j = -1; j <= 1; ++j)
        for (int i = -1; i <= 1; ++i)
          if (k > 0 || (k == 0 && (j > 0 || (j == 0 && i > 0)))) list.push_back(Vec3f(float(i), float(j), float(k)).normalized());
    return list;
  }();
  return half;
}

/// False for a ball in an edge or a corner.
bool describe(const Shape& shape, const MedialBall& ball, double voxel_mm, Ridge& ridge) {
  const Vec3f c = ball.centre;
  Vec3f gradient;
  for (int a = 0; a < 3; ++a) gradient[a] = 0.5f * (shape.value(c + Vec3f::Unit(a)) - shape.value(c - Vec3f::Unit(a)));
  if (gradient.norm() > kOneSided) return false;
  // The ball's own radius: between samples the tip of the distance is blunt.
  const float step = std::max(1.0f, 0.5f * ball.radius), here = ball.radius;
  Eigen::Matrix3f falls = Eigen::Matrix3f::Zero();
  float sum = 0.0f;
  for (const Vec3f& u : directions()) {
    const float fall = std::clamp((2.0f * here - shape.value(c + step * u) - shape.value(c - step * u)) / (2.0f * step), 0.0f, 1.0f);
    falls += fall * u * u.transpose();
    sum += fall;
  }
  ridge.line = sum > kLine * float(directions().size());
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3f> solver;
  solver.computeDirect(falls);
  const Vec3f least = solver.eigenvectors().col(0), most = solver.eigenvectors().col(2);
  // The ball is the largest of several tried, and its contacts are tangent planes: of few voxels it comes out too large. The width across is read from
  // the field itself: along the normal of a wall, and the narrowest of eight around the axis of a strut.
  const float limit = 1.5f * ball.radius + 1.0f;
  const Vec3f other = solver.eigenvectors().col(1);
  // Near an end of a strut the falls are less all around; it still is bounded across in both directions, and a wall is not.
  if (!ridge.line) ridge.line = shape.chord(c, other, limit).has_value();
  if (ridge.line) ridge.axis = least;
  std::optional<Shape::Chord> width;
  for (int n = 0; n < (ridge.line ? 8 : 1); ++n) {
    const float angle = float(n) * std::numbers::pi_v<float> / 8.0f;
    const std::optional<Shape::Chord> chord = shape.chord(c, std::cos(angle) * most + std::sin(angle) * other, limit);
    if (chord && (!width || chord->length < width->length)) width = chord;
  }
  // A wedge, at an edge or at the oblique end of a strut: see Ridge.
  if (width && width->opposed > kOpposed) return false;
  ridge.diameter_mm = float(voxel_mm) * (width ? width->length : 2.0f * ball.radius);
  return true;
}

}  // namespace

std::vector<Ridge> find_ridges(const geometry::FloatImage& field, const lattice::SurfaceDistance& distance, lattice::MaterialPhase phase,
                               const geometry::FloatImage* zone, const Progress& progress) {
  const std::vector<MedialBall> balls = lattice::medial_balls(field, distance, phase, zone, progress);
  const Shape shape(field, distance.signed_voxels, lattice::sign_of(phase));
  std::vector<Ridge> all(balls.size());
  std::vector<std::uint8_t> kept(balls.size());
  tbb::parallel_for(std::size_t(0), balls.size(), [&](std::size_t n) {
    all[n].centre = balls[n].centre;
    kept[n] = describe(shape, balls[n], field.spacing_mm[0], all[n]);
  });
  std::size_t count = 0;
  for (std::size_t n = 0; n < all.size(); ++n)
    if (kept[n]) all[count++] = all[n];
  all.resize(count);
  return all;
}

std::optional<RidgeSizes> sizes_of(const std::vector<Ridge>& ridges, bool lines) {
  std::vector<std::pair<float, std::size_t>> sizes;
  for (std::size_t n = 0; n < ridges.size(); ++n)
    if (ridges[n].line == lines) sizes.emplace_back(ridges[n].diameter_mm, n);
  if (sizes.size() < 20) return std::nullopt;
  std::sort(sizes.begin(), sizes.end());
  const auto at = [&](double share) { return sizes[std::size_t(share * double(sizes.size() - 1))]; };
  RidgeSizes result;
  result.count = std::int64_t(sizes.size());
  result.least_mm = double(sizes.front().first);
  result.least_at = ridges[sizes.front().second].centre;
  result.p1_mm = double(at(0.01).first);
  result.p1_at = ridges[at(0.01).second].centre;
  result.p5_mm = double(at(0.05).first);
  result.median_mm = double(at(0.5).first);
  return result;
}

std::array<double, 9> line_inclination(const std::vector<Ridge>& ridges) {
  std::array<double, 9> share{};
  double count = 0.0;
  for (const Ridge& ridge : ridges) {
    if (!ridge.line) continue;
    const double angle_deg = std::asin(std::min(1.0, std::abs(double(ridge.axis[2])))) * 180.0 / std::numbers::pi;
    share[std::size_t(std::clamp(int(angle_deg / 10.0), 0, 8))] += 1.0;
    count += 1.0;
  }
  if (count > 0.0)
    for (double& s : share) s /= count;
  return share;
}

}  // namespace spongiosa::workflow
