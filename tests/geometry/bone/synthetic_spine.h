#pragma once
/// A column of three cylinders with elliptic sections and known endplates, for tests. Column axis z; body n spans
/// z_low(n) .. z_high(n), its endplates are z = z0 + slope * y - bow * (1 - (x/a)^2 - (y/b)^2) and the like.

#include "geometry/bone/segment.h"

#include <cmath>
#include <cstdint>

namespace spongiosa::geometry {

struct SyntheticSpine {
  double spacing_mm = 0.8;
  double half_width_mm = 12.0, half_depth_mm = 9.0, body_height_mm = 16.0, disc_mm = 4.0;
  double bow_mm = 1.0;            ///< concavity of every endplate
  double upper_slope = 0.0;       ///< dz/dy of the lower endplate of the top body (a tilt about x)
  double marrow_hu = 260.0, cortex_hu = 800.0, soft_hu = 50.0, shell_mm = 1.2, noise_hu = 25.0;
  double cut_mm = 0.0;            ///< taken off the top and the bottom of the scan

  double pitch() const { return body_height_mm + disc_mm; }
  double top(int n, double x, double y) const {
    return n * pitch() + 0.5 * body_height_mm - bow_mm * bowl(x, y);
  }
  double bottom(int n, double x, double y) const {
    return n * pitch() - 0.5 * body_height_mm + bow_mm * bowl(x, y) + (n == 1 ? upper_slope * y : 0.0);
  }
  /// Approximate signed distance to body n (-1 lowest, 1 highest), negative inside.
  double distance(int n, const Vec3& p) const {
    const double r = std::sqrt(p[0] * p[0] / (half_width_mm * half_width_mm) + p[1] * p[1] / (half_depth_mm * half_depth_mm));
    const double side = (r - 1.0) * std::min(half_width_mm, half_depth_mm);
    return std::max({side, p[2] - top(n, p[0], p[1]), bottom(n, p[0], p[1]) - p[2]});
  }
  std::vector<VertebraSeed> seeds() const {
    return {{"C5", Vec3(0, 0, pitch())}, {"C6", Vec3(0, 0, 0)}, {"C7", Vec3(0, 0, -pitch())}};
  }

  /// Edges are blurred over one voxel; noise is a fixed sequence.
  HuImage scan() const {
    HuImage image;
    image.spacing_mm = Vec3::Constant(spacing_mm);
    const double half_z = 1.5 * body_height_mm + disc_mm + 6.0 - cut_mm;
    image.size = {std::int64_t(60.0 / spacing_mm), std::int64_t(60.0 / spacing_mm), std::int64_t(2.0 * half_z / spacing_mm) + 1};
    image.origin_Patient = Vec3(-29.7, -29.6, -half_z);
    image.allocate();
    std::uint64_t state = 12345;
    const auto random = [&] {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return double(state >> 11) / 9007199254740992.0;
    };
    const auto inside = [&](double d) { return 0.5 * std::erfc(d / (0.6 * spacing_mm * std::sqrt(2.0))); };
    for (std::int64_t k = 0; k < image.size[2]; ++k)
      for (std::int64_t j = 0; j < image.size[1]; ++j)
        for (std::int64_t i = 0; i < image.size[0]; ++i) {
          const Vec3 p = image.to_patient(Vec3(double(i), double(j), double(k)));
          double value = soft_hu;
          for (int n = -1; n <= 1; ++n) {
            const double d = distance(n, p);
            value += (cortex_hu - soft_hu) * inside(d) + (marrow_hu - cortex_hu) * inside(d + shell_mm);
          }
          const double gauss = std::sqrt(-2.0 * std::log(random() + 1e-12)) * std::cos(6.283185307179586 * random());
          image.at(i, j, k) = std::int16_t(std::lround(value + noise_hu * gauss));
        }
    return image;
  }

 private:
  double bowl(double x, double y) const {
    return std::max(0.0, 1.0 - x * x / (half_width_mm * half_width_mm) - y * y / (half_depth_mm * half_depth_mm));
  }
};

}  // namespace spongiosa::geometry
