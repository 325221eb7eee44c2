#pragma once
/// Quadrature on the parts of a cube that surfaces cut it into.
///
/// The functions are sampled on `divisions`^3 parts of the cube. Parts where signs change are split into six tetrahedra each, on which the
/// functions are linear, and these are cut by one function after the other: edges where surfaces meet stay sharp. Facets then have the error
/// of a chord. With `curved` they become quadratic triangles whose corners and middles lie on the surface, and the lens between facet and
/// surface is moved from one side to the other: volume and area are then of fourth order where the surface is smooth, of second at creases.

#include "fea/cut/geometry.h"

#include <vector>

namespace spongiosa::fea::cut {

struct CutOptions {
  int degree = 1;        ///< of the elements to integrate: 1 or 2
  int divisions = 2;     ///< of a cell along each axis
  bool curved = false;   ///< second-order surfaces; for functions that are smooth below a cell's size
};

/// Places in the cell's coordinates (0..1 along each edge), weights as shares of its volume (edge^3) and face (edge^2).
struct CellCut {
  struct VolumePoint {
    Vec3 place;
    double weight;  ///< may be negative on a lens
    int region;     ///< never kVoid
  };
  struct SurfacePoint {
    Vec3 place;
    Vec3 normal;      ///< unit, from the negative to the positive side of `function`
    double weight;
    int function;
    int negative_region, positive_region;  ///< differ
  };
  std::vector<VolumePoint> volume;    ///< empty when `whole`
  std::vector<SurfacePoint> surface;
  bool whole = false;                 ///< one region fills the cell
  int whole_region = kVoid;

  bool empty() const { return whole ? whole_region == kVoid : volume.empty(); }
};

/// Cuts the cube with one corner at `first_mm`.
CellCut cut_cell(const Geometry& geometry, const Vec3& first_mm, double edge_mm, const CutOptions& options);

/// Do the samples of a cube find solid?
bool has_solid(const Geometry& geometry, const Vec3& first_mm, double edge_mm, int divisions);

}  // namespace spongiosa::fea::cut
