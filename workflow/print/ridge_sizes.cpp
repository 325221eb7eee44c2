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

class Shape {
 public:
  Shape(const geometry::FloatImage& field, const std::vector<float>& signed_voxels, float sign) : size_(field.size), values_(signed_voxels), sign_(sign) {}

  float value(const Vec3f& p) const {
    std::int64_t base[3];
    float t[3];
    for (int a = 0; a < 3; ++a) {
      const float x = std::clamp(p[a], 0.0f, float(size_[std::size_t(a)] - 1));
      base[a] = std::min(std::int64_t(x), size_[std::size_t(a)] - 2);
      t[a] = x - float(base[a]);
    }
    const std::int64_t dx = 1, dy = size_[0], dz = size_[0] * size_[1];
    const float* v = &values_[std::size_t(base[0] + dy * base[1] + dz * base[2])];
    const auto along = [&](std::int64_t at) { return v[at] + t[0] * (v[at + dx] - v[at]); };
    const float low = along(0) + t[1] * (along(dy) - along(0)), high = along(dz) + t[1] * (along(dy + dz) - along(dz));
    return sign_ * (low + t[2] * (high - low));
  }

 private:
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
bool describe(const Shape& shape, const MedialBall& ball, Ridge& ridge) {
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
  if (ridge.line) {
    Eigen::SelfAdjointEigenSolver<Eigen::Matrix3f> solver;
    solver.computeDirect(falls);
    ridge.axis = solver.eigenvectors().col(0);
  }
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
    all[n].diameter_mm = 2.0f * balls[n].radius * float(field.spacing_mm[0]);
    kept[n] = describe(shape, balls[n], all[n]);
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
