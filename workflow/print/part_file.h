#pragma once
/// A part from a file, to be looked at from any build direction.

#include "workflow/print/build_field.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Where porosity is told.
struct PrintZone {
  std::string name;
  geometry::FloatImage inside;   ///< grid of the part, negative inside
};

/// A level set (.vdb, with all of its neighbours in the file) or a closed mesh.
class PartFile {
 public:
  /// @param grid  of a .vdb; empty: the first  @throws Error(kBadInput) for another kind of file or grid, Error(kIo)
  PartFile(const std::filesystem::path& file, const std::string& grid);

  bool is_mesh() const { return level_sets_.empty(); }
  const geometry::TriangleMesh& mesh() const { return mesh_; }                    ///< of a mesh file
  const geometry::LevelSet& level_set() const { return level_sets_[chosen_]; }    ///< of a .vdb
  std::string grid() const { return is_mesh() ? "" : level_set().name(); }
  geometry::Box bounds() const;   ///< of the solid; a level set's in its frame
  Mat3 frame() const;             ///< axes of the grid; those of the file for a mesh

  BuildField sample(double voxel_mm, const Mat3& axes, double margin_mm, const Progress& progress) const;
  /// The grids `porous` and `body` where the file has them, else the box of the solid along the build's axes.
  PrintZone zone(const BuildField& build) const;

 private:
  geometry::TriangleMesh mesh_;
  std::vector<geometry::LevelSet> level_sets_;
  std::size_t chosen_ = 0;
};

}  // namespace spongiosa::workflow
