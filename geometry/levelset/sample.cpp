#include "geometry/levelset/detail/level_set_impl.h"

#include <openvdb/tools/Interpolation.h>
#include <tbb/parallel_for.h>

#include <algorithm>
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
  // The new grid is parallel to ours: each layer of it is interpolated from one coarse layer, each row from one coarse row.
  const Vec3 first = impl_->to_index(first_Frame);
  const double step = step_mm / impl_->voxel_mm;
  const auto coarse_end = [&](int axis) { return int(std::floor(first[axis] + step * double(size[std::size_t(axis)] - 1))) + 3; };  // one to spare for rounding
  const int x_first = int(std::floor(first[0])), y_first = int(std::floor(first[1]));
  const int nx = coarse_end(0) - x_first, ny = coarse_end(1) - y_first;
  std::vector<std::int32_t> base(std::size_t(size[0]), 0);
  std::vector<double> share(base.size(), 0.0);
  for (std::size_t i = 0; i < base.size(); ++i) {
    const double x = first[0] + step * double(i) - x_first;
    base[i] = std::int32_t(x);
    share[i] = x - double(base[i]);
  }
  // Many fine layers lie between the same two coarse ones, and the tree is slow to read: a few layers at a time, each coarse one once.
  constexpr std::int64_t kTogether = 32;
  std::vector<float> coarse;
  for (std::int64_t begin = 0; begin < size[2]; begin += kTogether) {
    const std::int64_t end = std::min(begin + kTogether, size[2]);
    const auto place = [&](std::int64_t k) { return first[2] + step * double(first_layer + k); };
    const int z_first = int(std::floor(place(begin))), nz = int(std::floor(place(end - 1))) + 2 - z_first;
    const std::size_t coarse_layer = std::size_t(nx) * std::size_t(ny);
    coarse.resize(coarse_layer * std::size_t(nz));
    tbb::parallel_for(0, nz, [&](int k) {
      const auto source = impl_->grid->getConstAccessor();
      float* at = &coarse[coarse_layer * std::size_t(k)];
      for (int j = 0; j < ny; ++j)
        for (int i = 0; i < nx; ++i, ++at) *at = source.getValue({x_first + i, y_first + j, z_first + k});
    });
    tbb::parallel_for(begin, end, [&](std::int64_t k) {
      const double z = place(k);
      const int z0 = int(std::floor(z));
      const double tz = z - z0;
      const float *below = &coarse[coarse_layer * std::size_t(z0 - z_first)], *above = below + coarse_layer;
      std::vector<double> layer(coarse_layer), row(std::size_t(nx), 0.0);
      for (std::size_t at = 0; at < coarse_layer; ++at) layer[at] = (1.0 - tz) * below[at] + tz * above[at];
      for (std::int64_t j = 0; j < size[1]; ++j) {
        const double y = first[1] + step * double(j) - y_first;
        const double ty = y - std::floor(y);
        const double* low = &layer[std::size_t(y) * std::size_t(nx)];
        for (int i = 0; i < nx; ++i) row[std::size_t(i)] = (1.0 - ty) * low[i] + ty * low[nx + i];
        float* out = values + size[0] * (j + size[1] * k);
        for (std::size_t i = 0; i < base.size(); ++i)
          out[i] = float((1.0 - share[i]) * row[std::size_t(base[i])] + share[i] * row[std::size_t(base[i]) + 1]);
      }
    });
  }
}

}  // namespace spongiosa::geometry
