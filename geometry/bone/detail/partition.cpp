#include "geometry/bone/detail/partition.h"

#include "core/progress.h"
#include "geometry/bone/detail/filters.h"

#include <queue>
#include <tuple>

namespace spongiosa::geometry::bone_detail {
namespace {

/// Offsets of all voxel centres within `radius_mm`.
std::vector<Index3> ball_offsets(const Vec3& spacing_mm, double radius_mm) {
  std::vector<Index3> offsets;
  Index3 half;
  for (int a = 0; a < 3; ++a) half[a] = std::int64_t(radius_mm / spacing_mm[a]);
  for (std::int64_t k = -half[2]; k <= half[2]; ++k)
    for (std::int64_t j = -half[1]; j <= half[1]; ++j)
      for (std::int64_t i = -half[0]; i <= half[0]; ++i)
        if (Vec3(double(i), double(j), double(k)).cwiseProduct(spacing_mm).norm() <= radius_mm) offsets.push_back({i, j, k});
  return offsets;
}

Index3 nearest_voxel(const LabelImage& image, const Vec3& p_Patient) {
  const Vec3 x = image.to_index(p_Patient);
  Index3 voxel;
  for (int a = 0; a < 3; ++a) voxel[a] = std::clamp<std::int64_t>(std::lround(x[a]), 0, image.size[a] - 1);
  return voxel;
}

}  // namespace

Cavity find_cavity(const LabelImage& bone, const FloatImage& distance_mm, const Vec3& start_Patient, double reach_mm) {
  Cavity cavity;
  const Index3 seed = nearest_voxel(bone, start_Patient);
  // Start where there is most room near the seed: a bright speck at the seed itself must not stop the ball.
  Index3 start = seed;
  for (const Index3& o : ball_offsets(bone.spacing_mm, 5.0)) {
    const Index3 n{seed[0] + o[0], seed[1] + o[1], seed[2] + o[2]};
    if (bone.contains(n[0], n[1], n[2]) && distance_mm.at(n[0], n[1], n[2]) > distance_mm.at(start[0], start[1], start[2])) start = n;
  }
  for (const double ball_mm : {1.5, 2.0, 2.5, 3.0, 4.0, 5.0}) {
    if (distance_mm.at(start[0], start[1], start[2]) <= ball_mm) return cavity;
    LabelImage free = bone.like<std::uint8_t>(0);
    for (std::size_t i = 0; i < free.data.size(); ++i) free.data[i] = distance_mm.data[i] > ball_mm;
    LabelImage centres = component_of(free, start);
    bool escaped = false;
    for (std::int64_t k = 0; k < bone.size[2] && !escaped; ++k)
      for (std::int64_t j = 0; j < bone.size[1] && !escaped; ++j)
        for (std::int64_t i = 0; i < bone.size[0] && !escaped; ++i)
          escaped = centres.at(i, j, k) && (i == 0 || j == 0 || i + 1 == bone.size[0] || j + 1 == bone.size[1] ||
                                            (bone.to_patient(Vec3(double(i), double(j), double(k))) - start_Patient).norm() > reach_mm);
    if (escaped) continue;
    const FloatImage from_centres = distance_to(centres);
    cavity.voxels = bone.like<std::uint8_t>(0);
    for (std::size_t i = 0; i < free.data.size(); ++i) cavity.voxels.data[i] = !bone.data[i] && from_centres.data[i] <= ball_mm;
    cavity.ball_mm = ball_mm;
    cavity.found = true;
    return cavity;
  }
  return cavity;
}

LabelImage first_arrival(const LabelImage& domain, const FloatImage& cost, const LabelImage& sources, FloatImage* path_mm) {
  LabelImage labels = domain.like<std::uint8_t>(0);
  FloatImage time = domain.like<float>(kFar_mm);
  *path_mm = domain.like<float>(kFar_mm);
  using Front = std::tuple<float, std::uint8_t, std::size_t>;
  std::priority_queue<Front, std::vector<Front>, std::greater<Front>> queue;
  for (std::size_t i = 0; i < sources.data.size(); ++i)
    if (sources.data[i]) {
      time.data[i] = path_mm->data[i] = 0.0f;
      labels.data[i] = sources.data[i];
      queue.push({0.0f, sources.data[i], i});
    }
  const std::int64_t nx = domain.size[0], ny = domain.size[1];
  std::int64_t steps = 0;
  while (!queue.empty()) {
    const auto [t, label, at] = queue.top();
    queue.pop();
    if (t > time.data[at] || label != labels.data[at]) continue;
    if ((++steps & 0xfffff) == 0) throw_if_cancelled();
    const std::int64_t i = std::int64_t(at) % nx, j = std::int64_t(at) / nx % ny, k = std::int64_t(at) / (nx * ny);
    for (int c = -1; c <= 1; ++c)
      for (int b = -1; b <= 1; ++b)
        for (int a = -1; a <= 1; ++a) {
          if ((a | b | c) == 0 || !domain.contains(i + a, j + b, k + c)) continue;
          const std::size_t n = domain.offset(i + a, j + b, k + c);
          if (!domain.data[n]) continue;
          const double step = Vec3(a, b, c).cwiseProduct(domain.spacing_mm).norm();
          const float arrived = t + float(step) * 0.5f * (cost.data[at] + cost.data[n]);
          if (arrived < time.data[n] || (arrived == time.data[n] && label < labels.data[n])) {
            time.data[n] = arrived;
            path_mm->data[n] = path_mm->data[at] + float(step);
            labels.data[n] = label;
            queue.push({arrived, label, n});
          }
        }
  }
  return labels;
}

std::int64_t peel_to_half_maximum(LabelImage& set, const FloatImage& hu, const LabelImage& fixed, double floor_hu, double noise_hu,
                                  double radius_mm, double depth_mm) {
  const std::vector<Index3> ball = ball_offsets(set.spacing_mm, radius_mm);
  LabelImage outside = set.like<std::uint8_t>(0);
  for (std::size_t i = 0; i < set.data.size(); ++i) outside.data[i] = !set.data[i];
  const FloatImage depth = distance_to(outside);

  const auto is_dark = [&](const Index3& c) {
    float low = std::max(hu.at(c[0], c[1], c[2]), float(floor_hu));
    float high = low;
    for (const Index3& o : ball) {
      const Index3 n{c[0] + o[0], c[1] + o[1], c[2] + o[2]};
      if (!set.contains(n[0], n[1], n[2])) continue;
      const float value = std::max(hu.at(n[0], n[1], n[2]), float(floor_hu));
      low = std::min(low, value);
      high = std::max(high, value);
    }
    return hu.at(c[0], c[1], c[2]) < 0.5f * (low + high);
  };
  std::vector<Index3> queue;
  LabelImage asked = set.like<std::uint8_t>(0);
  const auto ask = [&](const Index3& from, const Index3& n) {
    const std::size_t at = set.offset(n[0], n[1], n[2]);
    if (outside.data[at] || asked.data[at] || fixed.data[at] || depth.data[at] > depth_mm) return;
    // Only uphill: beyond the crest of a thin cortex lies marrow, which may be as dark as the outside.
    if (hu.data[at] < hu.at(from[0], from[1], from[2]) - float(noise_hu)) return;
    asked.data[at] = 1;
    if (is_dark(n)) queue.push_back(n);
  };
  const auto ask_neighbours = [&](const Index3& c) {
    for (int a = 0; a < 3; ++a)
      for (int step = -1; step <= 1; step += 2) {
        Index3 n = c;
        n[a] += step;
        if (n[a] >= 0 && n[a] < set.size[a]) ask(c, n);
      }
  };
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i)
        if (outside.at(i, j, k)) ask_neighbours({i, j, k});
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Index3 c = queue[next];
    set.at(c[0], c[1], c[2]) = 0;
    ask_neighbours(c);
  }
  return std::int64_t(queue.size());
}

}  // namespace spongiosa::geometry::bone_detail
