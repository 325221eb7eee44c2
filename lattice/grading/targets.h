#pragma once
/// From what the engineer asks (porosity, pore size, wall or strut thickness) to what the cell needs (level, cell size).

#include "lattice/cells/cell.h"
#include "lattice/measure/unit_cell.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// What a pore size is. The same cell has pores of 360 and of 140 um by two of these.
enum class PoreDefinition {
  kMaxInscribedSphere,   ///< diameter of the largest sphere inscribed in the void
  kThroat,               ///< diameter of the largest sphere that can travel through the void
  kLocalThicknessMean,   ///< mean local thickness of the void (Hildebrand & Rueegsegger, J. Microscopy 185 (1997) 67)
  kMeanIntercept,        ///< mean length of straight lines in the void (ASTM F1854), over all directions
};
struct NamedPoreDefinition {
  PoreDefinition definition;
  const char* name;      ///< "max-inscribed-sphere"
  const char* text;
};
const std::vector<NamedPoreDefinition>& pore_definitions();
/// @throws Error(kBadInput) naming the nearest known name.
PoreDefinition pore_definition(const std::string& name);
const char* pore_definition_name(PoreDefinition definition);

/// The measures that the definition needs, and its value among them, in units of the cell size.
SizeOptions options_for(PoreDefinition definition);
double pore_size(const CellSizes& sizes, PoreDefinition definition);

/// Exactly two of: porosity or density, pore size, strut size, cell size.
struct CellTargets {
  std::optional<double> porosity_fraction = {}, density_fraction = {};  ///< one is 1 minus the other: give one
  std::optional<double> pore_size_mm = {};
  PoreDefinition pore_definition = PoreDefinition::kMaxInscribedSphere;
  std::optional<double> strut_size_mm = {};  ///< diameter of the largest sphere inscribed in the solid: the wall of a sheet
  std::optional<double> cell_size_mm = {};
};

struct NamedSize {
  std::string name;      ///< "throat"
  std::string definition;
  double value_mm;
};
struct SolvedCell {
  double density_fraction = 0.0, porosity_fraction = 0.0;
  double level = 0.0, cell_size_mm = 0.0;
  CellSizes sizes;       ///< multiples of the cell size
  /// What was measured of pores and solid, each with its definition: always both inscribed spheres and both mean intercepts; the
  /// rest where the pore definition needs it.
  std::vector<NamedSize> sizes_mm;
};
/// Level and cell size that meet the targets on the periodic cell; the sizes of the result meet the asked ones within 0.1 %
/// (mean local thickness, which is read on a grid, within 1 %).
/// @param who  begins the error messages: "lattice zone 'rim'"
/// @throws Error(kBadInput) for too much or too little said, and, with the nearest feasible value, for a density at which the
/// cell falls apart or closes its pores, or sizes that no density brings together.
SolvedCell solve_targets(const Cell& cell, const CellTargets& targets, const std::string& who);

/// Refuses a density at which the cell's solid falls apart or its pores close; the message names the nearest feasible porosity.
void require_usable_density(const Cell& cell, double density_fraction, const std::string& who);

}  // namespace spongiosa::lattice
