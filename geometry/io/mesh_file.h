#pragma once
/// Triangle mesh files, millimetres. All are written aside and renamed, and have the same bytes for the same mesh.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/surface/mesh.h"

#include <filesystem>
#include <string>

namespace spongiosa::geometry {

/// Binary STL. @param header  up to 80 bytes, must not start with "solid" nor hold anything of the patient but the case id.
void write_stl(const std::filesystem::path& file, const TriangleMesh& mesh, const std::string& header, const Progress& progress);
/// Binary or ASCII; equal positions become one vertex. @throws Error(kBadInput) for a damaged file (what and where).
TriangleMesh read_stl(const std::filesystem::path& file);

/// 3MF core, unit millimeter, one object; `metadata` (string values) become <metadata>, names without a namespace must be
/// the well-known ones, others get the spongiosa namespace. Zip entries carry a fixed time.
void write_3mf(const std::filesystem::path& file, const TriangleMesh& mesh, const Json& metadata, const Progress& progress);
/// The triangles of all objects that the build places, in millimetres. @throws Error(kBadInput) for a damaged file, and for beam
/// lattices, which are not read.
TriangleMesh read_3mf(const std::filesystem::path& file);

/// Binary little-endian PLY, our own intermediate.
void write_ply(const std::filesystem::path& file, const TriangleMesh& mesh, const Progress& progress);
TriangleMesh read_ply(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
