#include "geometry/bone/detail/filters.h"

#include <tbb/parallel_for.h>

#include <array>
#include <limits>

namespace spongiosa::geometry::bone_detail {
namespace {

/// Calls line(start_offset, stride, length) for every grid line along `axis`; lines are independent.
template <class Line>
void for_each_line(const Index3& size, int axis, const Line& line) {
  const std::int64_t strides[3] = {1, size[0], size[0] * size[1]};
  const int u = axis == 0 ? 1 : 0;
  const int v = axis == 2 ? 1 : 2;
  tbb::parallel_for(std::int64_t(0), size[v], [&](std::int64_t b) {
    for (std::int64_t a = 0; a < size[u]; ++a) line(a * strides[u] + b * strides[v], strides[axis], size[axis]);
  });
}

template <class Pick>
void running_extreme(FloatImage& image, double radius_mm, const Pick& pick) {
  for (int axis = 0; axis < 3; ++axis) {
    const auto half = std::int64_t(std::lround(radius_mm / image.spacing_mm[axis]));
    if (half < 1) continue;
    for_each_line(image.size, axis, [&](std::int64_t start, std::int64_t stride, std::int64_t n) {
      std::vector<float> line(static_cast<std::size_t>(n));
      for (std::int64_t i = 0; i < n; ++i) line[std::size_t(i)] = image.data[std::size_t(start + i * stride)];
      for (std::int64_t i = 0; i < n; ++i) {
        float value = line[std::size_t(i)];
        for (std::int64_t m = std::max<std::int64_t>(0, i - half); m <= std::min(n - 1, i + half); ++m)
          value = pick(value, line[std::size_t(m)]);
        image.data[std::size_t(start + i * stride)] = value;
      }
    });
  }
}

/// |grad|^2 by central differences, one-sided at the border.
float squared_gradient(const FloatImage& u, std::int64_t i, std::int64_t j, std::int64_t k) {
  const Index3 at{i, j, k};
  float sum = 0.0f;
  for (int a = 0; a < 3; ++a) {
    Index3 lo = at, hi = at;
    lo[a] = std::max<std::int64_t>(0, at[a] - 1);
    hi[a] = std::min(u.size[a] - 1, at[a] + 1);
    if (hi[a] == lo[a]) continue;
    const float d = (u.at(hi[0], hi[1], hi[2]) - u.at(lo[0], lo[1], lo[2])) / float(double(hi[a] - lo[a]) * u.spacing_mm[a]);
    sum += d * d;
  }
  return sum;
}

}  // namespace

FloatImage gaussian_smoothed(const FloatImage& image, double sigma_mm) {
  FloatImage result = image;
  for (int axis = 0; axis < 3; ++axis) {
    const double sigma = sigma_mm / image.spacing_mm[axis];
    if (sigma < 0.2) continue;
    const auto half = std::int64_t(std::ceil(3.0 * sigma));
    std::vector<float> kernel;
    double sum = 0.0;
    for (std::int64_t m = -half; m <= half; ++m) sum += std::exp(-0.5 * double(m * m) / (sigma * sigma));
    for (std::int64_t m = -half; m <= half; ++m) kernel.push_back(float(std::exp(-0.5 * double(m * m) / (sigma * sigma)) / sum));
    for_each_line(image.size, axis, [&](std::int64_t start, std::int64_t stride, std::int64_t n) {
      std::vector<float> line(static_cast<std::size_t>(n));
      for (std::int64_t i = 0; i < n; ++i) line[std::size_t(i)] = result.data[std::size_t(start + i * stride)];
      for (std::int64_t i = 0; i < n; ++i) {
        float value = 0.0f;
        for (std::int64_t m = -half; m <= half; ++m)
          value += kernel[std::size_t(m + half)] * line[std::size_t(std::clamp<std::int64_t>(i + m, 0, n - 1))];
        result.data[std::size_t(start + i * stride)] = value;
      }
    });
  }
  return result;
}

FloatImage valley_depth(const FloatImage& image, double radius_mm) {
  FloatImage closing = image;
  running_extreme(closing, radius_mm, [](float a, float b) { return std::max(a, b); });
  running_extreme(closing, radius_mm, [](float a, float b) { return std::min(a, b); });
  for (std::size_t i = 0; i < closing.data.size(); ++i) closing.data[i] -= image.data[i];
  return closing;
}

FloatImage distance_to(const LabelImage& set) {
  FloatImage d = set.like<float>(kFar_mm);
  for (std::size_t i = 0; i < d.data.size(); ++i)
    if (set.data[i]) d.data[i] = 0.0f;
  for (int axis = 0; axis < 3; ++axis) {
    const double h = set.spacing_mm[axis];
    for_each_line(set.size, axis, [&](std::int64_t start, std::int64_t stride, std::int64_t n) {
      // Lower envelope of the parabolas f(q) + h^2 (x-q)^2 of this line.
      std::vector<double> f(static_cast<std::size_t>(n)), edge(std::size_t(n) + 1);
      std::vector<std::int64_t> apex;
      for (std::int64_t i = 0; i < n; ++i) f[std::size_t(i)] = d.data[std::size_t(start + i * stride)];
      for (std::int64_t q = 0; q < n; ++q) {
        if (f[std::size_t(q)] >= double(kFar_mm)) continue;
        double s = -std::numeric_limits<double>::infinity();
        while (!apex.empty()) {
          const std::int64_t p = apex.back();
          s = ((f[std::size_t(q)] - f[std::size_t(p)]) / (h * h) + double(q * q - p * p)) / double(2 * (q - p));
          if (s > edge[apex.size() - 1]) break;
          apex.pop_back();
          s = -std::numeric_limits<double>::infinity();
        }
        apex.push_back(q);
        edge[apex.size() - 1] = s;
      }
      if (apex.empty()) return;
      std::size_t m = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        while (m + 1 < apex.size() && edge[m + 1] < double(i)) ++m;
        const double x = h * double(i - apex[m]);
        d.data[std::size_t(start + i * stride)] = float(f[std::size_t(apex[m])] + x * x);
      }
    });
  }
  for (float& value : d.data)
    if (value < kFar_mm) value = std::sqrt(value);
  return d;
}

LabelImage component_of(const LabelImage& set, const Index3& seed) {
  LabelImage part = set.like<std::uint8_t>(0);
  if (!set.contains(seed[0], seed[1], seed[2]) || !set.at(seed[0], seed[1], seed[2])) return part;
  std::vector<Index3> stack{seed};
  part.at(seed[0], seed[1], seed[2]) = 1;
  while (!stack.empty()) {
    const Index3 c = stack.back();
    stack.pop_back();
    for (int a = 0; a < 3; ++a)
      for (int step = -1; step <= 1; step += 2) {
        Index3 n = c;
        n[a] += step;
        if (n[a] < 0 || n[a] >= set.size[a]) continue;
        const std::size_t at = set.offset(n[0], n[1], n[2]);
        if (!set.data[at] || part.data[at]) continue;
        part.data[at] = 1;
        stack.push_back(n);
      }
  }
  return part;
}

LabelImage closed(const LabelImage& set, double radius_mm) {
  // Outside the image counts as unknown: a structure cut by the edge of the scan must not be eroded there, which
  // distance_to gives for free because it never sees background beyond the border.
  const FloatImage grown = distance_to(set);
  LabelImage outside = set.like<std::uint8_t>(0);
  for (std::size_t i = 0; i < outside.data.size(); ++i) outside.data[i] = grown.data[i] > radius_mm;
  const FloatImage back = distance_to(outside);
  LabelImage result = set;
  for (std::size_t i = 0; i < result.data.size(); ++i)
    if (back.data[i] > radius_mm) result.data[i] = 1;
  return result;
}

std::int64_t fill_holes(LabelImage& set, bool closed_low, bool closed_high) {
  LabelImage reached = set.like<std::uint8_t>(0);
  std::vector<Index3> stack;
  const auto visit = [&](const Index3& n) {
    const std::size_t at = set.offset(n[0], n[1], n[2]);
    if (set.data[at] || reached.data[at]) return;
    reached.data[at] = 1;
    stack.push_back(n);
  };
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i)
        if (i == 0 || j == 0 || i + 1 == set.size[0] || j + 1 == set.size[1] || (k == 0 && !closed_low) ||
            (k + 1 == set.size[2] && !closed_high))
          visit({i, j, k});
  while (!stack.empty()) {
    const Index3 c = stack.back();
    stack.pop_back();
    for (int a = 0; a < 3; ++a)
      for (int step = -1; step <= 1; step += 2) {
        Index3 n = c;
        n[a] += step;
        if (n[a] >= 0 && n[a] < set.size[a]) visit(n);
      }
  }
  std::int64_t filled = 0;
  for (std::size_t i = 0; i < set.data.size(); ++i)
    if (!set.data[i] && !reached.data[i]) {
      set.data[i] = 1;
      ++filled;
    }
  return filled;
}

FloatImage edge_preserving_smoothed(const FloatImage& image, double sigma_mm, double soft_hu, const Progress& progress) {
  FloatImage u = image;
  if (sigma_mm <= 0.0) return u;
  const double regular_mm = 0.8 * std::cbrt(image.spacing_mm.prod());
  double inverse = 0.0;
  for (int a = 0; a < 3; ++a) inverse += 1.0 / (image.spacing_mm[a] * image.spacing_mm[a]);
  const double time = 0.5 * sigma_mm * sigma_mm;  // heat equation: variance = 2 t
  const int steps = std::max(1, int(std::ceil(time * inverse / 0.45)));  // explicit scheme is stable up to 0.5
  const float dt = float(time / steps);

  float contrast2 = 0.0f;
  FloatImage conduct = image.like<float>(0.0f);
  for (int step = 0; step < steps; ++step) {
    progress.report(double(step) / steps, "smoothing noise");
    const FloatImage v = gaussian_smoothed(u, regular_mm);
    tbb::parallel_for(std::int64_t(0), u.size[2], [&](std::int64_t k) {
      for (std::int64_t j = 0; j < u.size[1]; ++j)
        for (std::int64_t i = 0; i < u.size[0]; ++i) conduct.at(i, j, k) = squared_gradient(v, i, j, k);
    });
    if (step == 0) {
      std::vector<float> soft;
      for (std::size_t i = 0; i < v.data.size(); ++i)
        if (std::abs(v.data[i] - soft_hu) < 60.0) soft.push_back(conduct.data[i]);
      if (soft.empty()) return u;
      std::nth_element(soft.begin(), soft.begin() + std::ptrdiff_t(soft.size() / 2), soft.end());
      contrast2 = 9.0f * std::max(soft[soft.size() / 2], 1.0f);
    }
    for (float& g : conduct.data) g = std::exp(-g / contrast2);
    FloatImage next = u;
    tbb::parallel_for(std::int64_t(0), u.size[2], [&](std::int64_t k) {
      for (std::int64_t j = 0; j < u.size[1]; ++j)
        for (std::int64_t i = 0; i < u.size[0]; ++i) {
          const std::size_t c = u.offset(i, j, k);
          float flow = 0.0f;
          for (int a = 0; a < 3; ++a) {
            const float weight = 0.5f / float(u.spacing_mm[a] * u.spacing_mm[a]);
            for (int s = -1; s <= 1; s += 2) {
              Index3 n{i, j, k};
              n[a] += s;
              if (n[a] < 0 || n[a] >= u.size[a]) continue;
              const std::size_t m = u.offset(n[0], n[1], n[2]);
              flow += weight * (conduct.data[c] + conduct.data[m]) * (u.data[m] - u.data[c]);
            }
          }
          next.data[c] = u.data[c] + dt * flow;
        }
    });
    u = std::move(next);
  }
  return u;
}

}  // namespace spongiosa::geometry::bone_detail
