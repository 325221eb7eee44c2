#include "lattice/measure/smooth_fit.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr int kDegree = SmoothFit::kMostDegree, kTerms = SmoothFit::kMostTerms;

/// All x^a y^b z^c with a + b + c <= kDegree, by rising degree; the linear ones are terms 1 to 3.
struct Terms {
  std::array<std::array<int, 3>, kTerms> power;
  Terms() {
    int n = 0;
    for (int degree = 0; degree <= kDegree; ++degree)
      for (int a = degree; a >= 0; --a)
        for (int b = degree - a; b >= 0; --b) power[std::size_t(n++)] = {a, b, degree - a - b};
  }
  static int count(int degree) { return (degree + 1) * (degree + 2) * (degree + 3) / 6; }
  int number(int a, int b, int c) const {
    return int(std::find(power.begin(), power.end(), std::array<int, 3>{a, b, c}) - power.begin());
  }
  int degree(int n) const { return power[std::size_t(n)][0] + power[std::size_t(n)][1] + power[std::size_t(n)][2]; }

  /// @param f  takes the number of a term, its value and its three derivatives.
  template <class F>
  void evaluate(const Vec3& p, int count, const F& f) const {
    double powers[3][kDegree + 1], slopes[3][kDegree + 1];
    for (int a = 0; a < 3; ++a) {
      powers[a][0] = 1.0;
      slopes[a][0] = 0.0;
      for (int d = 1; d <= kDegree; ++d) {
        powers[a][d] = powers[a][d - 1] * p[a];
        slopes[a][d] = d * powers[a][d - 1];
      }
    }
    for (int n = 0; n < count; ++n) {
      const auto& e = power[std::size_t(n)];
      const double x = powers[0][e[0]], y = powers[1][e[1]], z = powers[2][e[2]];
      f(n, x * y * z, slopes[0][e[0]] * y * z, x * slopes[1][e[1]] * z, x * y * slopes[2][e[2]]);
    }
  }
};
const Terms& terms() {
  static const Terms all;
  return all;
}

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }

}  // namespace

SmoothFit::SmoothFit(Faces faces, double reach, double constant, const Vec3& slope)
    : faces_(faces), reach_(reach), steepness_(slope.norm()), q_(Eigen::VectorXd::Zero(kTerms)), hold_(kTerms) {
  q_[0] = constant;
  q_.segment<3>(1) = reach * slope;
  nest(1);
  // Of the samples' noise (what terms of a higher degree than the fifth add) and of the terms' size in a smooth function.
  constexpr double kNoise_voxels = 0.003, kLength_voxels = 2.0;
  for (int n = 0; n < kTerms; ++n) {
    const auto& e = terms().power[std::size_t(n)];
    const int degree = terms().degree(n);
    const double variance = steepness_ * steepness_ * kLength_voxels * kLength_voxels * std::pow(reach / kLength_voxels, 2 * degree) /
                            (factorial(e[0]) * factorial(e[1]) * factorial(e[2]));
    hold_[n] = degree > 1 ? kNoise_voxels * kNoise_voxels / variance : 1e-12;
  }
}

void SmoothFit::set_samples(std::vector<Sample> samples, int degree) {
  const int terms_set = Terms::count(degree);
  samples_ = std::move(samples);
  const Eigen::Index count = Eigen::Index(samples_.size());
  said_.resize(count);
  weight_.resize(count);
  term_.resize(count, terms_set);
  for (auto& slope : slope_) slope.resize(count, terms_set);
  for (Eigen::Index s = 0; s < count; ++s) {
    const Sample& sample = samples_[std::size_t(s)];
    said_[s] = sample.value;
    weight_[s] = sample.weight;
    terms().evaluate(sample.place / reach_, terms_set, [&](int n, double value, double x, double y, double z) {
      term_(s, n) = value;
      slope_[0](s, n) = x / reach_;
      slope_[1](s, n) = y / reach_;
      slope_[2](s, n) = z / reach_;
    });
  }
}

void SmoothFit::model(const Eigen::VectorXd& q, Model& at) const {
  const auto some = q.head(terms_);
  at.height = term_.leftCols(terms_) * some;
  at.gradient.resize(at.height.size(), 3);
  for (int a = 0; a < 3; ++a) at.gradient.col(a) = slope_[a].leftCols(terms_) * some;
  at.length = at.gradient.rowwise().norm().cwiseMax(1e-9 * steepness_);
  at.side.setOnes(at.height.size());
  if (faces_ == Faces::kTwo) {
    at.side = at.height.unaryExpr([](double f) { return f > 0.0 ? 1.0 : -1.0; });
    at.height = at.height.cwiseAbs().array() - 1.0;
  }
  at.miss = said_ - at.height.cwiseQuotient(at.length);
}

void SmoothFit::fit_values(int degree) {
  terms_ = Terms::count(degree);
  const Eigen::MatrixXd weighted = (term_.leftCols(terms_).array().colwise() * weight_.array()).matrix();
  Eigen::MatrixXd products = weighted.transpose() * term_.leftCols(terms_);
  products.diagonal() += hold_.head(terms_);
  q_.head(terms_) = products.ldlt().solve(weighted.transpose() * said_);
  nest(degree);
}

void SmoothFit::fit(int degree, int rounds) {
  terms_ = Terms::count(degree);
  const double weights = std::max(weight_.sum(), 1e-9);
  Model now, next;
  model(q_, now);
  const auto cost = [&](const Eigen::VectorXd& q, const Model& at) {
    return squares(at) + hold_.head(terms_).dot(q.head(terms_).cwiseAbs2());
  };
  double lowest = cost(q_, now), damping = 1e-2;
  for (int round = 0; round < rounds; ++round) {
    // Derivative of height / length: side term / length - height / length^3 gradient . slope.
    const Eigen::ArrayXd root = weight_.array().sqrt(), by_term = root * now.side.array() / now.length.array();
    const Eigen::ArrayXd by_slope = root * now.height.array() / now.length.array().cube();
    Eigen::MatrixXd by = (term_.leftCols(terms_).array().colwise() * by_term).matrix();
    for (int a = 0; a < 3; ++a) by -= (slope_[a].leftCols(terms_).array().colwise() * (by_slope * now.gradient.col(a).array())).matrix();
    Eigen::MatrixXd products = Eigen::MatrixXd::Zero(terms_, terms_);
    products.selfadjointView<Eigen::Lower>().rankUpdate(by.transpose());
    Eigen::VectorXd right = by.transpose() * (root * now.miss.array()).matrix() - hold_.head(terms_).cwiseProduct(q_.head(terms_));
    products.diagonal() += hold_.head(terms_);
    if (faces_ == Faces::kOne) {
      // Of one face, F and twice F say the same: the mean slope stays what it was.
      Eigen::VectorXd mean = Eigen::VectorXd::Zero(terms_);
      const Eigen::ArrayXd share = weight_.array() / weights / now.length.array();
      for (int a = 0; a < 3; ++a) mean += slope_[a].leftCols(terms_).transpose() * (share * now.gradient.col(a).array()).matrix();
      const double pin = weights / (steepness_ * steepness_);
      products.selfadjointView<Eigen::Lower>().rankUpdate(mean, pin);
      right += pin * (steepness_ - mean.dot(q_.head(terms_))) * mean;
    }
    bool better = false;
    double gain = 0.0;
    for (int trial = 0; trial < 5 && !better; ++trial) {
      Eigen::MatrixXd damped = products;
      damped.diagonal() *= 1.0 + damping;
      Eigen::VectorXd tried = q_;
      tried.head(terms_) += damped.selfadjointView<Eigen::Lower>().ldlt().solve(right);
      model(tried, next);
      const double reached = cost(tried, next);
      better = reached < lowest;
      damping *= better ? 0.1 : 8.0;
      if (!better) continue;
      gain = (lowest - reached) / lowest;
      lowest = reached;
      q_ = tried;
      std::swap(now, next);
    }
    if (!better || gain < 1e-3) break;
  }
  left_ = std::sqrt(squares(now) / weights);
  nest(degree);
}

double SmoothFit::miss(const Sample& sample) const {
  Vec3 gradient;
  const double f = value(sample.place, gradient), length = std::max(gradient.norm(), 1e-9 * steepness_);
  return sample.value - (faces_ == Faces::kTwo ? std::abs(f) - 1.0 : f) / length;
}

double SmoothFit::doubt(double least) {
  Model now;
  model(q_, now);
  std::vector<double> misses(std::size_t(now.miss.size()));
  for (std::size_t s = 0; s < misses.size(); ++s) misses[s] = std::abs(now.miss[Eigen::Index(s)]);
  std::nth_element(misses.begin(), misses.begin() + std::ptrdiff_t(misses.size() / 2), misses.end());
  const double scale = std::max(least, 4.0 * misses[misses.size() / 2]);
  double before = 0.0, after = 0.0;
  for (Eigen::Index s = 0; s < said_.size(); ++s) {
    const double share = now.miss[s] / scale, trust = 1.0 / (1.0 + share * share * share * share);
    before += samples_[std::size_t(s)].weight;
    weight_[s] = samples_[std::size_t(s)].weight * trust;
    after += weight_[s];
  }
  left_ = std::sqrt(squares(now) / std::max(after, 1e-9));
  return after / std::max(before, 1e-9);
}

void SmoothFit::nest(int degree) {
  degree_ = degree;
  nested_.clear();
  for (int a = degree; a >= 0; --a)
    for (int b = degree - a; b >= 0; --b)
      for (int c = degree - a - b; c >= 0; --c) nested_.push_back(q_[terms().number(a, b, c)]);
}

double SmoothFit::value(const Vec3& place, Vec3& gradient) const {
  const double x = place[0] / reach_, y = place[1] / reach_, z = place[2] / reach_;
  const double* next = nested_.data();
  double f = 0.0, by_x = 0.0, by_y = 0.0, by_z = 0.0;
  for (int a = degree_; a >= 0; --a) {
    double g = 0.0, g_by_y = 0.0, g_by_z = 0.0;
    for (int b = degree_ - a; b >= 0; --b) {
      double h = 0.0, h_by_z = 0.0;
      for (int c = degree_ - a - b; c >= 0; --c) {
        h_by_z = h_by_z * z + h;
        h = h * z + *next++;
      }
      g_by_y = g_by_y * y + g;
      g_by_z = g_by_z * y + h_by_z;
      g = g * y + h;
    }
    by_x = by_x * x + f;
    by_y = by_y * x + g_by_y;
    by_z = by_z * x + g_by_z;
    f = f * x + g;
  }
  gradient = Vec3(by_x, by_y, by_z) / reach_;
  return f;
}

bool SmoothFit::onto_wall(double end, Vec3& p, Vec3& gradient) const {
  constexpr double kOn_voxels = 0.001;
  for (int round = 0; round < 6; ++round) {
    const double f = value(p, gradient), square = std::max(gradient.squaredNorm(), 1e-12 * steepness_ * steepness_);
    Vec3 step = (end - f) / square * gradient;
    const double length = step.norm();
    if (length > 1.0) step /= length;
    p += step;
    if (length < kOn_voxels) return true;
  }
  return false;
}

std::optional<Vec3> SmoothFit::foot(const Vec3& place, const Vec3& start, double end, double furthest) const {
  constexpr int kRounds = 16;
  constexpr double kStill_voxels = 0.01;  // beside the foot by that much, a point is further away by less than 0.0001
  Vec3 foot = start, gradient;
  if (!onto_wall(end, foot, gradient) || foot.norm() > furthest) return std::nullopt;
  const auto beside = [&](const Vec3& p, const Vec3& normal) { return Vec3(place - p - (place - p).dot(normal) / normal.squaredNorm() * normal); };
  Vec3 way = beside(foot, gradient);
  // How much of the way along the tangent plane: less where the wall bends away. As from the last step's effect (Barzilai & Borwein).
  double share = 0.7;
  for (int round = 0; round < kRounds && way.squaredNorm() > kStill_voxels * kStill_voxels; ++round) {
    Vec3 step = share * way;
    if (step.norm() > 1.0) step.normalize();
    Vec3 next = foot + step;
    if (!onto_wall(end, next, gradient) || !((next - place).squaredNorm() < (foot - place).squaredNorm())) {
      share *= 0.4;
      continue;
    }
    if (next.norm() > furthest) return std::nullopt;
    const Vec3 next_way = beside(next, gradient), moved = next - foot;
    const double change = moved.dot(way - next_way);
    share = change > 0.0 ? std::clamp(moved.squaredNorm() / change, 0.05, 3.0) : 1.0;
    foot = next;
    way = next_way;
  }
  return foot;
}

}  // namespace spongiosa::lattice
