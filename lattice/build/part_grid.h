#pragma once
/// The part's level sets on the dense grid of the lattice, and the field that joins them with a cell.

#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// A grid parallel to the part's frame around the solid of `body`; without data.
struct PartGrid {
  PartGrid(const geometry::LevelSet& body, double voxel_mm);

  geometry::Frame frame;
  Vec3 first_Frame;
  double voxel_mm;
  Index3 size;

  geometry::FloatImage image() const;  ///< of this grid, allocated
};

/// The two fields from which every threshold's part is made.
struct PartFields {
  geometry::FloatImage body;        ///< negative in the implant
  geometry::FloatImage solid_zone;  ///< negative in body without porous
};
PartFields sample_part(const PartGrid& grid, const geometry::LevelSet& body, const geometry::LevelSet& porous);
/// Negative in (body and porous).
geometry::FloatImage sample_zone(const PartGrid& grid, const geometry::LevelSet& body, const geometry::LevelSet& porous);

/// body and (solid zone or cell): min(solid_zone, max(body, cell)). The cell's field is a first-order distance,
/// value / |grad value|, clamped to four voxels.
void fill_field(const PartGrid& grid, const PartFields& part, const Cell& cell, double cell_size_mm, double threshold,
                geometry::FloatImage& field);

}  // namespace spongiosa::lattice
