#include "lattice/measure/inscribed_sphere.h"

#include "core/error.h"
#include "lattice/measure/ball_search.h"
#include "lattice/measure/fitted_walls.h"
#include "lattice/measure/room.h"
#include "lattice/measure/thin_wall.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

struct Candidate {
  float score;
  std::int64_t index;
};
bool better(const Candidate& a, const Candidate& b) { return a.score != b.score ? a.score > b.score : a.index < b.index; }

/// At most `most` of the sorted candidates: the first quarter of that many, and the rest evenly over the ranks.
std::vector<Candidate> spread(const std::vector<Candidate>& sorted, std::size_t most) {
  if (sorted.size() <= most) return sorted;
  const std::size_t first = most / 4;
  std::vector<Candidate> chosen(sorted.begin(), sorted.begin() + std::ptrdiff_t(first));
  for (std::size_t n = first; n < most; ++n) chosen.push_back(sorted[first + (n - first) * (sorted.size() - first) / (most - first)]);
  return chosen;
}

enum class Faces {
  kOpen,   ///< of zone and grid: balls held by the phase alone, which then must lie within them
  kWalls,  ///< they hold balls too
};

class SphereSearch {
 public:
  SphereSearch(const FloatImage& field, const FloatImage& zone, float sign, Faces faces)
      : faces_(faces), room_(faces == Faces::kOpen ? Room::phase(field, sign) : Room::phase_in_zone(field, sign, zone)), zone_(Room::zone(zone)),
        size_(field.size), layer_(size_[0] * size_[1]), voxel_mm_(field.spacing_mm[0]) {}

  /// Radius 0 where there is none.
  Ball run(const Progress& progress) {
    progress.report(0.0, "distances to the walls");
    distance_ = distances(room_);
    if (faces_ == Faces::kOpen) to_face_ = distances(zone_);
    progress.report(0.6, "candidates");
    const std::vector<Candidate> all = candidates();
    progress.report(0.7, fmt::format("{} candidates", all.size()));
    // The distance of samples is up to 0.9 voxels above that of the surface, by their luck: every candidate that near to the deepest
    // may hold the largest ball. Where none of them lies within open faces, the next voxel's worth of candidates is looked at.
    Ball best;
    float floor = 0.0f;
    double begun = 0.7;
    for (std::size_t first = 0; first < all.size() && all[first].score > floor;) {
      const float lowest = std::max(all[first].score - 1.0f, floor);
      std::size_t last = first;
      while (last < all.size() && all[last].score > lowest) ++last;
      deepest_ = all[first].score;
      const auto [ball, deepest_within] = largest_of({all.begin() + std::ptrdiff_t(first), all.begin() + std::ptrdiff_t(last)}, progress.part(begun, 0.5 * (begun + 1.0)));
      begun = 0.5 * (begun + 1.0);
      if (ball.radius > best.radius) best = ball;
      if (ball.radius > 0.0) floor = std::max(floor, deepest_within - 1.0f);
      first = last;
    }
    progress.report(1.0, "largest ball found");
    return best;
  }

 private:
  /// Squared distance of every sample to the nearest one that is not in the room; empty where all are.
  std::vector<float> distances(const Room& room) const {
    geometry::LabelImage wall;
    wall.size = size_;
    wall.allocate(0);
    std::vector<std::uint8_t> any(std::size_t(size_[2]), 0);
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) {
      std::uint8_t found = 0;
      for (std::int64_t n = k * layer_; n < (k + 1) * layer_; ++n) found |= wall.data[std::size_t(n)] = !(room.at(std::size_t(n)) > 0.0f);
      any[std::size_t(k)] = found;
    });
    return std::find(any.begin(), any.end(), 1) == any.end() ? std::vector<float>() : squared_distance_to(wall);
  }

  float border(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return float(std::min({i, j, k, size_[0] - 1 - i, size_[1] - 1 - j, size_[2] - 1 - k}));
  }
  float squared_depth(std::int64_t i, std::int64_t j, std::int64_t k) const {
    const float walls = distance_.empty() ? 1e15f : distance_[room_.offset(i, j, k)];
    if (faces_ == Faces::kOpen) return walls;
    const float b = border(i, j, k);
    return std::min(walls, b * b);
  }
  /// Samples say that the ball may lie within the faces.
  bool within_faces(float depth, std::int64_t i, std::int64_t j, std::int64_t k) const {
    if (faces_ == Faces::kWalls) return true;
    if (border(i, j, k) < depth - 1.0f) return false;
    const float least = std::max(0.0f, depth - 1.0f);
    return to_face_.empty() || to_face_[room_.offset(i, j, k)] > least * least;
  }

  /// Samples no shallower than their neighbours, the deepest first. Along a strut the luck of the samples can rise where the room
  /// narrows, so that a quarter of a voxel above is forgiven.
  std::vector<Candidate> candidates() const {
    std::vector<std::vector<Candidate>> layers{std::size_t(size_[2])};
    if (faces_ == Faces::kOpen && distance_.empty()) return {};
    tbb::parallel_for(std::int64_t(1), size_[2] - 1, [&](std::int64_t k) {
      for (std::int64_t j = 1; j < size_[1] - 1; ++j)
        for (std::int64_t i = 1; i < size_[0] - 1; ++i) {
          const float squared = squared_depth(i, j, k);
          if (!(squared > 0.0f)) continue;
          const float here = std::sqrt(squared), most = (here + 0.25f) * (here + 0.25f);
          bool highest = true;
          for (int n = 0; n < 27 && highest; ++n) highest = squared_depth(i + n % 3 - 1, j + n / 3 % 3 - 1, k + n / 9 - 1) <= most;
          if (highest && within_faces(here, i, j, k)) layers[std::size_t(k)].push_back({here, std::int64_t(room_.offset(i, j, k))});
        }
    });
    std::vector<Candidate> all;
    for (const auto& layer : layers) all.insert(all.end(), layer.begin(), layer.end());
    std::sort(all.begin(), all.end(), better);
    return all;
  }

  std::array<std::int64_t, 3> place(const Candidate& c) const { return {c.index % size_[0], c.index / size_[0] % size_[1], c.index / layer_}; }
  Vec3 point(const Candidate& c) const {
    const auto at = place(c);
    return Vec3(double(at[0]), double(at[1]), double(at[2]));
  }

  double clearance(const Walls& walls, const Vec3& centre) const {
    const double border = distance_to_border(room_, centre);
    if (border <= 0.0) return -1.0;
    Vec3 gradient;
    if (!(room_.value(centre, gradient) > 0.0)) return -1.0;
    const double way = walls.distance(centre);
    return faces_ == Faces::kOpen ? way : std::min(way, border);
  }
  Ball grow(const Candidate& c, double last_step) const {
    const Walls walls(room_, place(c), double(deepest_) + kReach);
    return grow_ball(point(c), 0.5, last_step, [&](const Vec3& centre) { return clearance(walls, centre); });
  }
  /// Up to `beyond` voxels.
  bool lies_within_faces(const Ball& ball, double beyond) const {
    if (faces_ == Faces::kWalls) return true;
    if (distance_to_border(room_, ball.centre) < ball.radius - beyond) return false;
    const std::array<std::int64_t, 3> near{std::lround(ball.centre[0]), std::lround(ball.centre[1]), std::lround(ball.centre[2])};
    return zone_.at(near[0], near[1], near[2]) > 0.0f && Walls(zone_, near, ball.radius + 1.5).distance(ball.centre) >= ball.radius - beyond;
  }

  /// Three passes: the clearance at every candidate; a short search from many; the best ones to the end. A lattice repeats: candidates
  /// of one kind fall on the grid in the same way and share their luck. So where there are too many, the choice is spread over all
  /// ranks instead of taking the first, which may all be of one kind. @return with the depth of the deepest sample around
  /// which a ball was found within the faces
  std::pair<Ball, float> largest_of(std::vector<Candidate> candidates, const Progress& progress) const {
    constexpr std::size_t kLooked = 10000, kSearched = 800, kRefined = 96;
    const auto choose = [&](std::size_t most) {
      std::sort(candidates.begin(), candidates.end(), better);
      candidates = spread(candidates, most);
    };
    choose(kLooked);
    tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) {
      candidates[n].score = float(Walls(room_, place(candidates[n]), double(deepest_) + kReach).distance(point(candidates[n])));
    });
    progress.report(0.3, "searching around the candidates");
    choose(kSearched);
    std::vector<Ball> balls(candidates.size());
    tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) {
      balls[n] = grow(candidates[n], 0.1);
      candidates[n].score = lies_within_faces(balls[n], 0.3) ? float(balls[n].radius) : 0.0f;
    });
    std::pair<Ball, float> best{};
    for (const Candidate& c : candidates) {
      const auto at = place(c);
      if (c.score > 0.0f) best.second = std::max(best.second, std::sqrt(squared_depth(at[0], at[1], at[2])));
    }
    // What the short search leaves to gain is below a tenth of a voxel.
    float least = 0.0f;
    for (const Candidate& c : candidates) least = std::max(least, c.score - 0.1f);
    std::erase_if(candidates, [&](const Candidate& c) { return c.score <= 0.0f || c.score < least; });
    choose(kRefined);
    progress.report(0.6, "refining the largest balls");
    balls.resize(candidates.size());
    std::vector<double> left(candidates.size(), kNotFitted);
    tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) {
      balls[n] = grow(candidates[n], 0.005);
      if (!(balls[n].radius < kThinWall_voxels)) return;
      const std::optional<BallInWall> in_wall = largest_ball_in_wall(room_, balls[n], voxel_mm_, 0.02);
      if (!in_wall) return;
      balls[n] = in_wall->ball;
      left[n] = in_wall->left_voxels;
    });
    const double good = good_fit(left);
    refine_in_walls(balls, left, good);
    if (faces_ == Faces::kOpen) hold_by_fitted_walls(candidates, balls, left);
    const auto look = [&](std::size_t n, double at_least) {
      if (balls[n].radius > std::max(at_least, best.first.radius) && lies_within_faces(balls[n], 0.1)) best.first = balls[n];
    };
    for (std::size_t n = 0; n < balls.size(); ++n)
      if (left[n] <= good) look(n, 0.0);
    // Samples alone read thin walls up to 7 % too thick: beside walls that could be fitted, they count only where they say clearly more.
    const double clearly = 1.1 * best.first.radius;
    for (std::size_t n = 0; n < balls.size(); ++n)
      if (left[n] == kNotFitted) look(n, clearly);
    return best;
  }

  /// The largest of the balls in fitted thin walls, to the end.
  void refine_in_walls(std::vector<Ball>& balls, const std::vector<double>& left, double good) const {
    constexpr std::size_t kMost = 12;
    std::vector<Candidate> some;
    for (std::size_t n = 0; n < balls.size(); ++n)
      if (left[n] <= good && lies_within_faces(balls[n], 0.1)) some.push_back({float(balls[n].radius), std::int64_t(n)});
    std::sort(some.begin(), some.end(), better);
    some.resize(std::min(some.size(), kMost));
    tbb::parallel_for(std::size_t(0), some.size(), [&](std::size_t s) {
      Ball& ball = balls[std::size_t(some[s].index)];
      const std::optional<BallInWall> in_wall = largest_ball_in_wall(room_, ball, voxel_mm_, 0.002);
      if (in_wall && in_wall->left_voxels <= good) ball = in_wall->ball;
    });
  }

  /// Of the balls that no thin wall was fitted to, the largest are measured again between smooth walls. By linear interpolation they may
  /// be a few per cent too large or too small, so that not the very largest alone are.
  void hold_by_fitted_walls(const std::vector<Candidate>& candidates, std::vector<Ball>& balls, std::vector<double>& left) const {
    constexpr std::size_t kMost = 16;
    constexpr double kMostMissed = 0.04;
    double largest = 0.0;
    for (std::size_t n = 0; n < balls.size(); ++n)
      if (left[n] == kNotFitted && lies_within_faces(balls[n], 0.1)) largest = std::max(largest, balls[n].radius);
    std::vector<Candidate> some;
    for (std::size_t n = 0; n < balls.size(); ++n)
      if (left[n] == kNotFitted && balls[n].radius > (1.0 - kMostMissed) * largest && balls[n].radius < kFitted_voxels)
        some.push_back({float(balls[n].radius), std::int64_t(n)});
    std::sort(some.begin(), some.end(), better);
    some = spread(some, kMost);
    tbb::parallel_for(std::size_t(0), some.size(), [&](std::size_t s) {
      const std::size_t n = std::size_t(some[s].index);
      const Walls walls(room_, place(candidates[n]), double(deepest_) + kReach);
      const std::optional<Ball> ball = largest_ball_in_fitted_walls(room_, walls, balls[n], voxel_mm_);
      if (!ball) return;
      balls[n] = *ball;
      left[n] = 0.0;
    });
  }

  /// The largest of many balls would be the one with the worst fit: those count that leave little, compared with the better quarter.
  static double good_fit(std::vector<double> left) {
    std::erase(left, kNotFitted);
    if (left.empty()) return 0.0;
    const auto quarter = left.begin() + std::ptrdiff_t(left.size() / 4);
    std::nth_element(left.begin(), quarter, left.end());
    return 1.5 * *quarter + 0.001;
  }

  static constexpr double kNotFitted = 1e9;
  static constexpr double kFitted_voxels = 12.0;  ///< radius beyond which what linear interpolation misses of the walls hardly counts
  static constexpr double kReach = 2.5;  ///< beyond the deepest candidate, walls are looked for
  const Faces faces_;
  const Room room_, zone_;
  const Index3 size_;
  const std::int64_t layer_;
  const double voxel_mm_;
  float deepest_ = 0.0f;
  std::vector<float> distance_, to_face_;  ///< squared
};

InscribedSphere largest_sphere(const FloatImage& field, const FloatImage& zone, float sign, const Progress& progress) {
  if (field.size != zone.size || field.size[0] < 3 || field.size[1] < 3 || field.size[2] < 3)
    fail_input("inscribed spheres: field and zone must share one grid of at least 3 x 3 x 3 samples");
  Ball ball = SphereSearch(field, zone, sign, Faces::kOpen).run(progress.part(0.0, 0.9));
  const bool held = ball.radius > 0.0;
  if (!held) ball = SphereSearch(field, zone, sign, Faces::kWalls).run(progress.part(0.9, 1.0));
  if (!(ball.radius > 0.0)) return {};
  return {2.0 * ball.radius * field.spacing_mm[0], field.to_patient(ball.centre), held};
}

}  // namespace

InscribedSphere largest_void_sphere(const FloatImage& field, const FloatImage& zone, const Progress& progress) {
  return largest_sphere(field, zone, 1.0f, progress);
}
InscribedSphere largest_solid_sphere(const FloatImage& field, const FloatImage& zone, const Progress& progress) {
  return largest_sphere(field, zone, -1.0f, progress);
}

}  // namespace spongiosa::lattice
