// Linear elasticity of a VoxelModel: assemble once, solve per load, check every case on its own.

#include "core/error.h"
#include "core/file.h"
#include "fea/continuum/case_result.h"
#include "fea/continuum/hex_mesh.h"
#include "fea/dealii/fields.h"
#include "fea/dealii/hex_system.h"
#include "fea/dealii/linear_system.h"
#include "fea/dealii/module_interface.h"
#include "fea/dealii/runtime.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace spongiosa::fea {

namespace {

HexSystem hex_system(const VoxelModel& model, const HexMesh& mesh) {
  HexSystem system;
  system.node_count = mesh.nodes_mm.size();
  system.cell_nodes = mesh.cell_nodes;
  for (const Part& part : model.parts) {
    const auto add = [&](const Mat6& stiffness_mpa, const auto& factor) {
      system.part_matrices.push_back(hex_stiffness(stiffness_mpa, model.cell_mm));
      std::vector<double> coefficients;
      coefficients.reserve(mesh.active_cells.size());
      for (const std::int64_t cell : mesh.active_cells) {
        const double share = part.share[std::size_t(cell)];
        coefficients.push_back(share > 0.0 ? share * factor(std::size_t(cell)) : 0.0);
      }
      system.coefficients.push_back(std::move(coefficients));
    };
    add(part.stiffness_mpa, [&](std::size_t cell) { return part.cell_stiffness_scale(cell); });
    for (const Part::Term& term : part.terms) add(term.stiffness_mpa, [&](std::size_t cell) { return double(term.factor[cell]); });
  }
  return system;
}

ContinuumResult empty_result(const VoxelModel& model, const HexMesh& mesh) {
  ContinuumResult result;
  result.cells = std::int64_t(mesh.active_cells.size());
  result.unknowns = std::int64_t(mesh.unknown_count());
  result.active_cells = mesh.active_cells;
  result.active_nodes = mesh.grid_nodes;
  for (const std::int64_t cell : mesh.active_cells) result.cell_part.push_back(dominant_part(model, std::size_t(cell)));
  return result;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add_fields(const HexSystem& system, const HexMesh& mesh, const std::vector<double>& u, CaseResult& result) {
  for (std::size_t node = 0; node < mesh.nodes_mm.size(); ++node) result.node_displacement_mm.push_back(Eigen::Map<const Vec3>(u.data() + 3 * node));
  const Mat6x24 center_strain = hex_center_strain(mesh.cell_mm);
  result.cell_strain.resize(mesh.cell_nodes.size());
  result.cell_displacement_mm.resize(mesh.cell_nodes.size());
  tbb::parallel_for(std::size_t(0), mesh.cell_nodes.size(), [&](std::size_t cell) {
    const Vec24 local = system.gather(cell, u);
    result.cell_strain[cell] = center_strain * local;
    result.cell_displacement_mm[cell] = Eigen::Map<const Eigen::Matrix<double, 3, 8>>(local.data()).rowwise().mean();
  });
}

/// Force and moment about `center` of nodal forces on `nodes`.
std::pair<Vec3, Vec3> resultant(const HexMesh& mesh, const std::vector<std::int32_t>& nodes, const std::vector<double>& forces,
                                const Vec3& center_mm) {
  Vec3 force = Vec3::Zero(), moment = Vec3::Zero();
  for (const std::int32_t node : nodes) {
    const Vec3 f = Eigen::Map<const Vec3>(forces.data() + 3 * node);
    force += f;
    moment += (mesh.nodes_mm[std::size_t(node)] - center_mm).cross(f);
  }
  return {force, moment};
}

CaseResult case_result(const VoxelModel& model, const HexMesh& mesh, const LoadedFace& face, const HexSystem& system,
                       const LoadCase& load, const std::vector<double>& load_vector, const std::vector<double>& u,
                       const SolveReport& report) {
  CaseResult result;
  result.load = load;
  result.iterations = report.iterations;
  result.relative_residual = report.relative_residual;
  std::vector<double> forces = system.apply(u);
  result.strain_energy_nmm = 0.5 * dot(u, forces);
  result.external_work_nmm = dot(u, load_vector);
  for (std::size_t i = 0; i < forces.size(); ++i) forces[i] -= load_vector[i];
  std::tie(result.reaction_force_n, result.reaction_moment_nmm) = resultant(mesh, mesh.bottom_nodes, forces, face.centroid_mm);
  // A lever of 10 mm (half a vertebra) makes forces and moments comparable.
  constexpr double kLever_mm = 10.0;
  const double applied = std::hypot(load.force_n.norm(), load.moment_nmm.norm() / kLever_mm);
  const double error = std::hypot((load.force_n + result.reaction_force_n).norm(),
                                  (load.moment_nmm + result.reaction_moment_nmm).norm() / kLever_mm);
  result.balance_error = applied > 0.0 ? error / applied : error;
  face_motion(mesh, face, u, result);
  add_fields(system, mesh, u, result);
  result.parts = part_results(model, mesh, result.cell_strain);
  return result;
}

std::vector<char> held_bottom(const HexMesh& mesh) {
  std::vector<char> held(mesh.nodes_mm.size(), 0);
  for (const std::int32_t node : mesh.bottom_nodes) held[std::size_t(node)] = 1;
  return held;
}

void check_names(const std::vector<LoadCase>& cases) {
  std::set<std::string> names;
  for (const LoadCase& load : cases) {
    const bool plain = std::all_of(load.name.begin(), load.name.end(),
                                   [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
    if (load.name.empty() || !plain)
      fail_input("the load case name '{}' cannot be a file name; use letters, digits, '-' and '_'", load.name);
    if (!names.insert(load.name).second) fail_input("two load cases are named '{}'; names must differ", load.name);
  }
}

/// The six resultants of a load case: F_x, F_y, F_z, M_x, M_y, M_z.
Vec6 resultants(const LoadCase& load) {
  Vec6 values;
  values << load.force_n, load.moment_nmm;
  return values;
}

/// Displacements of the unit resultants that the cases use, solved on first need; empty when single solves are fewer.
class UnitSolutions {
 public:
  UnitSolutions(const std::vector<LoadCase>& cases) {
    Vec6 used = Vec6::Zero();
    for (const LoadCase& load : cases) used += resultants(load).cwiseAbs();
    for (int r = 0; r < 6; ++r) count_ += used[r] > 0.0;
    pays_ = count_ < int(cases.size());
  }
  bool pays() const { return pays_; }
  int count() const { return count_; }
  std::array<std::vector<double>, 6> displacement;
  std::array<int, 6> iterations{};

 private:
  int count_ = 0;
  bool pays_ = false;
};

ContinuumResult solve_loads(const VoxelModel& model, const std::vector<LoadCase>& cases, const ContinuumOptions& options,
                            const std::filesystem::path& folder, const Progress& progress) {
  for (const LoadCase& load : cases) check_load_case(load);
  if (!folder.empty()) {
    check_names(cases);
    make_writable_folder(folder);
  }
  progress.report(0.0, "numbering the FE model");
  const HexMesh mesh = build_hex_mesh(model);
  check_supported(model);
  const LoadedFace face = loaded_face(mesh);
  ContinuumResult result = empty_result(model, mesh);
  result.loaded_area_mm2 = face.area_mm2;
  result.loaded_centroid_mm = face.centroid_mm;

  progress.report(0.02, fmt::format("assembling {} unknowns", result.unknowns));
  const HexSystem system = hex_system(model, mesh);
  const LinearSystem linear(system, held_bottom(mesh), mesh.nodes_mm);

  UnitSolutions units(cases);
  const Progress solving = progress.part(0.2, 0.8);
  if (units.pays()) {
    int done = 0;
    const char* names[6] = {"shear along x", "shear along y", "axial force", "moment about x", "moment about y", "torsion"};
    for (std::size_t r = 0; r < 6; ++r) {
      if (std::none_of(cases.begin(), cases.end(), [&](const LoadCase& c) { return resultants(c)[Eigen::Index(r)] != 0.0; })) continue;
      const Vec6 unit = Vec6::Unit(Eigen::Index(r));
      const std::vector<double> load = face_load(mesh, face, unit.head<3>(), unit.tail<3>());
      units.displacement[r].assign(mesh.unknown_count(), 0.0);
      const Progress part = solving.part(double(done) / units.count(), double(done + 1) / units.count());
      // Tighter than asked for, so that sums of unit solutions meet the tolerance without another solve.
      units.iterations[r] = linear.solve(load, units.displacement[r], 0.5 * options.tolerance, linear.free_norm(load), options.max_iterations,
                                         names[r], part).iterations;
      ++done;
    }
  }

  std::unique_ptr<FieldWriter> writer;
  if (!folder.empty()) writer = std::make_unique<FieldWriter>(model, mesh, result.cell_part);
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const double first = double(c) / double(cases.size()), last = double(c + 1) / double(cases.size());
    const Progress part = units.pays() ? progress.part(0.8 + 0.2 * first, 0.8 + 0.2 * last) : progress.part(0.2 + 0.8 * first, 0.2 + 0.8 * last);
    const Vec6 weights = resultants(cases[c]);
    const std::vector<double> load = face_load(mesh, face, cases[c].force_n, cases[c].moment_nmm);
    std::vector<double> u(mesh.unknown_count(), 0.0);
    int iterations = 0;
    for (std::size_t r = 0; units.pays() && r < 6; ++r) {
      const double weight = weights[Eigen::Index(r)];
      if (weight == 0.0) continue;
      for (std::size_t i = 0; i < u.size(); ++i) u[i] += weight * units.displacement[r][i];
      iterations += units.iterations[r];
    }
    part.report(0.0, cases[c].name);
    SolveReport report = linear.solve(load, u, options.tolerance, linear.free_norm(load), options.max_iterations, cases[c].name, part.part(0.0, 0.9));
    report.iterations += iterations;
    result.cases.push_back(case_result(model, mesh, face, system, cases[c], load, u, report));
    part.report(0.95, cases[c].name + ": results");
    if (writer) writer->write(folder, result.cases.back(), u);
  }
  progress.report(1.0, "FE solved");
  return result;
}

/// Nodes with less than eight active cells around them.
std::vector<std::int32_t> surface_nodes(const HexMesh& mesh) {
  std::vector<int> uses(mesh.nodes_mm.size(), 0);
  for (const CellNodes& cell : mesh.cell_nodes)
    for (const std::int32_t node : cell) ++uses[std::size_t(node)];
  std::vector<std::int32_t> nodes;
  for (std::size_t n = 0; n < uses.size(); ++n)
    if (uses[n] < 8) nodes.push_back(std::int32_t(n));
  return nodes;
}

ContinuumResult solve_displacements(const VoxelModel& model, const PrescribedDisplacement& displacement,
                                    const ContinuumOptions& options, const Progress& progress) {
  const HexMesh mesh = build_hex_mesh(model);
  check_supported(model);
  const LoadedFace face = loaded_face(mesh);
  std::vector<char> held(mesh.nodes_mm.size(), 0);
  std::vector<double> u(mesh.unknown_count(), 0.0);
  std::size_t prescribed = 0;
  for (const std::int32_t node : surface_nodes(mesh)) {
    const std::optional<Vec3> value = displacement(mesh.nodes_mm[std::size_t(node)]);
    if (!value) continue;
    if (!value->allFinite()) fail_input("a prescribed displacement is not finite");
    ++prescribed;
    held[std::size_t(node)] = 1;
    Eigen::Map<Vec3>(u.data() + 3 * std::size_t(node)) = *value;
  }
  if (prescribed < 3) fail_input("displacements are prescribed at {} nodes; expected three or more", prescribed);
  ContinuumResult result = empty_result(model, mesh);
  result.loaded_area_mm2 = face.area_mm2;
  result.loaded_centroid_mm = face.centroid_mm;
  const HexSystem system = hex_system(model, mesh);
  const LinearSystem linear(system, held, mesh.nodes_mm);
  const std::vector<double> no_load(mesh.unknown_count(), 0.0);
  // The forces that the prescribed values alone cause on the free nodes are the load of this problem.
  const double start = linear.free_norm(system.apply(u));
  const SolveReport report =
      linear.solve(no_load, u, options.tolerance, start, options.max_iterations, "prescribed displacements", progress);

  CaseResult solved;
  solved.load.name = "prescribed";
  solved.load.label = "Prescribed displacements";
  solved.iterations = report.iterations;
  solved.relative_residual = report.relative_residual;
  const std::vector<double> forces = system.apply(u);
  solved.strain_energy_nmm = 0.5 * dot(u, forces);
  Vec3 sum = Vec3::Zero();
  double largest = 0.0;
  for (std::size_t i = 0; i < forces.size(); ++i) {
    if (held[i / 3]) solved.external_work_nmm += forces[i] * u[i];
    sum[Eigen::Index(i % 3)] += forces[i];
    largest = std::max(largest, std::abs(forces[i]));
  }
  solved.balance_error = largest > 0.0 ? sum.norm() / largest : 0.0;
  std::tie(solved.reaction_force_n, solved.reaction_moment_nmm) = resultant(mesh, mesh.bottom_nodes, forces, face.centroid_mm);
  face_motion(mesh, face, u, solved);
  add_fields(system, mesh, u, solved);
  solved.parts = part_results(model, mesh, solved.cell_strain);
  result.cases.push_back(std::move(solved));
  return result;
}

void check_options(const ContinuumOptions& options) {
  if (!(options.tolerance > 0.0 && options.tolerance < 1.0))
    fail_input("the FE tolerance is {}; expected a number above 0 and below 1, such as 1e-8", options.tolerance);
  if (options.max_iterations < 1) fail_input("the FE solver may do {} iterations; expected 1 or more", options.max_iterations);
}

}  // namespace

extern "C" void spongiosa_fea_solve_continuum(const VoxelModel& model, const std::vector<LoadCase>& cases,
                                              const ContinuumOptions& options, const std::filesystem::path& fields_folder,
                                              const Progress& progress, ContinuumResult& result) {
  check_options(options);
  run_with_dealii("the FE solve", [&] { result = solve_loads(model, cases, options, fields_folder, progress); });
}

extern "C" void spongiosa_fea_solve_prescribed(const VoxelModel& model, const PrescribedDisplacement& displacement,
                                               const ContinuumOptions& options, const Progress& progress,
                                               ContinuumResult& result) {
  check_options(options);
  run_with_dealii("the FE solve", [&] { result = solve_displacements(model, displacement, options, progress); });
}

}  // namespace spongiosa::fea
