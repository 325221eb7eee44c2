#pragma once
/// Finite elements as a picture mesh: the outer faces of the chosen cubes, one colour per cube.

#include "geometry/image/image.h"
#include "geometry/picture/picture.h"

#include <functional>
#include <optional>

namespace spongiosa::workflow {

struct CellMesh {
  geometry::TriangleMesh mesh;                 ///< patient frame; every face has vertices of its own
  std::vector<geometry::Rgb> vertex_colours;
};

/// @param colour  of the cell with the given offset in `parts`; empty: the cell is left out (and its neighbours' faces show).
CellMesh cell_mesh(const geometry::LabelImage& parts, const std::function<std::optional<geometry::Rgb>(std::size_t offset, const Index3& index)>& colour);

}  // namespace spongiosa::workflow
