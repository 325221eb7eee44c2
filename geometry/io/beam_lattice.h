#pragma once
/// Struts as 3MF beam lattices: lines with radii instead of triangles.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/surface/mesh.h"

#include <filesystem>
#include <vector>

namespace spongiosa::geometry {

struct Beam {
  std::uint32_t from = 0, to = 0;          ///< nodes
  double from_radius_mm = 0.0, to_radius_mm = 0.0;  ///< conical between them, > 0
};

struct BeamLattice {
  std::vector<Vec3f> nodes;   ///< mm
  std::vector<Beam> beams;    ///< with round ends (spheres of the radius there)
  /// Closed mesh that cuts the beams off: what lies outside of it is not there. Empty: none.
  TriangleMesh clipping;
  /// Closed mesh of the same solid, for programs that do not know beams. Empty: none.
  TriangleMesh representation;
};

/// 3MF core with beam lattice extension 1.1 (namespace 2017/02). Clipping and representation mesh come before the lattice, as readers demand.
/// @param metadata  as for write_3mf
/// @throws Error(kComputationFailed) without beams, for beams of no length or radius or whose nodes are not there; Error(kIo)
void write_3mf_beams(const std::filesystem::path& file, const BeamLattice& lattice, const Json& metadata, const Progress& progress);
/// The first beam lattice that the file holds, with the meshes it names, in millimetres; transforms are refused.
/// @throws Error(kBadInput) for a damaged file or one without beams, Error(kIo)
BeamLattice read_3mf_beams(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
