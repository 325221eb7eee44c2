#pragma once
/// The module spongiosa-design: everything that shapes, fills, loads and draws, with OpenVDB. The program loads it when a stage
/// is to run, so that `--help`, `show` and completion do not pay for it (OpenVDB alone has 65 000 symbols to bind).

#include "core/progress.h"
#include "geometry/phantom/spine_phantom.h"
#include "workflow/homogenize_cell.h"
#include "workflow/stage.h"

#include <filesystem>
#include <vector>

namespace spongiosa::workflow {

/// all_stages() of the module. @throws Error(kIo) when the module is missing.
const std::vector<Stage>& load_stages();

/// geometry::write_spine_phantom of the module.
std::vector<geometry::VertebraTruth> make_spine_phantom(const std::filesystem::path& folder,
                                                        const geometry::SpinePhantomOptions& options, const Progress& progress);

/// homogenize_cell of the module.
Json load_and_homogenize_cell(const CellRequest& request, const Progress& progress);

/// Relative error of the volume of a level set sphere (radius 5 mm, voxel 0.2 mm): shows that OpenVDB and threads work here.
double sphere_volume_error();

/// What the command line needs to know of a stage before the module is loaded.
struct StageVerb {
  const char* verb;
  const char* title;
};
/// In the order of all_stages(); a test compares the two.
const std::vector<StageVerb>& stage_verbs();

}  // namespace spongiosa::workflow
