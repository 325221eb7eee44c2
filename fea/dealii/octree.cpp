#include "fea/dealii/octree.h"

#include "core/error.h"
#include "core/progress.h"

#include <deal.II/dofs/dof_handler.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_nothing.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_tools.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/tria.h>
#include <deal.II/hp/fe_collection.h>
#include <deal.II/lac/affine_constraints.h>

#include <algorithm>
#include <map>

namespace spongiosa::fea {

namespace {

using Dof = dealii::types::global_dof_index;

Vec3 to_vec3(const dealii::Point<3>& p) { return {p[0], p[1], p[2]}; }

/// Lists a cell's nodes, with those that hang replaced by the ones they depend on.
void add_cell(const dealii::DoFHandler<3>::active_cell_iterator& cell, const std::vector<Dof>& lexicographic,
              const dealii::AffineConstraints<double>& constraints, const std::vector<std::int32_t>& number, cut::Mesh& mesh) {
  const std::size_t local = lexicographic.size();
  cut::Mesh::Cell entry{to_vec3(cell->vertex(0)), cell->vertex(1)[0] - cell->vertex(0)[0], std::int64_t(mesh.cell_nodes.size()), 0, -1};
  if (std::none_of(lexicographic.begin(), lexicographic.end(), [&](Dof dof) { return constraints.is_constrained(dof); })) {
    for (const Dof dof : lexicographic) mesh.cell_nodes.push_back(number[dof]);
    entry.node_count = std::int32_t(local);
    mesh.cells.push_back(entry);
    return;
  }
  std::map<std::int32_t, Eigen::Index> column;
  std::vector<std::tuple<Eigen::Index, Eigen::Index, double>> weights;
  const auto add = [&](std::size_t row, Dof dof, double weight) {
    const auto [at, added] = column.emplace(number[dof], Eigen::Index(column.size()));
    if (added) mesh.cell_nodes.push_back(number[dof]);
    weights.emplace_back(Eigen::Index(row), at->second, weight);
  };
  for (std::size_t row = 0; row < local; ++row) {
    if (const auto* entries = constraints.get_constraint_entries(lexicographic[row]))
      for (const auto& [dof, weight] : *entries) add(row, dof, weight);
    else
      add(row, lexicographic[row], 1.0);
  }
  entry.node_count = std::int32_t(column.size());
  entry.interpolation = std::int32_t(mesh.interpolations.size());
  Eigen::MatrixXd interpolation = Eigen::MatrixXd::Zero(Eigen::Index(local), Eigen::Index(column.size()));
  for (const auto& [row, at, weight] : weights) interpolation(row, at) += weight;
  mesh.interpolations.push_back(std::move(interpolation));
  mesh.cells.push_back(entry);
}

void add_faces(const dealii::DoFHandler<3>& dofs, const std::vector<std::int32_t>& position, cut::Mesh& mesh) {
  for (const auto& cell : dofs.active_cell_iterators()) {
    const std::int32_t own = position[cell->active_cell_index()];
    if (own < 0) continue;
    for (unsigned f = 0; f < 6; ++f) {
      if (cell->at_boundary(f)) continue;
      const auto neighbour = cell->neighbor(f);
      // Neighbours of the same size are met from below; finer ones find this cell themselves.
      if (!neighbour->is_active() || (neighbour->level() == cell->level() && f % 2 == 0)) continue;
      const std::int32_t other = position[neighbour->active_cell_index()];
      if (other >= 0) mesh.faces.push_back({own, other, int(f / 2), f % 2 == 1});
    }
  }
}

}  // namespace

cut::Mesh build_octree(const Vec3& first_mm, double root_mm, const Index3& roots, int levels, int degree, const cut::OctreeQuestions& ask) {
  dealii::Triangulation<3> octree(dealii::Triangulation<3>::limit_level_difference_at_vertices);
  const std::vector<unsigned> counts = {unsigned(roots[0]), unsigned(roots[1]), unsigned(roots[2])};
  const Vec3 last = first_mm + root_mm * Vec3(double(roots[0]), double(roots[1]), double(roots[2]));
  dealii::GridGenerator::subdivided_hyper_rectangle(octree, counts, dealii::Point<3>(first_mm.x(), first_mm.y(), first_mm.z()),
                                                    dealii::Point<3>(last.x(), last.y(), last.z()));
  const auto edge = [](const auto& cell) { return cell->vertex(1)[0] - cell->vertex(0)[0]; };
  for (int level = 0; level < levels; ++level) {
    throw_if_cancelled();
    bool any = false;
    for (const auto& cell : octree.active_cell_iterators())
      if (ask.refine(to_vec3(cell->vertex(0)), edge(cell))) {
        cell->set_refine_flag();
        any = true;
      }
    if (!any) break;
    octree.execute_coarsening_and_refinement();
  }

  const dealii::FE_Q<3> element(static_cast<unsigned>(degree));
  dealii::hp::FECollection<3> elements;
  elements.push_back(element);
  elements.push_back(dealii::FE_Nothing<3>());
  dealii::DoFHandler<3> dofs(octree);
  cut::Mesh mesh;
  mesh.degree = degree;
  std::vector<std::int32_t> position(octree.n_active_cells(), -1);
  std::int32_t count = 0;
  for (const auto& cell : dofs.active_cell_iterators()) {
    const bool solid = ask.has_solid(to_vec3(cell->vertex(0)), edge(cell));
    cell->set_active_fe_index(solid ? 0 : 1);
    if (solid) position[cell->active_cell_index()] = count++;
  }
  dofs.distribute_dofs(elements);
  dealii::AffineConstraints<double> constraints;
  dealii::DoFTools::make_hanging_node_constraints(dofs, constraints);
  constraints.close();

  std::vector<std::int32_t> number(dofs.n_dofs(), -1);
  std::int32_t nodes = 0;
  for (Dof dof = 0; dof < dofs.n_dofs(); ++dof)
    if (!constraints.is_constrained(dof)) number[dof] = nodes++;
  mesh.hanging_nodes = std::int64_t(dofs.n_dofs()) - nodes;
  mesh.nodes_mm.resize(std::size_t(nodes));
  mesh.cells.reserve(std::size_t(count));

  const std::vector<unsigned> hierarchic = dealii::FETools::lexicographic_to_hierarchic_numbering<3>(unsigned(degree));
  const unsigned side = unsigned(degree) + 1, local = side * side * side;
  std::vector<Dof> indices(local), lexicographic(local);
  for (const auto& cell : dofs.active_cell_iterators()) {
    if (position[cell->active_cell_index()] < 0) continue;
    cell->get_dof_indices(indices);
    for (unsigned n = 0; n < local; ++n) lexicographic[n] = indices[hierarchic[n]];
    add_cell(cell, lexicographic, constraints, number, mesh);
    const cut::Mesh::Cell& entry = mesh.cells.back();
    for (unsigned n = 0; n < local; ++n)
      if (const std::int32_t node = number[lexicographic[n]]; node >= 0)
        mesh.nodes_mm[std::size_t(node)] = entry.first_mm + entry.edge_mm / degree * Vec3(n % side, n / side % side, n / side / side);
  }
  add_faces(dofs, position, mesh);
  return mesh;
}

}  // namespace spongiosa::fea
