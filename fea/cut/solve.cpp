#include "fea/cut/solve.h"

#include "core/error.h"
#include "core/module.h"
#include "fea/dealii/octree_module_interface.h"
#include "fea/linear/elastic_solver.h"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::cut {
namespace {

void check(const Model& model, const Options& options) {
  if (options.degree != 1 && options.degree != 2) fail_input("the degree of the elements is {}; expected 1 or 2", options.degree);
  if (options.divisions < 1 || options.divisions > 8) fail_input("cut cells are divided into {} along each axis; expected 1 to 8", options.divisions);
  if (!(options.stabilisation > 0.0) || !(options.nitsche > 0.0))
    fail_input("stabilisation {} and penalty {} must be above 0", options.stabilisation, options.nitsche);
  if (model.geometry.functions < 1 || model.geometry.functions > kMaxFunctions)
    fail_input("the geometry has {} functions; expected 1 to {}", model.geometry.functions, kMaxFunctions);
  if (!(model.cell_mm > 0.0) || product(model.size) < 1) fail_input("the grid has no cells (edge {} mm); expected a positive size", model.cell_mm);
  for (std::size_t m = 0; m < model.materials.size(); ++m)
    for (const Mat6& tensor : model.materials[m].tensors_mpa)
      if (!tensor.allFinite() || Eigen::LLT<Mat6>(tensor).info() != Eigen::Success)
        fail_input("the stiffness of material {} is not positive definite; check its moduli", m);
  for (Signs signs = 0; signs < 1u << model.geometry.functions; ++signs)
    if (model.geometry.region(signs) >= int(model.materials.size()))
      fail_input("region {} has no material; {} are given", model.geometry.region(signs), model.materials.size());
}

/// Numbers of occupied base cells in boxes, by a table of sums.
class Occupancy {
 public:
  Occupancy(const Model& model, const Options& options) : size_(model.size) {
    std::vector<std::uint8_t> solid(std::size_t(product(size_)));
    tbb::parallel_for(std::int64_t(0), size_[1] * size_[2], [&](std::int64_t line) {
      for (std::int64_t i = 0; i < size_[0]; ++i) {
        const Vec3 first = model.first_mm + model.cell_mm * Vec3(double(i), double(line % size_[1]), double(line / size_[1]));
        solid[std::size_t(i + size_[0] * line)] = has_solid(model.geometry, first, model.cell_mm, options.divisions);
      }
    });
    sums_.assign(std::size_t((size_[0] + 1) * (size_[1] + 1) * (size_[2] + 1)), 0);
    for (std::int64_t k = 1; k <= size_[2]; ++k)
      for (std::int64_t j = 1; j <= size_[1]; ++j) {
        std::int64_t row = 0;
        for (std::int64_t i = 1; i <= size_[0]; ++i) {
          row += solid[std::size_t(i - 1 + size_[0] * (j - 1 + size_[1] * (k - 1)))];
          at(i, j, k) = row + at(i, j - 1, k) + at(i, j, k - 1) - at(i, j - 1, k - 1);
        }
      }
  }
  std::int64_t count(const Index3& first, std::int64_t edge) const {
    Index3 a, b;
    for (std::size_t d = 0; d < 3; ++d) {
      a[d] = std::clamp<std::int64_t>(first[d], 0, size_[d]);
      b[d] = std::clamp<std::int64_t>(first[d] + edge, 0, size_[d]);
    }
    return at(b[0], b[1], b[2]) - at(a[0], b[1], b[2]) - at(b[0], a[1], b[2]) - at(b[0], b[1], a[2]) + at(a[0], a[1], b[2]) +
           at(a[0], b[1], a[2]) + at(b[0], a[1], a[2]) - at(a[0], a[1], a[2]);
  }

 private:
  std::int64_t at(std::int64_t i, std::int64_t j, std::int64_t k) const { return sums_[std::size_t(i + (size_[0] + 1) * (j + (size_[1] + 1) * k))]; }
  std::int64_t& at(std::int64_t i, std::int64_t j, std::int64_t k) { return sums_[std::size_t(i + (size_[0] + 1) * (j + (size_[1] + 1) * k))]; }

  const Index3 size_;
  std::vector<std::int64_t> sums_;
};

Mesh build_mesh(const Model& model, const Options& options) {
  const Occupancy occupancy(model, options);
  if (occupancy.count({0, 0, 0}, *std::max_element(model.size.begin(), model.size.end())) == 0)
    fail_input("no cell of the grid holds solid; check its place, and that cells ({:g} mm) are not larger than the solid", model.cell_mm);
  // deal.II's coarsest cells are its dearest: few of them, divided down to the grid's.
  int levels = 0;
  Index3 roots = model.size;
  while (product(roots) > 512) {
    ++levels;
    for (std::size_t d = 0; d < 3; ++d) roots[d] = (roots[d] + 1) / 2;
  }
  const double root_mm = model.cell_mm * double(std::int64_t(1) << levels);
  OctreeQuestions ask;
  ask.has_solid = [&](const Vec3& first, double edge) {
    return edge < 1.01 * model.cell_mm && has_solid(model.geometry, first, edge, options.divisions);
  };
  ask.refine = [&](const Vec3& first, double edge) {
    if (edge < 1.01 * model.cell_mm)
      return model.refine && model.refine(first + Vec3::Constant(0.5 * edge), edge) && has_solid(model.geometry, first, edge, options.divisions);
    const Vec3 index = (first - model.first_mm) / model.cell_mm;
    return occupancy.count({std::llround(index.x()), std::llround(index.y()), std::llround(index.z())}, std::llround(edge / model.cell_mm)) > 0;
  };
  Mesh mesh;
  (*module_function<BuildOctreeFunction>("fea", "spongiosa_fea_build_octree"))(model.first_mm, root_mm, roots, levels + model.finer_levels,
                                                                              options.degree, ask, mesh);
  return mesh;
}

struct Local {
  Vec3 displacement;
  Vec6 strain;
};
Local local_state(const Solution& solution, const Eigen::Matrix3Xd& u, double edge_mm, const Vec3& place) {
  const TensorBasis& basis = solution.system->basis();
  const Mat3 gradient = u * basis.gradients(place) / edge_mm;
  Vec6 strain;
  strain << gradient(0, 0), gradient(1, 1), gradient(2, 2), gradient(1, 2) + gradient(2, 1), gradient(0, 2) + gradient(2, 0), gradient(0, 1) + gradient(1, 0);
  return {u * basis.values(place), strain};
}

/// Cuts the cells in parallel, batch by batch, and calls f(cell, cut, nodal displacements) in their order.
template <class Function>
void for_each_cut(const Solution& solution, std::size_t load_case, const Function& f) {
  const Mesh& mesh = *solution.mesh;
  const Options& options = solution.system->options();
  constexpr std::size_t kBatch = 4096;
  for (std::size_t begin = 0; begin < mesh.cells.size(); begin += kBatch) {
    throw_if_cancelled();
    std::vector<CellCut> cuts(std::min(kBatch, mesh.cells.size() - begin));
    tbb::parallel_for(std::size_t(0), cuts.size(), [&](std::size_t c) {
      const Mesh::Cell& cell = mesh.cells[begin + c];
      cuts[c] = cut_cell(solution.system->model().geometry, cell.first_mm, cell.edge_mm, {options.degree, options.divisions, options.curved});
    });
    for (std::size_t c = 0; c < cuts.size(); ++c) f(begin + c, cuts[c], mesh.gather(begin + c, solution.cases[load_case].displacement_mm));
  }
}

}  // namespace

Solution solve(const Model& model, const Options& options, const Progress& progress) {
  check(model, options);
  Solution solution;
  progress.report(0.0, "building the octree");
  solution.mesh = std::make_shared<const Mesh>(build_mesh(model, options));
  solution.system = std::make_shared<const CutSystem>(model, options, *solution.mesh, progress.part(0.05, 0.2));
  std::vector<linear::ElasticSolve> loads;
  for (std::size_t l = 0; l < model.loads.size(); ++l) loads.push_back({model.loads[l].name, &solution.system->load(l)});
  const linear::ElasticSolver solver(*solution.system, solution.mesh->nodes_mm, progress.part(0.2, 0.4));
  std::vector<linear::ElasticSolution> solved = solver.solve(loads, options.tolerance, options.max_iterations, progress.part(0.4, 1.0));
  for (std::size_t l = 0; l < solved.size(); ++l)
    solution.cases.push_back({model.loads[l].name, std::move(solved[l].displacement_mm), solved[l].iterations, solved[l].relative_residual});
  return solution;
}

void for_each_volume_point(const Solution& solution, std::size_t load_case, const std::function<void(const VolumeState&)>& f) {
  const TensorBasis& basis = solution.system->basis();
  for_each_cut(solution, load_case, [&](std::size_t index, CellCut& cut, const Eigen::Matrix3Xd& u) {
    const Mesh::Cell& cell = solution.mesh->cells[index];
    if (cut.whole && cut.whole_region != kVoid)
      for (int q = 0; q < basis.moment_count(); ++q) cut.volume.push_back({basis.moment_point(q), basis.moment_weight(q), cut.whole_region});
    for (const auto& q : cut.volume) {
      const Local at = local_state(solution, u, cell.edge_mm, q.place);
      f({cell.first_mm + cell.edge_mm * q.place, q.weight * std::pow(cell.edge_mm, 3), q.region, index, at.displacement, at.strain});
    }
  });
}

void for_each_surface_point(const Solution& solution, std::size_t load_case, const std::function<void(const SurfaceState&)>& f) {
  for_each_cut(solution, load_case, [&](std::size_t index, const CellCut& cut, const Eigen::Matrix3Xd& u) {
    const Mesh::Cell& cell = solution.mesh->cells[index];
    for (const auto& q : cut.surface) {
      if (q.negative_region != kVoid && q.positive_region != kVoid) continue;
      const bool outward = q.positive_region == kVoid;
      const Local at = local_state(solution, u, cell.edge_mm, q.place);
      f({{cell.first_mm + cell.edge_mm * q.place, outward ? q.normal : Vec3(-q.normal), q.function, outward ? q.negative_region : q.positive_region},
         q.weight * cell.edge_mm * cell.edge_mm, index, at.displacement, at.strain});
    }
  });
}

std::pair<Vec3, Vec3> reaction(const Solution& solution, std::size_t load_case, const Vec3& centre_mm) {
  const CutSystem& system = *solution.system;
  Vec3 force = Vec3::Zero(), moment = Vec3::Zero();
  if (!system.model().support) return {force, moment};
  for_each_surface_point(solution, load_case, [&](const SurfaceState& s) {
    const Support support = system.model().support(s.place);
    if (support.held.isZero(0.0)) return;
    const Mat6 stiffness = system.stiffness_mpa(s.place.region, s.place.p_mm);
    const Vec6 stress = stiffness * s.strain;
    const Vec3& n = s.place.normal;
    const Vec3 traction(stress[0] * n.x() + stress[5] * n.y() + stress[4] * n.z(), stress[5] * n.x() + stress[1] * n.y() + stress[3] * n.z(),
                        stress[4] * n.x() + stress[3] * n.y() + stress[2] * n.z());
    const double penalty = system.options().nitsche * system.options().degree * system.options().degree * stiffness.diagonal().maxCoeff() /
                           solution.mesh->cells[s.cell].edge_mm;
    const Vec3 f = s.area_mm2 * (support.held * (traction - penalty * (s.displacement_mm - support.displacement_mm)));
    force += f;
    moment += (s.place.p_mm - centre_mm).cross(f);
  });
  return {force, moment};
}

}  // namespace spongiosa::fea::cut
