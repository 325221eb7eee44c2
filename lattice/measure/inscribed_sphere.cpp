#include "lattice/measure/inscribed_sphere.h"

#include "core/error.h"
#include "lattice/measure/ball_search.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// The room in which a ball may lie, positive inside; zero crossings are its walls. Positions are in voxels.
class Room {
 public:
  /// @param sign  +1: the void of `field`, -1: its solid.
  Room(const FloatImage& field, const FloatImage& zone, float sign) : field_(field), zone_(zone), sign_(sign) {}

  const Index3& size() const { return field_.size; }
  float at(std::size_t n) const { return std::min(sign_ * field_.data[n], -zone_.data[n]); }
  float at(std::int64_t i, std::int64_t j, std::int64_t k) const { return at(field_.offset(i, j, k)); }

  /// Trilinear, with gradient; `p` must lie within the grid.
  double value(const Vec3& p, Vec3& gradient) const {
    std::int64_t base[3];
    double t[3];
    for (int a = 0; a < 3; ++a) {
      base[a] = std::clamp<std::int64_t>(std::int64_t(std::floor(p[a])), 0, size()[std::size_t(a)] - 2);
      t[a] = p[a] - double(base[a]);
    }
    double v[8];
    for (int c = 0; c < 8; ++c) v[c] = at(base[0] + (c & 1), base[1] + (c >> 1 & 1), base[2] + (c >> 2));
    const auto mix = [](double a, double b, double s) { return a + s * (b - a); };
    const double y0z0 = mix(v[0], v[1], t[0]), y1z0 = mix(v[2], v[3], t[0]), y0z1 = mix(v[4], v[5], t[0]), y1z1 = mix(v[6], v[7], t[0]);
    const double z0 = mix(y0z0, y1z0, t[1]), z1 = mix(y0z1, y1z1, t[1]);
    gradient[2] = z1 - z0;
    gradient[1] = mix(y1z0 - y0z0, y1z1 - y0z1, t[2]);
    gradient[0] = mix(mix(v[1] - v[0], v[3] - v[2], t[1]), mix(v[5] - v[4], v[7] - v[6], t[1]), t[2]);
    return mix(z0, z1, t[2]);
  }

 private:
  const FloatImage& field_;
  const FloatImage& zone_;
  float sign_;
};

/// The walls near one place: zero crossings on grid edges within `reach` voxels of a centre.
struct Walls {
  std::vector<Vec3> points;
  Vec3 low, high;  ///< box that the centre may not leave
  Vec3 middle;     ///< walls were looked for up to `reach` around it: a ball must end there
  double reach;

  Walls(const Room& room, const std::array<std::int64_t, 3>& centre, double reach_voxels) : reach(reach_voxels) {
    middle = Vec3(double(centre[0]), double(centre[1]), double(centre[2]));
    std::int64_t from[3], to[3];
    for (std::size_t a = 0; a < 3; ++a) {
      from[a] = std::max<std::int64_t>(0, centre[a] - std::int64_t(std::ceil(reach)));
      to[a] = std::min<std::int64_t>(room.size()[a] - 1, centre[a] + std::int64_t(std::ceil(reach)));
      low[Eigen::Index(a)] = double(from[a]);
      high[Eigen::Index(a)] = double(to[a]);
    }
    for (std::int64_t k = from[2]; k <= to[2]; ++k)
      for (std::int64_t j = from[1]; j <= to[1]; ++j)
        for (std::int64_t i = from[0]; i <= to[0]; ++i) {
          const float here = room.at(i, j, k);
          const std::int64_t at[3] = {i, j, k};
          for (int axis = 0; axis < 3; ++axis) {
            if (at[axis] == to[axis]) continue;
            const float next = room.at(i + (axis == 0), j + (axis == 1), k + (axis == 2));
            if ((here > 0.0f) == (next > 0.0f)) continue;
            Vec3 p = Vec3(double(i), double(j), double(k));
            p[axis] += double(here) / (double(here) - double(next));
            if ((p - middle).norm() < reach) points.push_back(p);
          }
        }
  }

  /// Distance from `centre` to the walls: the nearest crossings are slid along the surface between the samples towards the
  /// foot of the perpendicular, because crossings lie up to half a voxel beside it.
  double distance(const Room& room, const Vec3& centre) const {
    constexpr std::size_t kNear = 6;
    std::array<std::pair<double, std::size_t>, kNear> nearest;
    nearest.fill({1e30, 0});
    for (std::size_t n = 0; n < points.size(); ++n) {
      const double square = (points[n] - centre).squaredNorm();
      if (square >= nearest.back().first) continue;
      std::size_t at = kNear - 1;
      while (at > 0 && nearest[at - 1].first > square) {
        nearest[at] = nearest[at - 1];
        --at;
      }
      nearest[at] = {square, n};
    }
    double best = std::min({(centre - low).minCoeff(), (high - centre).minCoeff(), reach - (centre - middle).norm()});
    for (const auto& [square, n] : nearest)
      if (square < 1e30) best = std::min(best, slide(room, centre, points[n]));
    return best;
  }

 private:
  static double slide(const Room& room, const Vec3& centre, Vec3 p) {
    const double start = (centre - p).norm();
    const Vec3 origin = p;
    for (int step = 0; step < 3; ++step) {
      Vec3 gradient;
      room.value(p, gradient);
      const double square = gradient.squaredNorm();
      if (square < 1e-12) break;
      Vec3 along = centre - p;
      along -= along.dot(gradient) / square * gradient;
      if (along.norm() > 0.5) along *= 0.5 / along.norm();
      Vec3 next = p + 0.7 * along;
      const double value = room.value(next, gradient);
      next -= value / std::max(gradient.squaredNorm(), 1e-12) * gradient;
      // At an edge of the room the linear step can jump away: then the crossing itself is the answer.
      if ((next - origin).norm() > 1.0 || (centre - next).squaredNorm() >= (centre - p).squaredNorm()) break;
      p = next;
    }
    // A step onto the interpolated surface is only trusted within a voxel's worth of curvature.
    return std::max((centre - p).norm(), start - 0.3);
  }
};

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

InscribedSphere largest_sphere(const FloatImage& field, const FloatImage& zone, float sign, const Progress& progress) {
  if (field.size != zone.size || field.size[0] < 3 || field.size[1] < 3 || field.size[2] < 3)
    fail_input("inscribed spheres: field and zone must share one grid of at least 3 x 3 x 3 samples");
  const Room room(field, zone, sign);
  const auto [nx, ny, nz] = field.size;
  progress.report(0.0, "distances to the walls");
  std::vector<float> distance;
  {
    geometry::LabelImage wall = field.like<std::uint8_t>();
    tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
      for (std::int64_t n = k * nx * ny; n < (k + 1) * nx * ny; ++n) wall.data[std::size_t(n)] = !(room.at(std::size_t(n)) > 0.0f);
    });
    distance = squared_distance_to(wall);
  }
  progress.report(0.6, "candidates");
  // Beyond the grid counts as wall: no ball may leave it.
  const auto depth = [&, nx = nx, ny = ny, nz = nz](std::int64_t i, std::int64_t j, std::int64_t k) {
    const std::int64_t border = std::min({i, j, k, nx - 1 - i, ny - 1 - j, nz - 1 - k});
    return std::min(std::sqrt(distance[field.offset(i, j, k)]), float(border));
  };
  std::vector<float> layer_best(std::size_t(nz), 0.0f);
  tbb::parallel_for(std::int64_t(1), nz - 1, [&, nx = nx, ny = ny](std::int64_t k) {
    for (std::int64_t j = 1; j < ny - 1; ++j)
      for (std::int64_t i = 1; i < nx - 1; ++i) layer_best[std::size_t(k)] = std::max(layer_best[std::size_t(k)], depth(i, j, k));
  });
  const float deepest = *std::max_element(layer_best.begin(), layer_best.end());
  if (!(deepest > 0.0f)) return {};
  // The distance of samples is up to 0.9 voxels above that of the surface, by their luck: every local maximum that near to
  // the deepest may hold the largest ball. Along a strut the luck can rise where the room narrows, so that a quarter of a
  // voxel above its neighbours is forgiven.
  std::vector<std::vector<Candidate>> layers{std::size_t(nz)};
  tbb::parallel_for(std::int64_t(1), nz - 1, [&, nx = nx, ny = ny](std::int64_t k) {
    for (std::int64_t j = 1; j < ny - 1; ++j)
      for (std::int64_t i = 1; i < nx - 1; ++i) {
        const float here = depth(i, j, k);
        if (here < deepest - 1.0f || here <= 0.0f) continue;
        bool highest = true;
        for (int n = 0; n < 27 && highest; ++n) highest = depth(i + n % 3 - 1, j + n / 3 % 3 - 1, k + n / 9 - 1) <= here + 0.25f;
        if (highest) layers[std::size_t(k)].push_back({here, std::int64_t(field.offset(i, j, k))});
      }
  });
  std::vector<Candidate> candidates;
  for (const auto& layer : layers) candidates.insert(candidates.end(), layer.begin(), layer.end());
  const auto place = [&, nx = nx, ny = ny](const Candidate& c) {
    return std::array<std::int64_t, 3>{c.index % nx, c.index / nx % ny, c.index / (nx * ny)};
  };
  // Three passes: the clearance at every candidate; a short search from many; the best ones to the end. A lattice repeats:
  // candidates of one kind fall on the grid in the same way and share their luck. So where there are too many, the choice is
  // spread over all ranks instead of taking the first, which may all be of one kind.
  progress.report(0.7, fmt::format("{} candidates", candidates.size()));
  constexpr std::size_t kLooked = 10000, kSearched = 800, kRefined = 96;
  const double reach = double(deepest) + 2.5;
  const auto choose = [&](std::size_t most) {
    std::sort(candidates.begin(), candidates.end(), better);
    candidates = spread(candidates, most);
  };
  choose(kLooked);
  tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) {
    const auto at = place(candidates[n]);
    candidates[n].score = float(Walls(room, at, reach).distance(room, Vec3(double(at[0]), double(at[1]), double(at[2]))));
  });
  progress.report(0.8, "searching around the candidates");
  choose(kSearched);
  const auto grow = [&](const Candidate& c, double last_step) {
    const auto at = place(c);
    const Walls walls(room, at, reach);
    return grow_ball(Vec3(double(at[0]), double(at[1]), double(at[2])), 0.5, last_step, [&](const Vec3& centre) {
      Vec3 gradient;
      if ((centre - walls.low).minCoeff() <= 0.0 || (walls.high - centre).minCoeff() <= 0.0) return -1.0;
      if (!(room.value(centre, gradient) > 0.0)) return -1.0;
      return walls.distance(room, centre);
    });
  };
  tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) { candidates[n].score = float(grow(candidates[n], 0.1).radius); });
  // What the short search leaves to gain is below a tenth of a voxel.
  float least = 0.0f;
  for (const Candidate& c : candidates) least = std::max(least, c.score - 0.1f);
  std::erase_if(candidates, [&](const Candidate& c) { return c.score < least; });
  choose(kRefined);
  progress.report(0.9, "refining the largest balls");
  std::vector<Ball> balls(candidates.size());
  tbb::parallel_for(std::size_t(0), candidates.size(), [&](std::size_t n) { balls[n] = grow(candidates[n], 0.005); });
  Ball best;
  for (const Ball& ball : balls)
    if (ball.radius > best.radius) best = ball;
  progress.report(1.0, "largest ball found");
  return {2.0 * best.radius * field.spacing_mm[0], field.to_patient(best.centre)};
}

}  // namespace

InscribedSphere largest_void_sphere(const FloatImage& field, const FloatImage& zone, const Progress& progress) {
  return largest_sphere(field, zone, 1.0f, progress);
}
InscribedSphere largest_solid_sphere(const FloatImage& field, const FloatImage& zone, const Progress& progress) {
  return largest_sphere(field, zone, -1.0f, progress);
}

}  // namespace spongiosa::lattice
