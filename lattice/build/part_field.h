#pragma once
/// The field of a part: a body with zones of solid, void and lattice, evaluated layer by layer and never held as a whole.

#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "lattice/build/cell_borders.h"
#include "lattice/build/removed_samples.h"
#include "lattice/build/zone.h"

#include <memory>
#include <mutex>
#include <vector>

namespace spongiosa::lattice {

/// A grid parallel to the part's frame around the solid of `body`; without data.
struct PartGrid {
  PartGrid(const geometry::LevelSet& body, double voxel_mm);

  geometry::Frame frame;
  Vec3 first_Frame;
  double voxel_mm;
  Index3 size;

  geometry::FloatImage image() const;                                           ///< of this grid, not allocated
  geometry::FloatImage layers(std::int64_t first, std::int64_t count) const;    ///< of some of its layers, not allocated
};

/// solid = body and (outside of the porous region, or inside it and in what its zones hold).
/// All functions are parallel inside, give the same values for any thread count, and check for a cancel.
class PartField {
 public:
  /// @param porous  should reach beyond the faces through which the lattice is to be open. It may end with `body` there, at
  ///   the price of a seam of about one of its voxels along the rim. Both must be in one frame.
  /// @param zones  in order of precedence, all within `porous`; the last has no region and holds a lattice
  PartField(const geometry::LevelSet& body, const geometry::LevelSet& porous, std::vector<Zone> zones, double voxel_mm);

  const PartGrid& grid() const { return grid_; }
  const std::vector<Zone>& zones() const { return zones_; }
  /// Brings the mean solid share of the lattice in a zone up by `mean`: at the borders as far as Zone::border_shift may go, the
  /// rest everywhere. @param border_share  mean of border_weights over the zone
  void shift_density(std::size_t zone, double mean, double border_share);
  /// Samples made void afterwards: pieces joined to nothing.
  void remove(RemovedSamples samples) { removed_ = std::move(samples); }

  // Layers first .. first + layers - 1 of the grid, x fastest.
  /// Negative in the solid; mm near the surface, clamped to four voxels within the lattice.
  void evaluate(std::int64_t first, std::int64_t layers, float* field) const;
  /// Negative in (body and porous).
  void envelope(std::int64_t first, std::int64_t layers, float* zone) const;
  /// Negative in (body and porous), and in (body without porous).
  void envelopes(std::int64_t first, std::int64_t layers, float* zone, float* solid) const;

  /// Share (0..1) of every zone in the voxels round up to 256 points in the part's frame, mm; they sum to one. Zones end
  /// between the samples; in a transition a lattice has the share of its weight.
  void shares(int n, const float* x, const float* y, const float* z, float* const* share) const;
  /// How much Zone::border_shift counts in every zone, 0..1, at up to 256 points: in cut cells, see CellBorders; of lattices that are not
  /// uniform one within 3/8 of a cell of a border, zero beyond 3/4 of a cell, or beyond nine tenths of the level sets' bands, where distances are
  /// no longer known. Borders are the faces of the envelope, solid and void zones and steps to other lattices.
  /// @param depth_mm  below the envelope's surface
  void border_weights(int n, const float* x, const float* y, const float* z, const float* depth_mm, float* const* weight) const;

 private:
  void sample(std::int64_t first, std::int64_t layers, float* body, float* solid) const;
  void evaluate_row(std::int64_t j, std::int64_t k, const float* body, float* out) const;
  /// @param depth_mm  below the envelope's surface
  void content(int n, const float* x, const float* y, const float* z, const float* depth_mm, float* value) const;
  /// Lays a zone's lattice over what is there. @param region  values of the zone's region
  void lay_over(const Zone& zone, int n, const float* x, const float* y, const float* z, const float* region, const float* border,
                float* value) const;
  float border_reach_mm(const Zone& zone) const;
  std::shared_ptr<const CellBorders> find_cell_borders(std::size_t zone) const;

  PartGrid grid_;
  geometry::LevelSet body_, porous_;
  std::vector<Zone> zones_;
  /// Of each zone; null where its lattice is not uniform. Found on first use: a part that is refused for its size needs none.
  struct ZoneBorders {
    std::once_flag once;
    std::vector<std::shared_ptr<const CellBorders>> zones;
  };
  const std::vector<std::shared_ptr<const CellBorders>>& cell_borders() const;
  std::shared_ptr<ZoneBorders> cell_borders_ = std::make_shared<ZoneBorders>();
  RemovedSamples removed_;
};

}  // namespace spongiosa::lattice
