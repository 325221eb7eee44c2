#include "geometry/ct/detail/shear.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::detail {

HuImage straightened(const HuImage& stack, const std::vector<Vec2>& shift_mm, std::int16_t outside, const Progress& progress) {
  SPONGIOSA_ASSERT(std::int64_t(shift_mm.size()) == stack.size[2]);
  // Displacements in voxels; the new grid begins at the least and ends at the largest of them.
  const Vec2 voxel = stack.spacing_mm.head<2>();
  Vec2 least = Vec2::Zero(), most = Vec2::Zero();
  for (const Vec2& shift : shift_mm) {
    least = least.cwiseMin(shift.cwiseQuotient(voxel));
    most = most.cwiseMax(shift.cwiseQuotient(voxel));
  }
  // Whole voxels of the first plane, so that it keeps its values.
  const Vec2 begin = least.array().floor();
  HuImage upright;
  upright.size = stack.size;
  for (int a = 0; a < 2; ++a) upright.size[std::size_t(a)] += std::int64_t(std::ceil(most[a]) - begin[a]);
  upright.spacing_mm = stack.spacing_mm;
  upright.direction = stack.direction;
  upright.origin_Patient = stack.to_patient(Vec3(begin[0], begin[1], 0.0));
  upright.allocate(outside);

  const auto value = [&](std::int64_t i, std::int64_t j, std::int64_t k) { return stack.contains(i, j, k) ? double(stack.at(i, j, k)) : double(outside); };
  for (std::int64_t k = 0; k < stack.size[2]; ++k) {
    progress.report(double(k) / double(stack.size[2]), "Straightening the tilted stack");
    const Vec2 from = begin - shift_mm[std::size_t(k)].cwiseQuotient(voxel);  // place of the new plane's first voxel in the old plane
    const std::int64_t i0 = std::int64_t(std::floor(from[0])), j0 = std::int64_t(std::floor(from[1]));
    const double ti = from[0] - double(i0), tj = from[1] - double(j0);
    for (std::int64_t j = 0; j < upright.size[1]; ++j)
      for (std::int64_t i = 0; i < upright.size[0]; ++i) {
        const std::int64_t x = i + i0, y = j + j0;
        const double low = (1.0 - ti) * value(x, y, k) + ti * value(x + 1, y, k);
        const double high = (1.0 - ti) * value(x, y + 1, k) + ti * value(x + 1, y + 1, k);
        upright.at(i, j, k) = std::int16_t(std::lround((1.0 - tj) * low + tj * high));
      }
  }
  return upright;
}

}  // namespace spongiosa::geometry::detail
