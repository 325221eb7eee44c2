#include "lattice/measure/thin_wall.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace spongiosa::lattice {
namespace {

constexpr int kDegree = 3, kTerms = 20;
constexpr double kMostLeft_voxels = 0.03;
using Coefficients = Eigen::Matrix<double, kTerms, 1>;
using Gradients = Eigen::Matrix<double, 3, kTerms>;

/// All x^a y^b z^c with a + b + c <= kDegree, by rising degree; the linear ones are terms 1 to 3.
struct Terms {
  std::array<std::array<int, 3>, kTerms> power;
  Terms() {
    int n = 0;
    for (int degree = 0; degree <= kDegree; ++degree)
      for (int a = degree; a >= 0; --a)
        for (int b = degree - a; b >= 0; --b) power[std::size_t(n++)] = {a, b, degree - a - b};
  }
  int degree(int n) const { return power[std::size_t(n)][0] + power[std::size_t(n)][1] + power[std::size_t(n)][2]; }

  void evaluate(const Vec3& p, Coefficients& value, Gradients& gradient) const {
    double powers[3][kDegree + 1];
    for (int a = 0; a < 3; ++a) {
      powers[a][0] = 1.0;
      for (int d = 1; d <= kDegree; ++d) powers[a][d] = powers[a][d - 1] * p[a];
    }
    for (int n = 0; n < kTerms; ++n) {
      const auto& e = power[std::size_t(n)];
      const double x = powers[0][e[0]], y = powers[1][e[1]], z = powers[2][e[2]];
      value[n] = x * y * z;
      gradient(0, n) = e[0] > 0 ? e[0] * powers[0][e[0] - 1] * y * z : 0.0;
      gradient(1, n) = e[1] > 0 ? e[1] * x * powers[1][e[1] - 1] * z : 0.0;
      gradient(2, n) = e[2] > 0 ? e[2] * x * y * powers[2][e[2] - 1] : 0.0;
    }
  }
};
const Terms& terms() {
  static const Terms all;
  return all;
}

struct Sample {
  Vec3 place;    ///< from the middle of the fit, voxels
  double value = 0.0;  ///< distance to first order, positive beyond the wall, voxels
  double weight = 0.0;
  Coefficients term;
  Gradients slope;
};

class TwoFaces {
 public:
  /// @param middle  within the wall. @param half  about half its thickness
  TwoFaces(const Room& room, const Vec3& middle, double half, double voxel_mm) : middle_(middle) {
    collect(room, half, voxel_mm);
    if (!good_) return;
    q_.setZero();
    q_.segment<3>(1) = normal(room) / half;
    left_ = left(q_);
    // Planes first: which side of the middle a sample is on must be right before curved terms bend it.
    for (const int count : {4, 10, kTerms}) fit(count);
    set_outliers_aside();
    fit(kTerms);
    good_ = good_ && std::isfinite(left_) && left_ < kMostLeft_voxels;
  }
  bool good() const { return good_; }
  double left_voxels() const { return left_; }

  /// Distance from a place (voxels of the grid) to the nearer face; negative beyond one.
  double clearance(const Vec3& at) const {
    const Vec3 x = at - middle_;
    Vec3 gradient;
    const double f = value(x, gradient);
    if (!(std::abs(f) < 1.0)) return -1.0;
    return std::min(way_to(x, 1.0), way_to(x, -1.0));
  }

 private:
  void collect(const Room& room, double half, double voxel_mm) {
    // Samples beyond the faces, up to this; further out their first-order distances bend.
    constexpr double kBeyond = 1.2;
    reach_ = std::max(2.2, half + 1.0);
    const std::int64_t most = std::int64_t(std::ceil(reach_));
    const Index3 at{std::lround(middle_[0]), std::lround(middle_[1]), std::lround(middle_[2])};
    std::size_t beyond = 0;
    for (std::int64_t k = -most; k <= most; ++k)
      for (std::int64_t j = -most; j <= most; ++j)
        for (std::int64_t i = -most; i <= most; ++i) {
          const Index3 n{at[0] + i, at[1] + j, at[2] + k};
          const Vec3 place = Vec3(double(n[0]), double(n[1]), double(n[2])) - middle_;
          if (place.norm() > reach_) continue;
          if (std::min({n[0], n[1], n[2]}) < 0 || n[0] >= room.size()[0] || n[1] >= room.size()[1] || n[2] >= room.size()[2]) continue;
          const double value = -double(room.at(n[0], n[1], n[2])) / voxel_mm;
          if (value > kBeyond) continue;
          beyond += value > 0.0;
          Sample& sample = samples_.emplace_back();
          sample.place = place;
          sample.value = value;
          sample.weight = 1.0 / (1.0 + 4.0 * value * value);
          terms().evaluate(place, sample.term, sample.slope);
        }
    good_ = samples_.size() > kTerms && beyond > kTerms / 3;
  }

  /// The direction in which the samples change most.
  Vec3 normal(const Room& room) const {
    Mat3 sum = Mat3::Zero();
    for (const Sample& s : samples_) {
      const Vec3 p = s.place + middle_;
      const Index3 n{std::lround(p[0]), std::lround(p[1]), std::lround(p[2])};
      Vec3 slope = Vec3::Zero();
      for (std::size_t a = 0; a < 3; ++a) {
        Index3 low = n, high = n;
        low[a] = std::max<std::int64_t>(0, n[a] - 1);
        high[a] = std::min(room.size()[a] - 1, n[a] + 1);
        slope[Eigen::Index(a)] = double(room.at(high[0], high[1], high[2])) - double(room.at(low[0], low[1], low[2]));
      }
      sum += slope * slope.transpose();
    }
    return Eigen::SelfAdjointEigenSolver<Mat3>(sum).eigenvectors().col(2);
  }

  struct Model {
    double value, side, length;
    Vec3 gradient;
    /// @param q  coefficients, the rest of them 0
    Model(const Coefficients& q, const Coefficients& term, const Gradients& slope) {
      const double f = q.dot(term);
      side = f > 0.0 ? 1.0 : -1.0;
      gradient = slope * q;
      length = std::max(gradient.norm(), 1e-9);
      value = (std::abs(f) - 1.0) / length;
    }
  };

  /// Samples of another wall near by, or of this one's edge.
  void set_outliers_aside() {
    constexpr double kOutlier = 0.1, kMostShare = 0.2;
    std::size_t aside = 0;
    for (Sample& s : samples_) {
      if (std::abs(s.value - Model(q_, s.term, s.slope).value) < std::max(kOutlier, 2.5 * left_)) continue;
      s.weight = 0.0;
      ++aside;
    }
    good_ = double(aside) < kMostShare * double(samples_.size());
    left_ = left(q_);
  }

  double left(const Coefficients& q) const {
    double weights = 0.0, squares = 0.0;
    for (const Sample& s : samples_) {
      const double miss = s.value - Model(q, s.term, s.slope).value;
      weights += s.weight;
      squares += s.weight * miss * miss;
    }
    return std::sqrt(squares / weights);
  }

  /// Levenberg and Marquardt's least squares over the first `count` terms. Curved terms are held back a little, so that they stay 0
  /// where the samples say nothing of them.
  void fit(int count) {
    constexpr double kHold = 1e-4;
    double damping = 1e-2;
    for (int round = 0; round < 8; ++round) {
      Eigen::Matrix<double, kTerms, kTerms> products = Eigen::Matrix<double, kTerms, kTerms>::Zero();
      Coefficients right = Coefficients::Zero();
      for (const Sample& s : samples_) {
        const Model model(q_, s.term, s.slope);
        const Coefficients by = model.side / model.length * s.term - model.value / (model.length * model.length) * (s.slope.transpose() * model.gradient);
        products.selfadjointView<Eigen::Lower>().rankUpdate(by, s.weight);
        right += s.weight * (s.value - model.value) * by;
      }
      for (int n = 0; n < count; ++n) {
        const int degree = terms().degree(n);
        const double hold = degree > 1 ? kHold * std::pow(0.7 * reach_, 2 * degree) * double(samples_.size()) : 1e-12;
        products(n, n) += hold;
        right[n] -= hold * q_[n];
      }
      bool better = false;
      for (int trial = 0; trial < 5 && !better; ++trial) {
        Eigen::MatrixXd damped = products.topLeftCorner(count, count);
        damped.diagonal() *= 1.0 + damping;
        Coefficients next = q_;
        next.head(count) += damped.selfadjointView<Eigen::Lower>().ldlt().solve(right.head(count));
        const double left_now = left(next);
        better = left_now < left_;
        damping *= better ? 0.2 : 8.0;
        if (!better) continue;
        q_ = next;
        left_ = left_now;
      }
      if (!better) break;
    }
  }

  double value(const Vec3& x, Vec3& gradient) const {
    Coefficients term;
    Gradients slope;
    terms().evaluate(x, term, slope);
    gradient = slope * q_;
    return q_.dot(term);
  }

  /// From `x` to the face F = end: the foot of the perpendicular, step by step.
  double way_to(const Vec3& x, double end) const {
    Vec3 y = x, gradient;
    for (int round = 0; round < 6; ++round) {
      const double f = value(y, gradient), square = std::max(gradient.squaredNorm(), 1e-12);
      y = x + ((y - x).dot(gradient) + end - f) / square * gradient;
      // Further out the polynomial is not held by samples.
      if (y.norm() > reach_ + 1.0) return (y - x).norm();
    }
    return (y - x).norm();
  }

  Vec3 middle_;
  double reach_ = 0.0, left_ = 0.0;  ///< left_: root mean square of what the fit leaves, voxels
  std::vector<Sample> samples_;
  Coefficients q_;
  bool good_ = false;
};

}  // namespace

std::optional<BallInWall> largest_ball_in_wall(const Room& room, const Ball& start, double voxel_mm) {
  Ball ball = start;
  constexpr int kMoves = 12;
  constexpr double kNear = 0.5;  // voxels that the ball may move before the wall is fitted anew around it
  for (int move = 0; move < kMoves; ++move) {
    const TwoFaces wall(room, ball.centre, ball.radius, voxel_mm);
    if (!wall.good()) return std::nullopt;
    const Vec3 from = ball.centre;
    const Ball grown = grow_ball(from, 0.25, 0.002, [&](const Vec3& at) { return (at - from).norm() <= kNear ? wall.clearance(at) : -1.0; });
    if (!(grown.radius > 0.0) || grown.radius > 2.0 * start.radius) return std::nullopt;
    ball = grown;
    if ((ball.centre - from).norm() < 0.8 * kNear) return BallInWall{ball, wall.left_voxels()};
  }
  return std::nullopt;
}

}  // namespace spongiosa::lattice
