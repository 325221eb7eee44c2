#pragma once
/// Solids as OpenVDB signed distance fields in millimetres, negative inside.

#include "core/json.h"
#include "geometry/frame.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spongiosa::geometry {

/// A narrow-band level set whose grid is aligned with a frame (so that it maps straight into the patient).
/// Copies share the immutable grid. Values beyond the band are +-band_mm(). All points are in the grid's frame.
class LevelSet {
 public:
  LevelSet();
  ~LevelSet();
  LevelSet(const LevelSet&);
  LevelSet& operator=(const LevelSet&);

  /// Samples `distance_mm` (negative inside; Lipschitz-1, exact near the surface) at the grid points of `box_Frame`.
  /// @param voxel_mm  grid spacing, > 0.   @param band_voxels  half width of the band in voxels, >= 2.
  /// The function is called from several threads.
  static LevelSet from_function(std::string name, const Frame& frame, const Box& box_Frame, double voxel_mm, double band_voxels,
                                const std::function<double(const Vec3& p_Frame)>& distance_mm);
  /// From dense values: `values` has `size` points, the first at `first_Frame`, x fastest.
  static LevelSet from_dense(std::string name, const Frame& frame, const Vec3& first_Frame, double voxel_mm, const Index3& size,
                             const std::vector<float>& values, double band_voxels);

  /// From values that are never in memory at once: `fill` is called for stacks of up to eight layers in ascending order, from
  /// the calling thread, and writes size[0] * size[1] * layers values, x fastest.
  using FillLayers = std::function<void(std::int64_t first_layer, std::int64_t layers, float* values)>;
  static LevelSet from_layers(std::string name, const Frame& frame, const Vec3& first_Frame, double voxel_mm, const Index3& size,
                              double band_voxels, const FillLayers& fill);

  const std::string& name() const;
  const Frame& frame() const;
  double voxel_mm() const;
  double band_mm() const;
  /// Box of the active voxels, in the frame.
  Box bounds() const;
  /// Box of the solid: the grid points inside, grown by one voxel so that the surface lies within it.
  Box solid_bounds() const;
  std::int64_t active_voxels() const;
  /// Sub-voxel: each voxel counts with its share below the plane of the local value and gradient.
  double volume_mm3() const;

  /// Trilinear. Not for inner loops from many threads: use Sampler.
  double value(const Vec3& p_Frame) const;

  /// One per thread; caches the last visited leaf.
  class Sampler {
   public:
    explicit Sampler(const LevelSet& level_set);
    ~Sampler();
    Sampler(Sampler&&) noexcept;
    double value(const Vec3& p_Frame) const;

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

  /// Trilinear values at first_Frame + step_mm * (i,j,k), x fastest, into `values` (product(size) of them).
  /// Parallel, and several times cheaper per point than Sampler.
  /// @param first_layer  only layers first_layer .. first_layer + size[2] - 1 of that grid: the same bytes as all at once
  void sample_grid(const Vec3& first_Frame, double step_mm, const Index3& size, float* values, std::int64_t first_layer = 0) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }
  explicit LevelSet(std::shared_ptr<const Impl> impl);

 private:
  std::shared_ptr<const Impl> impl_;
};

/// One .vdb file; every grid carries name, unit, frame and `metadata` (string values) and is placed in the patient frame.
/// Deterministic bytes. Written aside and renamed.
void write_vdb(const std::filesystem::path& file, const std::vector<LevelSet>& level_sets, const Json& metadata);
/// @throws Error(kIo), Error(kBadInput) when a grid is not one of ours.
std::vector<LevelSet> read_vdb(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
