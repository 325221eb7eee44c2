#pragma once
/// Where a surface crosses the edges of its grid, and the loops over layers that all its makers share.

#include "core/error.h"
#include "core/progress.h"
#include "geometry/surface/marching_cubes_table.h"
#include "geometry/surface/sign_bits.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::geometry::marching_cubes {

/// Where the surface crosses the edges of the grid; positions in index coordinates.
class Crossings {
 public:
  explicit Crossings(const FloatImage& field) : Crossings(field, field, {}) {}
  /// @param whole        the field of which `field` is a stack of layers; only its place is used
  /// @param first_layer  added to the third index of every position
  Crossings(const FloatImage& field, const FloatImage& whole, Ends ends, std::int64_t first_layer = 0)
      : field_(field), step_{1, field.size[0], field.size[0] * field.size[1]}, ends_(ends), first_layer_(first_layer) {
    // The far corners give the largest coordinate, and with it the spacing of float positions.
    double largest = 0.0;
    for (int corner = 0; corner < 8; ++corner) {
      Vec3 index;
      for (int a = 0; a < 3; ++a) index[a] = (corner >> a) & 1 ? double(whole.size[a] - 1) : 0.0;
      largest = std::max(largest, whole.to_patient(index).cwiseAbs().maxCoeff());
    }
    const double float_step_mm = std::ldexp(1.0, std::ilogb(std::max(largest, 1e-30)) - 23);
    for (int a = 0; a < 3; ++a) {
      // Four float steps keep every triangle's corners apart and its area above zero after rounding.
      margin_[a] = std::max(0.01, 4.0 * float_step_mm / field.spacing_mm[a]);
      if (margin_[a] > 0.25)
        fail_computation("a voxel of {} mm cannot be resolved in single precision {:.0f} mm from the origin; use larger voxels",
                         field.spacing_mm[a], largest);
    }
  }

  /// Position along the edge that starts at the sample with offset `lower`, in (0, 1).
  double fraction(std::size_t lower, int axis) const {
    const double low = field_.data[lower], high = field_.data[lower + std::size_t(step_[axis])];
    const double margin = margin_[axis];
    // Exactly one end is solid (negative). The other counts as outside even if negative, when it is in the outermost layer.
    const bool low_is_solid = low < 0.0 && !(high < 0.0 && outermost(lower));
    const double solid = low_is_solid ? low : high;
    const double outside = low_is_solid ? high : low;
    double from_solid = solid / (solid - (outside > 0.0 ? outside : 0.0));
    if (!(from_solid < 1.0 - margin)) from_solid = 1.0 - margin;  // also when a sample is not finite
    if (from_solid < margin) from_solid = margin;
    return low_is_solid ? from_solid : 1.0 - from_solid;
  }
  Vec3 on_edge(std::int64_t i, std::int64_t j, std::int64_t k, const Edge& edge) const {
    i += edge.lower & 1;
    j += (edge.lower >> 1) & 1;
    k += (edge.lower >> 2) & 1;
    Vec3 p{double(i), double(j), double(first_layer_ + k)};
    p[edge.axis] += fraction(field_.offset(i, j, k), edge.axis);
    return p;
  }
  Vec3 centre(std::int64_t i, std::int64_t j, std::int64_t k, const std::vector<std::uint8_t>& loop) const {
    Vec3 sum = Vec3::Zero();
    for (const std::uint8_t e : loop) sum += on_edge(i, j, k, edges()[e]);
    return sum / double(loop.size());
  }

 private:
  /// Asked only when both ends are negative, so that one of them is in the outermost layer.
  bool outermost(std::size_t offset) const {
    const std::int64_t n = std::int64_t(offset);
    const std::int64_t i = n % field_.size[0], j = n / field_.size[0] % field_.size[1], k = n / step_[2];
    return i == 0 || j == 0 || i == field_.size[0] - 1 || j == field_.size[1] - 1 || (k == 0 && ends_.first) ||
           (k == field_.size[2] - 1 && ends_.last);
  }

  const FloatImage& field_;
  Index3 step_;
  Ends ends_;
  std::int64_t first_layer_;
  Vec3 margin_;
};

/// @throws Error(kBadInput) for a field without a finite place and a positive spacing
inline void check_placed(const FloatImage& field) {
  SPONGIOSA_ASSERT(field.data.size() == std::size_t(product(field.size)));
  for (int a = 0; a < 3; ++a)
    if (!(field.spacing_mm[a] > 0.0) || !std::isfinite(field.spacing_mm[a]) || !field.origin_Patient.allFinite())
      fail_input("a field for surface extraction needs a finite origin and a positive spacing, not {} mm", field.spacing_mm[a]);
}

inline bool too_small(const FloatImage& field) { return field.size[0] < 3 || field.size[1] < 3 || field.size[2] < 3; }

/// Runs layer(k) for k in [0, count) in parallel; reports between batches of layers, from the calling thread only.
template <class F>
void parallel_layers(std::int64_t count, std::int64_t grain, const Progress& progress, const std::string& message, F&& layers) {
  const std::int64_t batch = std::max<std::int64_t>(grain * 4, (count + 19) / 20);
  for (std::int64_t first = 0; first < count; first += batch) {
    progress.report(double(first) / double(count), message);
    const std::int64_t last = std::min(first + batch, count);
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(first, last, std::size_t(grain)),
                      [&](const tbb::blocked_range<std::int64_t>& range) { layers(range.begin(), range.end()); });
  }
  progress.report(1.0, message);
}

inline SignBits sign_bits(const FloatImage& field, const Progress& progress, Ends ends = {}) {
  SignBits bits(field.size, ends);
  parallel_layers(field.size[2], 1, progress, "finding the surface", [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) bits.fill_layer(field, k);
  });
  return bits;
}

}  // namespace spongiosa::geometry::marching_cubes
