#include "fea/continuum/hex_mesh.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spongiosa::fea {

namespace {

/// Stiffness against strain along z of what is in the cell.
double axial_stiffness_mpa(const VoxelModel& model, std::size_t cell) {
  double sum = 0.0;
  for (const Part& part : model.parts)
    if (part.share[cell] > 0.0f) sum += double(part.share[cell]) * part.cell_stiffness_mpa(cell)(2, 2);
  return sum;
}

}  // namespace

HexMesh build_hex_mesh(const VoxelModel& model) {
  check_voxel_model(model);
  const auto [nx, ny, nz] = model.size;
  HexMesh mesh;
  mesh.cell_mm = model.cell_mm;
  const std::int64_t row = nx + 1, layer = row * (ny + 1);
  std::vector<std::int32_t> number(std::size_t(layer * (nz + 1)), -1);
  const auto corner_of = [&](std::int64_t cell, int corner) {
    const std::int64_t i = cell % nx, j = cell / nx % ny, k = cell / (nx * ny);
    return std::size_t(i + (corner & 1) + row * (j + (corner >> 1 & 1)) + layer * (k + (corner >> 2)));
  };
  for (std::size_t cell = 0; cell < model.cell_count(); ++cell) {
    if (!model.is_active(cell)) continue;
    mesh.active_cells.push_back(std::int64_t(cell));
    for (int corner = 0; corner < 8; ++corner) number[corner_of(std::int64_t(cell), corner)] = 0;
  }
  // Numbered along the grid, so that the numbering does not depend on anything but the set of active cells.
  std::int64_t count = 0;
  for (std::size_t grid = 0; grid < number.size(); ++grid) {
    if (number[grid] < 0) continue;
    number[grid] = std::int32_t(count++);
    if (3 * count > std::numeric_limits<std::int32_t>::max())
      fail_input("the FE model has more than 2^31 unknowns; use larger cells than {} mm", model.cell_mm);
    const std::int64_t g = std::int64_t(grid);
    const Vec3 position(double(g % row), double(g / row % (ny + 1)), double(g / layer));
    mesh.grid_nodes.push_back(g);
    mesh.nodes_mm.push_back(model.first_mm + model.cell_mm * position);
  }
  mesh.cell_nodes.resize(mesh.active_cells.size());
  for (std::size_t c = 0; c < mesh.active_cells.size(); ++c) {
    const std::int64_t cell = mesh.active_cells[c];
    for (int corner = 0; corner < 8; ++corner) mesh.cell_nodes[c][std::size_t(corner)] = number[corner_of(cell, corner)];
    if (model.is_loaded(std::size_t(cell))) {
      mesh.top_cells.push_back(std::int32_t(c));
      mesh.top_weights.push_back(axial_stiffness_mpa(model, std::size_t(cell)));
    }
    if (model.is_fixed(std::size_t(cell)))
      mesh.bottom_nodes.insert(mesh.bottom_nodes.end(), mesh.cell_nodes[c].begin(), mesh.cell_nodes[c].begin() + 4);
  }
  std::sort(mesh.bottom_nodes.begin(), mesh.bottom_nodes.end());
  mesh.bottom_nodes.erase(std::unique(mesh.bottom_nodes.begin(), mesh.bottom_nodes.end()), mesh.bottom_nodes.end());
  const double mean = std::accumulate(mesh.top_weights.begin(), mesh.top_weights.end(), 0.0) / double(mesh.top_weights.size());
  for (double& weight : mesh.top_weights) weight /= mean;
  return mesh;
}

namespace {

/// Calls f(nodes of the face, position of the Gauss point, shape function values, its area, the cell's stiffness weight) for 2x2
/// Gauss points of every loaded face.
template <class Function>
void for_each_face_point(const HexMesh& mesh, const Function& f) {
  const double h = mesh.cell_mm, area_mm2 = h * h / 4.0;
  const double points[2] = {0.5 - 0.5 / std::sqrt(3.0), 0.5 + 0.5 / std::sqrt(3.0)};
  for (std::size_t top = 0; top < mesh.top_cells.size(); ++top) {
    const CellNodes& cell = mesh.cell_nodes[std::size_t(mesh.top_cells[top])];
    const std::array<std::int32_t, 4> nodes = {cell[4], cell[5], cell[6], cell[7]};
    for (const double s : points)
      for (const double t : points) {
        const Vec3 position = mesh.nodes_mm[std::size_t(cell[4])] + Vec3(s * h, t * h, 0.0);
        f(nodes, position, std::array<double, 4>{(1 - s) * (1 - t), s * (1 - t), (1 - s) * t, s * t}, area_mm2, mesh.top_weights[top]);
      }
  }
}

}  // namespace

LoadedFace loaded_face(const HexMesh& mesh) {
  LoadedFace face;
  std::vector<double> node_area(mesh.nodes_mm.size(), 0.0);
  for_each_face_point(mesh, [&](const auto& nodes, const Vec3& position, const auto& shape, double area_mm2, double weight) {
    face.area_mm2 += area_mm2;
    face.centroid_mm += weight * area_mm2 * position;
    for (std::size_t v = 0; v < 4; ++v) node_area[std::size_t(nodes[v])] += area_mm2 * shape[v];
  });
  if (face.area_mm2 <= 0.0)
    fail_computation("the top layer of the FE model has no active cells where the load acts; crop the grid to the bone");
  face.centroid_mm /= face.area_mm2;
  for_each_face_point(mesh, [&](const auto&, const Vec3& position, const auto&, double area_mm2, double weight) {
    const Vec3 r = position - face.centroid_mm;
    face.xx_mm4 += weight * area_mm2 * r.x() * r.x();
    face.yy_mm4 += weight * area_mm2 * r.y() * r.y();
    face.xy_mm4 += weight * area_mm2 * r.x() * r.y();
  });
  for (std::size_t n = 0; n < node_area.size(); ++n)
    if (node_area[n] > 0.0) {
      face.nodes.push_back(std::int32_t(n));
      face.node_area_mm2.push_back(node_area[n]);
    }
  return face;
}

// With r = (x, y, 0) from the centroid: M_x = int(y t_z), M_y = -int(x t_z), M_z = int(x t_y - y t_x). The weighted first moments
// of area vanish, so that F_z fixes a alone, and b, c follow from a 2x2 system of the second moments.
std::vector<double> face_load(const HexMesh& mesh, const LoadedFace& face, const Vec3& force_n, const Vec3& moment_nmm) {
  const double determinant = face.xx_mm4 * face.yy_mm4 - face.xy_mm4 * face.xy_mm4;
  const double a = force_n.z() / face.area_mm2;
  const double b = (-moment_nmm.y() * face.yy_mm4 - moment_nmm.x() * face.xy_mm4) / determinant;
  const double c = (moment_nmm.x() * face.xx_mm4 + moment_nmm.y() * face.xy_mm4) / determinant;
  const double twist = moment_nmm.z() / (face.xx_mm4 + face.yy_mm4);
  std::vector<double> load(mesh.unknown_count(), 0.0);
  for_each_face_point(mesh, [&](const auto& nodes, const Vec3& position, const auto& shape, double area_mm2, double weight) {
    const Vec3 r = position - face.centroid_mm;
    const Vec3 traction_mpa = weight * Vec3(force_n.x() / face.area_mm2 - twist * r.y(), force_n.y() / face.area_mm2 + twist * r.x(),
                            a + b * r.x() + c * r.y());
    for (std::size_t v = 0; v < 4; ++v)
      for (int d = 0; d < 3; ++d) load[std::size_t(3 * nodes[v] + d)] += area_mm2 * shape[v] * traction_mpa[d];
  });
  return load;
}

void check_load_case(const LoadCase& load) {
  if (!load.force_n.allFinite() || !load.moment_nmm.allFinite())
    fail_input("load case '{}' has the force ({}, {}, {}) N and moment ({}, {}, {}) N mm; expected finite numbers", load.name,
               load.force_n.x(), load.force_n.y(), load.force_n.z(), load.moment_nmm.x(), load.moment_nmm.y(),
               load.moment_nmm.z());
}

int dominant_part(const VoxelModel& model, std::size_t cell) {
  int best = 0;
  for (std::size_t p = 1; p < model.parts.size(); ++p)
    if (model.parts[p].share[cell] > model.parts[std::size_t(best)].share[cell]) best = int(p);
  return best;
}

}  // namespace spongiosa::fea
