#include "lattice/grading/distance_grid.h"

#include "core/error.h"

#include <nanoflann.hpp>
#include <tbb/parallel_for.h>

#include <atomic>
#include <cmath>
#include <mutex>

namespace spongiosa::lattice {
namespace {

/// Where the grid lines of a level set cross its surface, in its own frame; in the order of the grid.
struct SurfacePoints {
  std::vector<Vec3f> points;

  explicit SurfacePoints(const geometry::LevelSet& level_set) {
    const geometry::Box box = level_set.bounds().grown(level_set.voxel_mm());
    double step = level_set.voxel_mm();
    constexpr double kMostSamples = 2e8;
    while (box.size().cwiseMax(step).prod() / (step * step * step) > kMostSamples) step *= 2.0;
    const Index3 layer{std::int64_t(box.size()[0] / step) + 2, std::int64_t(box.size()[1] / step) + 2, 1};
    const std::int64_t layers = std::int64_t(box.size()[2] / step) + 2;
    std::vector<float> now(std::size_t(product(layer))), above(now.size());
    const auto sample = [&](std::int64_t k, std::vector<float>& values) {
      level_set.sample_grid(box.min + Vec3(0.0, 0.0, step * double(k)), step, layer, values.data());
    };
    sample(0, now);
    for (std::int64_t k = 0; k < layers; ++k) {
      sample(k + 1, above);
      for (std::int64_t j = 0; j < layer[1]; ++j)
        for (std::int64_t i = 0; i < layer[0]; ++i) {
          const std::size_t at = std::size_t(i + layer[0] * j);
          const Vec3 p = box.min + step * Vec3(double(i), double(j), double(k));
          if (i + 1 < layer[0]) add(now[at], now[at + 1], p, Vec3(step, 0.0, 0.0));
          if (j + 1 < layer[1]) add(now[at], now[at + std::size_t(layer[0])], p, Vec3(0.0, step, 0.0));
          add(now[at], above[at], p, Vec3(0.0, 0.0, step));
        }
      now.swap(above);
    }
  }

  std::size_t kdtree_get_point_count() const { return points.size(); }
  float kdtree_get_pt(std::size_t i, std::size_t axis) const { return points[i][Eigen::Index(axis)]; }
  template <class Bounds>
  bool kdtree_get_bbox(Bounds&) const {
    return false;
  }

 private:
  void add(float a, float b, const Vec3& p, const Vec3& edge) {
    // Distances change by no more than the step. A jump is the border of the grid cutting an open solid: no surface.
    if ((a < 0.0f) != (b < 0.0f) && std::abs(a - b) < 1.2 * edge.sum()) points.push_back((p + double(a) / (double(a) - double(b)) * edge).cast<float>());
  }
};
using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<float, SurfacePoints>, SurfacePoints, 3>;

geometry::FloatImage grid_over(const geometry::Frame& frame, const geometry::Box& box_Frame, double spacing_mm) {
  geometry::FloatImage image;
  for (int a = 0; a < 3; ++a) image.size[a] = std::int64_t(std::ceil(box_Frame.size()[a] / spacing_mm)) + 1;
  image.spacing_mm = Vec3::Constant(spacing_mm);
  image.origin_Patient = frame.to_patient(box_Frame.min);
  image.direction = frame.axes_Patient;
  return image;
}

}  // namespace

geometry::FloatImage distance_grid(const geometry::LevelSet& level_set, const geometry::Frame& frame, const geometry::Box& box_Frame,
                                   double spacing_mm, const Progress& progress) {
  progress.report(0.0, "distance to the surface");
  const SurfacePoints surface(level_set);
  if (surface.points.empty()) fail_input("'{}' has no surface to measure a depth from; expected a closed solid", level_set.name());
  const Tree tree(3, surface, nanoflann::KDTreeSingleIndexAdaptorParams(16));

  geometry::FloatImage image = grid_over(frame, box_Frame, spacing_mm);
  image.allocate();
  // Nearer to the end of the band than a voxel's diagonal, interpolation meets values cut off at the band.
  const float trusted_mm = float(std::max(level_set.band_mm() - 1.74 * level_set.voxel_mm(), level_set.voxel_mm()));
  std::atomic<std::int64_t> done{0};
  std::mutex reporting;
  tbb::parallel_for(std::int64_t(0), image.size[2], [&](std::int64_t k) {
    const geometry::LevelSet::Sampler sampler(level_set);
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i) {
        const Vec3 p = level_set.frame().from_patient(image.to_patient(Vec3(double(i), double(j), double(k))));
        float value = float(sampler.value(p));
        if (std::abs(value) >= trusted_mm) {
          const Vec3f query = p.cast<float>();
          std::uint32_t nearest = 0;
          float squared = 0.0f;
          tree.knnSearch(query.data(), 1, &nearest, &squared);
          // Towards that point as far as the level set is exact again: the rest of the way is read there. This leaves only the
          // detour between two straight lines that differ by the angle from the foot point to the nearest crossing.
          const double way = std::sqrt(double(squared));
          const double share = std::max(0.0, 1.0 - 0.95 * trusted_mm / std::max(way, 1e-9));
          const Vec3 near = p + share * (surface.points[nearest].cast<double>() - p);
          value = std::copysign(float(std::min(way, share * way + std::abs(sampler.value(near)))), value);
        }
        image.at(i, j, k) = value;
      }
    const std::int64_t layers = ++done;
    if (std::unique_lock lock(reporting, std::try_to_lock); lock) progress.report(double(layers) / double(image.size[2]), "distance to the surface");
  });
  return image;
}

}  // namespace spongiosa::lattice
