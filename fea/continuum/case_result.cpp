#include "fea/continuum/case_result.h"

#include "fea/results/principal.h"

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <numbers>

namespace spongiosa::fea {

Mat3 stress_tensor(const Vec6& s) {
  Mat3 tensor;
  tensor << s[0], s[5], s[4], s[5], s[1], s[3], s[4], s[3], s[2];
  return tensor;
}

double weighted_percentile(std::vector<std::pair<double, double>>& values, double fraction) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  double total = 0.0;
  for (const auto& [value, weight] : values) total += weight;
  double sum = 0.0;
  for (const auto& [value, weight] : values) {
    sum += weight;
    if (sum >= fraction * total) return value;
  }
  return values.back().first;
}

// Minimises sum of A_n |u_n - u_mean - w x r_n|^2 over the nodes n of the face:
// sum A_n (|r|^2 I - r r^T) w = sum A_n r x u.
void face_motion(const HexMesh& mesh, const LoadedFace& face, const std::vector<double>& displacement_mm, CaseResult& result) {
  Vec3 mean = Vec3::Zero(), mean_position = Vec3::Zero();
  const auto u = [&](std::int32_t node) { return Eigen::Map<const Vec3>(displacement_mm.data() + 3 * node); };
  for (std::size_t i = 0; i < face.nodes.size(); ++i) {
    mean += face.node_area_mm2[i] / face.area_mm2 * u(face.nodes[i]);
    mean_position += face.node_area_mm2[i] / face.area_mm2 * mesh.nodes_mm[std::size_t(face.nodes[i])];
  }
  Mat3 inertia = Mat3::Zero();
  Vec3 moment = Vec3::Zero();
  for (std::size_t i = 0; i < face.nodes.size(); ++i) {
    const Vec3 r = mesh.nodes_mm[std::size_t(face.nodes[i])] - mean_position;
    inertia += face.node_area_mm2[i] * (r.squaredNorm() * Mat3::Identity() - r * r.transpose());
    moment += face.node_area_mm2[i] * r.cross(u(face.nodes[i]) - mean);
  }
  result.top_displacement_mm = mean;
  result.top_rotation_deg = 180.0 / std::numbers::pi * inertia.inverse() * moment;
  for (std::size_t node = 0; node < mesh.nodes_mm.size(); ++node)
    result.max_displacement_mm = std::max(result.max_displacement_mm, u(std::int32_t(node)).norm());
}

namespace {

struct CellValues {
  double von_mises, stress_min, stress_max, strain_min, strain_max;
};

PartResult part_result(const VoxelModel& model, const HexMesh& mesh, const Part& part, const std::vector<Vec6>& cell_strain) {
  PartResult result;
  result.part = part.name;
  std::vector<std::size_t> members;
  for (std::size_t c = 0; c < mesh.active_cells.size(); ++c)
    if (part.share[std::size_t(mesh.active_cells[c])] >= 0.5f) members.push_back(c);
  result.cells = std::int64_t(members.size());
  if (members.empty()) return result;

  std::vector<CellValues> values(members.size());
  tbb::parallel_for(std::size_t(0), members.size(), [&](std::size_t m) {
    const Vec6& strain = cell_strain[members[m]];
    const Vec6 stress =
        part.cell_stiffness_mpa(std::size_t(mesh.active_cells[members[m]])) * strain;
    const auto [stress_min, stress_max] = extreme_principal_stresses(stress);
    const auto [strain_min, strain_max] = extreme_principal_strains(strain);
    values[m] = {von_mises(stress), stress_min, stress_max, strain_min, strain_max};
  });

  std::vector<std::pair<double, double>> stresses, strain_min, strain_max;
  double weighted = 0.0, total = 0.0;
  result.principal_stress_max_mpa = result.principal_strain_max = -std::numeric_limits<double>::infinity();
  result.principal_stress_min_mpa = result.principal_strain_min = std::numeric_limits<double>::infinity();
  result.von_mises_max_mpa = -1.0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const CellValues& v = values[m];
    const double share = part.share[std::size_t(mesh.active_cells[members[m]])];
    stresses.emplace_back(v.von_mises, share);
    strain_min.emplace_back(v.strain_min, share);
    strain_max.emplace_back(v.strain_max, share);
    weighted += share * v.von_mises;
    total += share;
    if (v.von_mises > result.von_mises_max_mpa) {
      result.von_mises_max_mpa = v.von_mises;
      result.von_mises_max_position_mm =
          mesh.nodes_mm[std::size_t(mesh.cell_nodes[members[m]][0])] + Vec3::Constant(0.5 * model.cell_mm);
    }
    result.principal_stress_max_mpa = std::max(result.principal_stress_max_mpa, v.stress_max);
    result.principal_stress_min_mpa = std::min(result.principal_stress_min_mpa, v.stress_min);
    result.principal_strain_max = std::max(result.principal_strain_max, v.strain_max);
    result.principal_strain_min = std::min(result.principal_strain_min, v.strain_min);
  }
  result.von_mises_mean_mpa = weighted / total;
  result.von_mises_p99_mpa = weighted_percentile(stresses, 0.99);
  result.principal_strain_min_p01 = weighted_percentile(strain_min, 0.01);
  result.principal_strain_max_p99 = weighted_percentile(strain_max, 0.99);
  return result;
}

}  // namespace

std::vector<PartResult> part_results(const VoxelModel& model, const HexMesh& mesh, const std::vector<Vec6>& cell_strain) {
  std::vector<PartResult> results;
  for (const Part& part : model.parts) results.push_back(part_result(model, mesh, part, cell_strain));
  return results;
}

}  // namespace spongiosa::fea
