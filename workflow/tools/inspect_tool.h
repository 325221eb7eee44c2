#pragma once
/// Proves or disproves that a mesh file can be printed: what `spongiosa inspect` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>

namespace spongiosa::workflow {

/// {format: "spongiosa-inspection", version, file, bytes, sha256, ...} with the rest as in workflow/print/mesh_proof.h.
/// @param file  .stl .3mf .ply .obj  @throws Error(kBadInput) for a file that holds no triangle or cannot be read as a mesh
Json inspect_file(const std::filesystem::path& file, const Progress& progress);

}  // namespace spongiosa::workflow
