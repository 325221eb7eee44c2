#pragma once
/// Triangle mesh files, millimetres. All are written aside and renamed, and have the same bytes for the same mesh.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/surface/mesh.h"

#include <filesystem>
#include <memory>
#include <string>

namespace spongiosa::geometry {

/// Binary STL. @param header  up to 80 bytes, must not start with "solid" nor hold anything of the patient but the case id.
void write_stl(const std::filesystem::path& file, const TriangleMesh& mesh, const std::string& header, const Progress& progress);
/// The same, triangle by triangle: the mesh is never in memory. Files may pass 2^32 bytes.
class StlStream {
 public:
  StlStream(const std::filesystem::path& file, const std::string& header);
  ~StlStream();
  /// @throws Error(kComputationFailed) for more than 2^32 - 1 triangles, Error(kIo)
  void add(const Vec3f* corners, std::size_t triangles);
  /// Completes the file under a name of its own, so that it can be read back before it is committed.
  std::filesystem::path finish();
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Binary or ASCII; equal positions become one vertex. @throws Error(kBadInput) for a damaged file (what and where).
TriangleMesh read_stl(const std::filesystem::path& file);

/// 3MF core, unit millimeter, one object; `metadata` (string values) become <metadata>, names without a namespace must be
/// the well-known ones, others get the spongiosa namespace. Zip entries carry a fixed time.
void write_3mf(const std::filesystem::path& file, const TriangleMesh& mesh, const Json& metadata, const Progress& progress);
/// The triangles of all objects that the build places, in millimetres. @throws Error(kBadInput) for a damaged file, and for beam
/// lattices, which are not read.
TriangleMesh read_3mf(const std::filesystem::path& file);

/// Binary little-endian PLY.
void write_ply(const std::filesystem::path& file, const TriangleMesh& mesh, const Progress& progress);
/// Any PLY (text, either byte order) with x, y, z and vertex_indices; polygons become fans. @throws Error(kBadInput)
TriangleMesh read_ply(const std::filesystem::path& file);

/// Wavefront OBJ; polygons become fans. @throws Error(kBadInput) with the line that is wrong.
void write_obj(const std::filesystem::path& file, const TriangleMesh& mesh, const Progress& progress);
TriangleMesh read_obj(const std::filesystem::path& file);

/// By the ending of the name, in any case: .stl .3mf .ply .obj
bool is_mesh_file(const std::filesystem::path& file);
/// @throws Error(kBadInput) for another ending too.
TriangleMesh read_mesh(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
