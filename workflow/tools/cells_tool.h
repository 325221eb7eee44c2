#pragma once
/// The unit cells: what is known of them, and pictures. What `spongiosa cells` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>

namespace spongiosa::workflow {

struct CellsJob {
  std::string name;                   ///< empty: all cells
  double density_fraction = 0.0;      ///< of one cell: measure it there; 0: the catalogue's density
  std::filesystem::path picture;      ///< PNG file; empty: none
};

/// {"cells": [{name, family, density_min_fraction, density_max_fraction, density_min_because, density_max_because, properties}]};
/// of one cell also source, level_means and edges_per_cell_size. Lengths are multiples of the cell size. Densities are null for a
/// cell that is never usable.
/// @throws Error(kBadInput) for an unknown name, naming the nearest one, or a density outside (0, 1); Error(kIo)
/// when the picture cannot be written.
Json run_cells_job(const CellsJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
