#pragma once
/// What is known of every named cell with its default parameters: usable densities, and its sizes at one density.

#include "lattice/measure/connectivity.h"
#include "lattice/measure/unit_cell.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

struct CatalogueRow {
  std::string name;
  std::optional<DensityRange> range;  ///< absent: never usable
  int solid_networks = 0;             ///< pieces of solid that run through and do not touch each other
  double density_fraction = 0.0;      ///< 0.3, or the nearest that is 0.02 inside of the range; 0.3 without one
  double level = 0.0;                 ///< of the cell at that density
  CellSizes sizes;                    ///< there, multiples of the cell size; without centres
};

/// In the order of cell_names(). Read from a table that catalogue_text() made; nothing is computed.
const std::vector<CatalogueRow>& cell_catalogue();
/// nullptr for a name without a row, as `expression-sheet`.
const CatalogueRow* find_catalogue_row(const std::string& name);

/// Measures the cell anew: seconds.
CatalogueRow measure_catalogue_row(const std::string& name);
/// The row as cell_catalogue_rows.inc holds it.
std::string catalogue_text(const CatalogueRow& row);

}  // namespace spongiosa::lattice
