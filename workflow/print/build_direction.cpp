#include "workflow/print/build_direction.h"

#include "core/error.h"
#include "workflow/print/build_field.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace spongiosa::workflow {

namespace {

using geometry::TriangleMesh;

std::vector<Vec3> spread_directions(std::int64_t count) {
  // A golden spiral: equal heights, turned by the golden angle.
  std::vector<Vec3> list;
  const double turn = std::numbers::pi * (3.0 - std::sqrt(5.0));
  for (std::int64_t n = 0; n < count; ++n) {
    const double z = 1.0 - (2.0 * double(n) + 1.0) / double(count), r = std::sqrt(1.0 - z * z), angle = turn * double(n);
    list.push_back({r * std::cos(angle), r * std::sin(angle), z});
  }
  for (int a = 0; a < 3; ++a)
    for (const double sign : {1.0, -1.0}) list.push_back(sign * Vec3::Unit(a));
  return list;
}

class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
  std::uint32_t find(std::uint32_t n) {
    while (parent_[n] != n) n = parent_[n] = parent_[parent_[n]];
    return n;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

std::int64_t count_islands(const TriangleMesh& mesh, const std::vector<double>& height, const std::vector<double>& down, double plate_mm, double tolerance_mm) {
  // Vertices on one level become one; it is a lowest place when none of its vertices has a lower neighbour.
  Sets sets(height.size());
  const auto edges = [&](const auto& f) {
    for (const auto& t : mesh.triangles)
      for (std::size_t e = 0; e < 3; ++e) f(t[e], t[(e + 1) % 3]);
  };
  edges([&](std::uint32_t a, std::uint32_t b) {
    if (std::abs(height[a] - height[b]) <= tolerance_mm) sets.join(a, b);
  });
  std::vector<std::uint8_t> has_lower(height.size());
  edges([&](std::uint32_t a, std::uint32_t b) {
    if (height[a] < height[b] - tolerance_mm) has_lower[sets.find(b)] = 1;
    if (height[b] < height[a] - tolerance_mm) has_lower[sets.find(a)] = 1;
  });
  std::vector<double> facing(height.size(), 0.0), lowest(height.size(), 1e300);
  for (std::uint32_t v = 0; v < height.size(); ++v) {
    const std::uint32_t set = sets.find(v);
    facing[set] += down[v];
    lowest[set] = std::min(lowest[set], height[v]);
  }
  std::int64_t count = 0;
  for (std::uint32_t v = 0; v < height.size(); ++v)
    if (sets.find(v) == v && has_lower[v] == 0 && facing[v] > 0.0 && lowest[v] > plate_mm) ++count;
  return count;
}

void mark_front(std::vector<DirectionFigures>& all) {
  for (DirectionFigures& one : all)
    one.on_front = std::none_of(all.begin(), all.end(), [&](const DirectionFigures& o) {
      const bool as_good = o.height_mm <= one.height_mm && o.overhang_mm2 <= one.overhang_mm2 && o.islands <= one.islands;
      return as_good && (o.height_mm < one.height_mm || o.overhang_mm2 < one.overhang_mm2 || o.islands < one.islands);
    });
}

}  // namespace

DirectionFigures judge_direction(const TriangleMesh& mesh, const Vec3& direction, const DirectionSearch& search) {
  DirectionFigures figures;
  figures.direction = direction.normalized();
  std::vector<double> height(mesh.vertices.size()), down(mesh.vertices.size(), 0.0);
  double low = 1e300, high = -1e300;
  for (std::size_t v = 0; v < height.size(); ++v) {
    height[v] = figures.direction.dot(mesh.vertices[v].cast<double>());
    low = std::min(low, height[v]);
    high = std::max(high, height[v]);
  }
  figures.height_mm = high - low;
  const double cosine = std::cos(search.critical_angle_deg * std::numbers::pi / 180.0);
  for (const auto& t : mesh.triangles) {
    const Vec3 a = mesh.vertices[t[0]].cast<double>(), b = mesh.vertices[t[1]].cast<double>(), c = mesh.vertices[t[2]].cast<double>();
    const Vec3 twice = (b - a).cross(c - a);
    const double towards_plate = -figures.direction.dot(twice);
    for (const std::uint32_t v : t) down[v] += towards_plate;
    if (towards_plate <= cosine * twice.norm()) continue;
    if ((height[t[0]] + height[t[1]] + height[t[2]]) / 3.0 - low < search.layer_mm) continue;
    figures.overhang_mm2 += 0.5 * twice.norm();
  }
  figures.islands = count_islands(mesh, height, down, low + search.layer_mm, 0.1 * search.layer_mm);
  return figures;
}

std::vector<DirectionFigures> search_build_directions(const TriangleMesh& mesh, const DirectionSearch& search, const Progress& progress) {
  if (mesh.triangles.empty()) fail_input("there is no direction to search for: the mesh holds no triangle");
  if (search.directions < 1) fail_input("{} directions were asked for; expected 1 or more", search.directions);
  std::vector<DirectionFigures> all;
  const auto judge = [&](const std::vector<Vec3>& directions, double from, double to) {
    const std::size_t first = all.size();
    all.resize(first + directions.size());
    constexpr std::size_t kBatch = 16;
    for (std::size_t begin = 0; begin < directions.size(); begin += kBatch) {
      progress.report(from + (to - from) * double(begin) / double(directions.size()), "turning the part");
      tbb::parallel_for(begin, std::min(begin + kBatch, directions.size()),
                        [&](std::size_t n) { all[first + n] = judge_direction(mesh, directions[n], search); });
    }
  };
  judge(spread_directions(search.directions), 0.0, 0.9);
  double overhang = 0.0, islands = 0.0, height = 0.0;
  const double count = double(all.size());
  for (const DirectionFigures& one : all) {
    overhang += one.overhang_mm2 / count;
    islands += double(one.islands) / count;
    height += one.height_mm / count;
  }
  const auto score = [&] {
    for (DirectionFigures& one : all)
      one.score = (overhang > 0.0 ? search.overhang_weight * one.overhang_mm2 / overhang : 0.0) +
                  (islands > 0.0 ? search.islands_weight * double(one.islands) / islands : 0.0) + search.height_weight * one.height_mm / height;
    std::stable_sort(all.begin(), all.end(), [](const DirectionFigures& a, const DirectionFigures& b) { return a.score < b.score; });
  };
  score();
  double step = 0.5 * std::sqrt(4.0 * std::numbers::pi / double(search.directions));  // half the distance of neighbours
  for (int round = 0; round < 2; ++round, step *= 0.5) {
    const Mat3 axes = build_axes(all.front().direction, Mat3::Identity());
    std::vector<Vec3> around;
    for (int n = 0; n < 8; ++n) {
      const double angle = std::numbers::pi * double(n) / 4.0;
      around.push_back((axes.col(2) + std::tan(step) * (std::cos(angle) * axes.col(0) + std::sin(angle) * axes.col(1))).normalized());
    }
    judge(around, 0.9 + 0.05 * round, 0.95 + 0.05 * round);
    score();
  }
  mark_front(all);
  return all;
}

}  // namespace spongiosa::workflow
