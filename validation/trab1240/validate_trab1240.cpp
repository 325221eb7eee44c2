/// Trabecular bone cube of a public fixture: reaction and strain energy density against the published solution on the same voxels.
/// Usage: validate_trab1240 DATA_FOLDER [--record FILE]    (trab1240_mask.nii.gz, reference_sed.nii.gz, fe_reference.json)

#include "core/error.h"
#include "core/json.h"
#include "core/log.h"
#include "core/threads.h"
#include "fea/micro/voxel_results.h"
#include "fea/micro/voxel_solver.h"
#include "geometry/image/image_file.h"
#include "validation/record.h"

#include <chrono>
#include <cstdio>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

/// Linear interpolation between order statistics, as numpy's percentile does.
double percentile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double at = fraction * double(values.size() - 1);
  const std::size_t below = std::size_t(at);
  const double above = below + 1 < values.size() ? values[below + 1] : values[below];
  return values[below] + (at - double(below)) * (above - values[below]);
}

void validate(const std::filesystem::path& folder, validation::Record& record) {
  using Clock = std::chrono::steady_clock;
  const Json reference = read_json(folder / "fe_reference.json");
  const geometry::LabelImage mask = geometry::read_label_image(folder / "trab1240_mask.nii.gz");
  const geometry::FloatImage reference_sed = geometry::read_float_image(folder / "reference_sed.nii.gz");
  const double modulus_mpa = reference.at("model").at("youngs_modulus_mpa").get<double>();
  const double poisson_ratio = reference.at("model").at("poisson_ratio").get<double>();
  const double displacement_mm = reference.at("reference").at("applied_displacement_z").get<double>();
  const double edge_mm = mask.spacing_mm[0];  // the fixture's cubes; its spacing along z is 0.002 % less

  std::vector<float> scale(mask.data.size());
  for (std::size_t v = 0; v < scale.size(); ++v) scale[v] = mask.data[v] ? 1.0f : 0.0f;
  const auto begin = Clock::now();
  const VoxelBlocks model({mask.size}, scale, 0.5f);
  std::vector<std::int64_t> fixed;
  NodalVector<double> x(model), b(model), k(model);
  std::int64_t top_nodes = 0;
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      const bool top = node[2] == mask.size[2];
      if (node[2] != 0 && !top) return;
      for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
      if (top) x[at.x + 2 * at.stride] = displacement_mm / edge_mm;
      top_nodes += top;
    });
  const VoxelOperator op(model, poisson_ratio, std::move(fixed));
  VoxelSolver solver(op, {}, Progress());
  const double set_up_s = std::chrono::duration<double>(Clock::now() - begin).count();
  const SolveReport report = solver.solve(b, x, 0.0, {}, Progress());
  const double total_s = std::chrono::duration<double>(Clock::now() - begin).count();
  record.remark(fmt::format("{} unknowns, {} iterations to {:.1e}, {:.1f} s (set-up {:.1f} s) with {} threads", model.unknown_count(), report.iterations,
                            report.relative_residual, total_s, set_up_s, thread_count()));

  op.apply(x, k, VoxelOperator::Rows::kAll);
  double work = 0.0;  // of the plate: force times displacement, both in voxel units
  for (std::int64_t i = 0; i < k.size(); ++i) work += k[i] * x[i];
  const double force_n = modulus_mpa * edge_mm * edge_mm * work / (displacement_mm / edge_mm);
  const Json& expected = reference.at("reference");
  constexpr const char* kSource = "ParOSol on the same voxels";
  record.judge("elements", "", double(model.voxel_count()), expected.at("elements").get<double>(), validation::relative(0.0), kSource);
  record.judge("nodes", "", double(model.node_count()), expected.at("nodes").get<double>(), validation::relative(0.0), kSource);
  record.judge("nodes of the top face", "", double(top_nodes), expected.at("top_node_count").get<double>(), validation::relative(0.0), kSource);
  record.judge("reaction", "N", force_n, expected.at("reaction_force_z").get<double>(), validation::relative(1e-3), kSource);
  record.judge("stiffness", "N/mm", force_n / displacement_mm, expected.at("stiffness_z").get<double>(), validation::relative(1e-3), kSource);

  const std::vector<double> centre = centre_energy_density(model, poisson_ratio, x), mean = mean_energy_density(model, poisson_ratio, x);
  for (const auto& [name, density] : {std::pair{"middle of voxels", &centre}, std::pair{"mean over voxels", &mean}}) {
    std::vector<double> values;
    double sum = 0.0, difference = 0.0, square = 0.0;
    for (const VoxelBlock& block : model.blocks())
      model.visit_voxels(block, [&](const Index3& v, std::int64_t index) {
        const double value = modulus_mpa * (*density)[std::size_t(index)];
        const double published = double(reference_sed.at(v[0], v[1], v[2]));
        values.push_back(value);
        sum += value;
        difference += (value - published) * (value - published);
        square += published * published;
      });
    record.remark(fmt::format("strain energy density, {}: relative difference of all voxels (root mean square) {:.3f} %", name, 100.0 * std::sqrt(difference / square)));
    if (density != &centre) continue;  // the published values are those in the middle of the voxels
    record.judge("strain energy density in the middle of voxels, mean", "MPa", sum / double(values.size()), expected.at("sed_mean").get<double>(), validation::relative(0.01), kSource);
    record.judge("strain energy density in the middle of voxels, 95th percentile", "MPa", percentile(values, 0.95), expected.at("sed_p95").get<double>(), validation::relative(0.01), kSource);
    record.judge("strain energy density in the middle of voxels, 98th percentile", "MPa", percentile(values, 0.98), expected.at("sed_p98").get<double>(), validation::relative(0.01), kSource);
    record.judge("strain energy density in the middle of voxels, largest", "MPa", percentile(values, 1.0), expected.at("sed_max").get<double>(), validation::relative(0.01), kSource);
  }
}

}  // namespace

int main(int count, char** words) {
  validation::Record record(count, words);
  if (count != 2) {
    std::fprintf(stderr, "usage: validate_trab1240 DATA_FOLDER\n");
    return int(ExitCode::kUsage);
  }
  try {
    validate(words[1], record);
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_trab1240: %s\n", error.what());
    return int(error.code());
  }
  return record.finish();
}
