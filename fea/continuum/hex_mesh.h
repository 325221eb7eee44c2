#pragma once
/// Nodes and cells of the active part of a VoxelModel, and the nodal forces of a load on its top face.
///
/// Nodes of a cell in lexicographic order, x fastest (deal.II's order):
///
///        6-----7        z
///       /|    /|        |  y
///      4-----5 |        | /
///      | 2---|-3        |/
///      |/    |/         +---x
///      0-----1

#include "fea/continuum/voxel_model.h"

#include <array>
#include <vector>

namespace spongiosa::fea {

using CellNodes = std::array<std::int32_t, 8>;

/// Positions in the model's frame. Unknown 3 * node + component is the displacement of a node.
struct HexMesh {
  double cell_mm = 0.0;
  std::vector<std::int64_t> active_cells;  ///< index into the model's cells, ascending
  std::vector<CellNodes> cell_nodes;       ///< per active cell
  std::vector<Vec3> nodes_mm;
  std::vector<std::int64_t> grid_nodes;    ///< per node: its index in the grid of (size + 1) nodes, ascending
  std::vector<std::int32_t> bottom_nodes;  ///< nodes of the fixed lower faces of the lowest layer of cells
  std::vector<std::int32_t> top_cells;     ///< active loaded cells of the top layer, as index into active_cells
  std::vector<double> top_weights;         ///< of top_cells: axial stiffness (zz) over the mean of all of them

  std::size_t unknown_count() const { return 3 * nodes_mm.size(); }
};

/// @throws Error(kBadInput) when the model makes no sense or exceeds 2^31 unknowns.
HexMesh build_hex_mesh(const VoxelModel& model);

/// The loaded upper faces of the top layer. Centroid and second moments are weighted by the cells' stiffness, as those of a
/// composite beam's section (transformed section): an axial force through this centroid strains stiff and soft bone alike.
struct LoadedFace {
  double area_mm2 = 0.0;            ///< plain; the weights have the mean 1
  Vec3 centroid_mm = Vec3::Zero();  ///< in the model's frame
  double xx_mm4 = 0.0, yy_mm4 = 0.0, xy_mm4 = 0.0;  ///< weighted integrals of x^2, y^2, x*y
  std::vector<std::int32_t> nodes;
  std::vector<double> node_area_mm2;                 ///< integral of the node's shape function over the face
};
LoadedFace loaded_face(const HexMesh& mesh);

/// Consistent nodal forces (N) of the traction that is statically equivalent to force and moment about the face's centroid:
/// w times a field linear in x, y, with w the cell's weight: t_z = w (a + b x + c y) from F_z, M_x, M_y (plane sections stay plane);
/// t_x, t_y: w times uniform from F_x, F_y plus w times rigid-rotation shear from M_z.
/// Exact: a linear traction times bilinear shape functions is integrated by 2x2 Gauss points.
std::vector<double> face_load(const HexMesh& mesh, const LoadedFace& face, const Vec3& force_n, const Vec3& moment_nmm);

/// @throws Error(kBadInput) naming the load case when a force or moment is not finite.
void check_load_case(const LoadCase& load);

/// Index of the part with the largest share of a cell.
int dominant_part(const VoxelModel& model, std::size_t cell);

}  // namespace spongiosa::fea
