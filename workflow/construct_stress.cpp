#include "workflow/construct_stress.h"

#include "core/error.h"
#include "fea/results/principal.h"

#include <algorithm>

namespace spongiosa::workflow {
namespace {

/// The model's part of a zone of lattice.
std::size_t part_of(const fea::VoxelModel& model, const PorousZone& zone) {
  const auto found = std::find_if(model.parts.begin(), model.parts.end(), [&](const fea::Part& part) { return part.name == zone.part; });
  SPONGIOSA_ASSERT(found != model.parts.end());
  return std::size_t(found - model.parts.begin());
}

StrutStress worst_strut_stress(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                               const PorousZone& zone) {
  const fea::Part& porous = model.parts[part_of(model, zone)];
  // Only the cells with the highest macroscopic von Mises stress can hold the worst strut; a generous share of them is localised.
  std::vector<std::pair<double, std::size_t>> ranking;
  for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
    const std::size_t cell = std::size_t(result.active_cells[a]);
    if (porous.share[cell] < 0.5f) continue;
    const Vec6& strain = load_case.cell_strain[a];
    ranking.push_back({-strain.dot(porous.cell_stiffness_mpa(cell) * strain), a});
  }
  const std::size_t candidates = std::min<std::size_t>(ranking.size(), 40);
  std::partial_sort(ranking.begin(), ranking.begin() + std::ptrdiff_t(candidates), ranking.end());
  StrutStress worst;
  worst.part = zone.part;
  for (std::size_t c = 0; c < candidates; ++c) {
    const std::size_t a = ranking[c].second;
    const std::int64_t cell = result.active_cells[a];
    std::vector<float> coefficients = {float(porous.cell_stiffness_scale(std::size_t(cell)))};
    for (const fea::Part::Term& term : porous.terms) coefficients.push_back(term.factor[std::size_t(cell)]);
    const double stress = zone.strut_von_mises_mpa(load_case.cell_strain[a], coefficients);
    if (stress <= worst.p99_mpa) continue;
    worst.p99_mpa = stress;
    const Vec3 index(double(cell % model.size[0]), double(cell / model.size[0] % model.size[1]),
                     double(cell / model.size[0] / model.size[1]));
    worst.position_mm = model.first_mm + model.cell_mm * (index + Vec3::Constant(0.5));
  }
  return worst;
}

}  // namespace

StrutStress worst_strut_stress(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                               const std::vector<PorousZone>& zones) {
  StrutStress worst;
  for (const PorousZone& zone : zones) {
    const StrutStress of = worst_strut_stress(model, result, load_case, zone);
    if (of.p99_mpa > worst.p99_mpa || worst.part.empty()) worst = of;
  }
  return worst;
}

double yielded_bone_share(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                          std::size_t part, double compression_strain, double tension_strain) {
  double yielded = 0.0, total = 0.0;
  for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
    const std::int64_t cell = result.active_cells[a];
    const std::int64_t k = cell / model.size[0] / model.size[1];
    const double share = model.parts[part].share[std::size_t(cell)];
    if (share < 0.5 || k < 2 || k >= model.size[2] - 2) continue;
    const auto [smallest, largest] = fea::extreme_principal_strains(load_case.cell_strain[a]);
    total += share;
    if (smallest < -compression_strain || largest > tension_strain) yielded += share;
  }
  return total > 0.0 ? yielded / total : 0.0;
}

CellImages cell_images(const fea::VoxelModel& model, const fea::ContinuumResult& result) {
  CellImages images;
  images.part.size = model.size;
  images.part.spacing_mm = Vec3::Constant(model.cell_mm);
  images.part.direction = model.frame.axes_Patient;
  images.part.origin_Patient = model.frame.to_patient(model.first_mm + Vec3::Constant(0.5 * model.cell_mm));
  images.part.allocate(0);
  for (const std::int64_t active : result.active_cells) {
    const std::size_t cell = std::size_t(active);
    std::size_t dominant = 0;
    for (std::size_t p = 1; p < model.parts.size(); ++p)
      if (model.parts[p].share[cell] > model.parts[dominant].share[cell]) dominant = p;
    images.part.data[cell] = std::uint8_t(dominant + 1);
  }
  for (const fea::CaseResult& load_case : result.cases) {
    geometry::FloatImage image = images.part.like<float>(0.0f);
    for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
      const std::size_t cell = std::size_t(result.active_cells[a]);
      const fea::Part& part = model.parts[std::size_t(images.part.data[cell] - 1)];
      const Vec6 stress = part.cell_stiffness_mpa(cell) * load_case.cell_strain[a];
      image.data[cell] = float(fea::von_mises(stress));
    }
    images.von_mises_mpa.push_back(std::move(image));
  }
  return images;
}

}  // namespace spongiosa::workflow
