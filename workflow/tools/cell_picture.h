#pragma once
/// Pictures of unit cells.

#include "core/progress.h"
#include "lattice/measure/cell_catalogue.h"

#include <filesystem>

namespace spongiosa::workflow {

/// One cell at the level of its row, or a piece of 2.5 cell sizes of a stochastic one, seen from a corner. 700 x 700 pixels.
void write_cell_picture(const std::filesystem::path& file, const lattice::CatalogueRow& row);
/// All cells at the densities of their rows, a colour for each family, each with its name. Below 1 MB.
void write_contact_sheet(const std::filesystem::path& file, const Progress& progress);

}  // namespace spongiosa::workflow
