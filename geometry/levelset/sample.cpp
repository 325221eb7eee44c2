#include "geometry/levelset/detail/level_set_impl.h"

#include <openvdb/tools/Interpolation.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::geometry {

struct LevelSet::Sampler::Impl {
  std::shared_ptr<const LevelSet::Impl> level_set;
  openvdb::FloatGrid::ConstAccessor values;
};

LevelSet::Sampler::Sampler(const LevelSet& level_set)
    : impl_(new Impl{level_set.impl_, level_set.impl_->grid->getConstAccessor()}) {}
LevelSet::Sampler::~Sampler() = default;
LevelSet::Sampler::Sampler(Sampler&&) noexcept = default;

double LevelSet::Sampler::value(const Vec3& p_Frame) const {
  const Vec3 x = impl_->level_set->to_index(p_Frame);
  return openvdb::tools::BoxSampler::sample(impl_->values, openvdb::Vec3R(x[0], x[1], x[2]));
}

double LevelSet::value(const Vec3& p_Frame) const { return Sampler(*this).value(p_Frame); }

void LevelSet::sample_grid(const Vec3& first_Frame, double step_mm, const Index3& size, float* values,
                           std::int64_t first_layer) const {
  // The new grid is parallel to ours: each row of it is interpolated from one coarse row, which is made of four of ours.
  const Vec3 first = impl_->to_index(first_Frame);
  const double step = step_mm / impl_->voxel_mm;
  const int coarse_first = int(std::floor(first[0]));
  const int coarse_count = int(std::floor(first[0] + step * double(size[0] - 1))) + 2 - coarse_first;
  tbb::parallel_for(std::int64_t(0), size[2], [&](std::int64_t k) {
    const auto source = impl_->grid->getConstAccessor();
    std::vector<double> coarse(std::size_t(coarse_count), 0.0);
    for (std::int64_t j = 0; j < size[1]; ++j) {
      const double y = first[1] + step * double(j), z = first[2] + step * double(first_layer + k);
      const int y0 = int(std::floor(y)), z0 = int(std::floor(z));
      const double ty = y - y0, tz = z - z0;
      for (int i = 0; i < coarse_count; ++i) {
        const int x = coarse_first + i;
        const double low = (1.0 - ty) * source.getValue({x, y0, z0}) + ty * source.getValue({x, y0 + 1, z0});
        const double high = (1.0 - ty) * source.getValue({x, y0, z0 + 1}) + ty * source.getValue({x, y0 + 1, z0 + 1});
        coarse[std::size_t(i)] = (1.0 - tz) * low + tz * high;
      }
      float* row = values + size[0] * (j + size[1] * k);
      for (std::int64_t i = 0; i < size[0]; ++i) {
        const double x = first[0] + step * double(i) - coarse_first;
        const std::size_t base = std::size_t(x);
        const double t = x - double(base);
        row[i] = float((1.0 - t) * coarse[base] + t * coarse[base + 1]);
      }
    }
  });
}

}  // namespace spongiosa::geometry
