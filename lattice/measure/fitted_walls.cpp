#include "lattice/measure/fitted_walls.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kReach = 2.4;    ///< of the samples that make a piece
constexpr double kExtent = 1.5;   ///< of a piece: where it answers for the wall
constexpr double kApart = 1.0;    ///< between the crossings of two pieces
constexpr double kMostLeft_voxels = 0.02;

/// Unit vector into the room.
Vec3 inwards(const Room& room, const Vec3& p) {
  Vec3 gradient;
  room.value(p, gradient);
  const double length = gradient.norm();
  return length > 0.0 ? Vec3(gradient / length) : Vec3(Vec3::UnitX());
}

}  // namespace

FittedWall::FittedWall(const Room& room, const Vec3& middle, double voxel_mm)
    : middle_(middle), fit_(SmoothFit::Faces::kOne, kReach, 0.0, inwards(room, middle)) {
  const std::vector<SmoothFit::Sample> all = samples(room, voxel_mm);
  // First the samples in the room that a plane explains: those behind the wall may be nearer to its other side, or in another room.
  const auto chosen = [&](double most_miss, double per_square, bool behind) {
    std::vector<SmoothFit::Sample> some;
    for (const SmoothFit::Sample& s : all) {
      if (!behind && s.value < 0.0) continue;
      if (std::abs(fit_.miss(s)) < most_miss + per_square * s.place.squaredNorm()) some.push_back(s);
    }
    return some;
  };
  std::vector<SmoothFit::Sample> some = chosen(0.35, 0.12, false);
  if (some.size() < 10) return;
  fit_.set_samples(std::move(some), 2);
  for (const int degree : {1, 2}) fit_.fit(degree, 2);
  fit_.doubt(0.05);
  fit_.fit(2, 2);
  some = chosen(0.1, 0.03, true);
  if (some.size() < 20) return;
  fit_.set_samples(std::move(some), 4);
  for (const int degree : {2, 3}) fit_.fit(degree, 3);
  fit_.doubt(0.03);
  fit_.fit(4, 4);
  const double kept = fit_.doubt(0.01);
  fit_.fit(4, 4);
  if (!(kept > 0.6 && fit_.left() < kMostLeft_voxels)) return;
  const std::optional<Vec3> on_wall = fit_.foot(Vec3::Zero(), Vec3::Zero(), 0.0, 0.5);
  good_ = on_wall.has_value();
  if (good_) on_wall_ = *on_wall;
}

std::vector<SmoothFit::Sample> FittedWall::samples(const Room& room, double voxel_mm) const {
  constexpr double kDeepest = 1.6;
  std::vector<SmoothFit::Sample> all;
  std::int64_t low[3], high[3];
  for (std::size_t a = 0; a < 3; ++a) {
    const double at = middle_[Eigen::Index(a)];
    low[a] = std::max<std::int64_t>(0, std::int64_t(std::ceil(at - kReach)));
    high[a] = std::min<std::int64_t>(room.size()[a] - 1, std::int64_t(std::floor(at + kReach)));
  }
  for (std::int64_t k = low[2]; k <= high[2]; ++k)
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t i = low[0]; i <= high[0]; ++i) {
        const Vec3 place = Vec3(double(i), double(j), double(k)) - middle_;
        if (place.squaredNorm() > kReach * kReach) continue;
        const double value = double(room.at(i, j, k)) / voxel_mm;
        if (std::abs(value) < kDeepest) all.push_back({place, value, 1.0 / (1.0 + 4.0 * value * value)});
      }
  return all;
}

double FittedWall::distance(const Vec3& place) const {
  const Vec3 x = place - middle_;
  const std::optional<Vec3> foot = fit_.foot(x, on_wall_, 0.0, kExtent);
  return ((foot ? *foot : on_wall_) - x).norm();
}

bool FittedWalls::add(const Walls& walls, const Ball& ball) {
  constexpr std::size_t kMost = 80;
  walls_ = &walls;
  std::vector<std::pair<double, const Vec3*>> near;
  for (const Vec3& p : walls.crossings()) {
    const double way = (p - ball.centre).norm();
    // Sliding brings a crossing nearer by less than this.
    if (way < ball.radius + 0.5) near.emplace_back(way, &p);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  bool added = false;
  for (const auto& [way, p] : near) {
    const Vec3 foot = walls.foot(ball.centre, *p);
    if (std::max((foot - ball.centre).norm(), way - 0.3) > ball.radius) continue;
    const auto beside = [&](const Vec3& q) { return (q - foot).squaredNorm() < kApart * kApart; };
    if (std::any_of(pieces_.begin(), pieces_.end(), [&](const FittedWall& w) { return beside(w.middle()); })) continue;
    if (std::any_of(rough_.begin(), rough_.end(), [&](const Rough& r) { return beside(r.foot); })) continue;
    if (pieces_.size() + rough_.size() == kMost) {
      too_many_ = true;
      return false;
    }
    FittedWall piece(room_, foot, voxel_mm_);
    if (piece.good()) pieces_.push_back(std::move(piece));
    else rough_.push_back({*p, foot});
    if (rough_.size() > 4 && !good()) return false;
    added = true;
  }
  return added;
}

double FittedWalls::distance(const Vec3& place, LeastDistance& least) const {
  return least.at(place, pieces_.size() + rough_.size(), [&](std::size_t n) {
    return n < pieces_.size() ? pieces_[n].distance(place) : walls_->slide(place, rough_[n - pieces_.size()].crossing);
  });
}

std::optional<Ball> largest_ball_in_fitted_walls(const Room& room, const Walls& walls, const Ball& start, double voxel_mm) {
  constexpr double kMayTouch = 0.15;  // from the surface of a ball to the walls that may hold it, by the samples
  constexpr double kNear = 0.4;       // that the ball may move before walls are looked for anew
  constexpr int kMoves = 16;
  FittedWalls fitted(room, voxel_mm);
  Ball ball = start;
  for (int move = 0; move < kMoves; ++move) {
    const bool added = fitted.add(walls, {ball.centre, ball.radius + kMayTouch});
    if (!fitted.good()) return std::nullopt;
    if (!added && move > 0) {
      // Linear interpolation is not wrong by more than this: the ball found a gap between pieces.
      constexpr double kMostMissed_voxels = 0.12;
      if (ball.radius > walls.distance(ball.centre) + kMostMissed_voxels) return std::nullopt;
      return ball;
    }
    const Vec3 from = ball.centre;
    LeastDistance least;
    ball = grow_ball(from, 0.2, 0.002, [&](const Vec3& at) { return (at - from).norm() <= kNear ? fitted.distance(at, least) : -1.0; });
    if (std::abs(ball.radius - start.radius) > 0.4) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace spongiosa::lattice
