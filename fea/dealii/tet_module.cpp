// Solve of quadratic tetrahedra with prescribed displacements, and stresses at the points of the cells and on the surface.

#include "core/error.h"
#include "fea/dealii/linear_system.h"
#include "fea/dealii/module_interface.h"
#include "fea/dealii/runtime.h"
#include "fea/dealii/tet_system.h"

#include <Eigen/Geometry>

#include <optional>

namespace spongiosa::fea {

namespace {

using geometry::TetMesh;

Eigen::Matrix<double, 30, 1> cell_displacement(const TetMesh& mesh, std::size_t cell, const std::vector<double>& u) {
  Eigen::Matrix<double, 30, 1> local;
  for (std::size_t a = 0; a < 10; ++a) local.segment<3>(Eigen::Index(3 * a)) = Eigen::Map<const Vec3>(u.data() + 3 * std::size_t(mesh.cells[cell][a]));
  return local;
}

Vec3 place_of(const TetMesh& mesh, std::size_t cell, const TetPoints& points, std::size_t point) {
  Vec3 place = Vec3::Zero();
  for (std::size_t a = 0; a < 10; ++a) place += points.values[point][Eigen::Index(a)] * mesh.nodes_mm[std::size_t(mesh.cells[cell][a])];
  return place;
}

void add_volume_stress(const TetMesh& mesh, const TetSystem& system, const Mat6& stiffness_mpa, const std::vector<double>& u, TetSolution& solution) {
  const TetPoints& points = system.quadrature();
  solution.volume.reserve(points.weights.size() * mesh.cells.size());
  for (std::size_t cell = 0; cell < mesh.cells.size(); ++cell) {
    const Eigen::Matrix<double, 30, 1> local = cell_displacement(mesh, cell, u);
    for (std::size_t q = 0; q < points.weights.size(); ++q) {
      const auto [b, determinant] = system.strain_matrix(cell, points, q);
      solution.volume.push_back({place_of(mesh, cell, points, q), points.weights[q] * determinant, stiffness_mpa * (b * local)});
    }
  }
}

/// Three points of each of the four faces, in the order of TetMesh::kFaces.
TetPoints face_points() {
  const std::array<Vec3, 4> corner = {Vec3::Zero(), Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  std::vector<Vec3> places;
  for (const auto& face : TetMesh::kFaces)
    for (std::size_t p = 0; p < 3; ++p) {
      Vec3 place = Vec3::Zero();
      for (std::size_t v = 0; v < 3; ++v) place += (v == p ? 2.0 / 3.0 : 1.0 / 6.0) * corner[std::size_t(face[v])];
      places.push_back(place);
    }
  return tet_points(places);
}

void add_surface_stress(const TetMesh& mesh, const TetSystem& system, const Mat6& stiffness_mpa, const std::vector<double>& u, const std::vector<char>& held,
                        TetSolution& solution) {
  const std::array<Vec3, 4> corner = {Vec3::Zero(), Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  const TetPoints points = face_points();
  for (const TetMesh::Face& face : mesh.boundary) {
    bool all_held = true;
    for (const std::int32_t n : face.nodes) all_held = all_held && held[std::size_t(n)];
    if (all_held) continue;
    const auto cell = std::size_t(face.cell);
    const auto holds = [&](std::size_t f) {
      for (std::size_t v = 0; v < 3; ++v) {
        const std::int32_t n = mesh.cells[cell][std::size_t(TetMesh::kFaces[f][v])];
        if (n != face.nodes[0] && n != face.nodes[1] && n != face.nodes[2]) return false;
      }
      return true;
    };
    std::size_t f = 0;
    while (!holds(f)) ++f;
    const Eigen::Matrix<double, 30, 1> local = cell_displacement(mesh, cell, u);
    const Vec3 along = corner[std::size_t(TetMesh::kFaces[f][1])] - corner[std::size_t(TetMesh::kFaces[f][0])],
               across = corner[std::size_t(TetMesh::kFaces[f][2])] - corner[std::size_t(TetMesh::kFaces[f][0])];
    for (std::size_t p = 3 * f; p < 3 * f + 3; ++p) {
      const auto [b, determinant] = system.strain_matrix(cell, points, p);
      Mat3 jacobian = Mat3::Zero();
      for (std::size_t a = 0; a < 10; ++a) jacobian += mesh.nodes_mm[std::size_t(mesh.cells[cell][a])] * points.gradients[p].col(Eigen::Index(a)).transpose();
      const double area = (jacobian * along).cross(jacobian * across).norm() / 6.0;  // a third of the triangle
      solution.surface.push_back({place_of(mesh, cell, points, p), area, stiffness_mpa * (b * local)});
    }
  }
}

void solve(const TetMesh& mesh, const Mat6& stiffness_mpa, const PrescribedDisplacement& prescribed, const TetOptions& options, const Progress& progress,
           TetSolution& solution) {
  const TetSystem system(mesh, stiffness_mpa);
  std::vector<char> held(mesh.nodes_mm.size(), 0), on_boundary(mesh.nodes_mm.size(), 0);
  std::vector<double> u(3 * mesh.nodes_mm.size(), 0.0);
  for (const TetMesh::Face& face : mesh.boundary)
    for (const std::int32_t n : face.nodes) on_boundary[std::size_t(n)] = 1;
  std::size_t count = 0;
  for (std::size_t n = 0; n < held.size(); ++n) {
    if (!on_boundary[n]) continue;
    const std::optional<Vec3> value = prescribed(mesh.nodes_mm[n]);
    if (!value) continue;
    if (!value->allFinite()) fail_input("a prescribed displacement is not finite");
    held[n] = 1;
    ++count;
    Eigen::Map<Vec3>(u.data() + 3 * n) = *value;
  }
  if (count < 3) fail_input("displacements are prescribed at {} nodes; expected three or more", count);
  solution.unknowns = 3 * std::int64_t(mesh.nodes_mm.size() - count);
  const LinearSystem linear(system, held, mesh.nodes_mm);
  const double start = linear.free_norm(system.apply(u));
  const SolveReport report = linear.solve(std::vector<double>(u.size(), 0.0), u, options.tolerance, start, options.max_iterations, "quadratic tetrahedra",
                                          progress.part(0.2, 0.95));
  solution.iterations = report.iterations;
  solution.relative_residual = report.relative_residual;
  const std::vector<double> forces = system.apply(u);
  solution.displacement_mm.resize(held.size());
  solution.reaction_n.resize(held.size(), Vec3::Zero());
  for (std::size_t n = 0; n < held.size(); ++n) {
    const Vec3 force = Eigen::Map<const Vec3>(forces.data() + 3 * n);
    solution.displacement_mm[n] = Eigen::Map<const Vec3>(u.data() + 3 * n);
    solution.strain_energy_nmm += 0.5 * force.dot(solution.displacement_mm[n]);
    if (held[n]) solution.reaction_n[n] = force;
  }
  add_volume_stress(mesh, system, stiffness_mpa, u, solution);
  add_surface_stress(mesh, system, stiffness_mpa, u, held, solution);
}

}  // namespace

extern "C" void spongiosa_fea_solve_tets(const TetMesh& mesh, const Mat6& stiffness_mpa, const PrescribedDisplacement& prescribed, const TetOptions& options,
                                         const Progress& progress, TetSolution& solution) {
  run_with_dealii("the FE solve", [&] { solve(mesh, stiffness_mpa, prescribed, options, progress, solution); });
}

}  // namespace spongiosa::fea
