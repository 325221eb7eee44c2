#pragma once
/// Periodic unit cells. Every cell is a band of one function of place: solid = {low < g < high}, or the outside of the band.
/// To add one: a row in surfaces.cpp (implicit surfaces) or strut_tables.cpp (struts), or a class beside its siblings and a
/// line in registry.cpp; calibration, measuring, filling, pictures and tests take it from there.

#include "core/vector.h"
#include "lattice/cells/spec.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// A batch of points in cell coordinates (period 1 in each direction; any real value, precise while |u| is below about 1000).
struct CellBatch {
  int n;                            ///< any; callers use up to 256
  const float *u, *v, *w;           ///< cell coordinates
  const float* level;               ///< per point, see CellInfo::level
  float* value;                     ///< negative in the solid; unit of CellInfo::level
  float *du, *dv, *dw;              ///< gradient of value with respect to u, v, w; or all three nullptr
};

struct CellInfo {
  std::string name;
  std::string family;               ///< tpms expression strut plate honeycomb stochastic
  std::string source;               ///< where equation or node table come from, and what the phase means
  Vec3 aspect = Vec3::Ones();       ///< edge lengths of the cell in multiples of cell_size_mm
  std::string level;                ///< what the level is: "threshold of f", "strut radius per cell size", ...
  double level_min = 0.0, level_max = 0.0;  ///< all levels that make sense; at one end the cell is void, at the other full
  bool density_grows = true;        ///< with the level
  bool is_distance = false;         ///< g is the distance, in cell sizes, to struts or plates without thickness
  std::string key;                  ///< name and all parameters as one text: equal keys are equal cells
  std::string function_key;         ///< the same for g alone, which the phases of a surface share

  /// A large piece of a random structure rather than one cell.
  bool is_tile() const { return aspect.maxCoeff() > 2.0; }
};

/// Solid where low < g < high; with `outside` where g < low or g > high. Absent ends are infinite.
struct Band {
  std::optional<double> low, high;
  bool outside = false;
};

/// The struts of a cell before they are given a thickness.
struct StrutGraph {
  struct Edge {
    int from, to;
    std::array<int, 3> offset;      ///< cells from the node `from` to the copy of the node `to` that the strut ends at
  };
  std::vector<Vec3> nodes;          ///< cell coordinates, 0..1
  std::vector<Edge> edges;
};

/// Immutable; all members may be called from any thread.
class Cell {
 public:
  virtual ~Cell();
  virtual const CellInfo& info() const = 0;

  /// The field whose zero surface bounds the solid. Its first-order distance to that surface in mm is value / |grad_x value|,
  /// grad_x = J^T grad_u with J = du/dx. Strut, plate and honeycomb cells return true distances in units of the cell size
  /// wherever no taper or fillet is asked for.
  virtual void evaluate(const CellBatch& batch) const = 0;

  /// g alone, with its gradient; batch.level is not read.
  virtual void function(const CellBatch& batch) const = 0;
  /// What evaluate() makes of g at one level.
  virtual Band band(double level) const = 0;
  /// nullptr for a cell without struts.
  virtual const StrutGraph* graph() const { return nullptr; }

  const std::string& name() const { return info().name; }
};
using CellPtr = std::shared_ptr<const Cell>;

/// @throws Error(kBadInput) naming the nearest known cell, a parameter that the cell does not take, or a value out of range.
CellPtr make_cell(const CellSpec& spec);
CellPtr find_cell(const std::string& name);  ///< with default parameters
/// All cells that need no more than their name, by family; beside them there are `expression-network-minus` and its four siblings.
const std::vector<std::string>& cell_names();
/// CellInfo::family without making the cell. @throws Error(kBadInput) as make_cell.
const std::string& cell_family(const std::string& name);

/// One point, for whoever does not need speed.
struct CellValue {
  double value;
  Vec3 gradient;  ///< with respect to u, v, w
};
CellValue value_at(const Cell& cell, const Vec3& u, double level);
CellValue function_at(const Cell& cell, const Vec3& u);

}  // namespace spongiosa::lattice
