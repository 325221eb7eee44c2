#include "lattice/grading/targets.h"

#include "core/error.h"
#include "core/text.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/connectivity.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

/// A pair of sizes, which asks for a density: `excess` grows with the porosity and is 0 where both are met.
struct SizePair {
  const CellTargets& targets;

  double excess(const CellSizes& sizes) const {
    const double pore = std::log(pore_size(sizes, targets.pore_definition)), strut = std::log(sizes.strut_diameter);
    if (!targets.strut_size_mm) return pore - std::log(*targets.pore_size_mm / *targets.cell_size_mm);
    if (!targets.pore_size_mm) return std::log(*targets.strut_size_mm / *targets.cell_size_mm) - strut;
    return pore - strut - std::log(*targets.pore_size_mm / *targets.strut_size_mm);
  }
  std::string asked() const {
    if (!targets.strut_size_mm) return fmt::format("a pore size of {} mm in a cell of {} mm", *targets.pore_size_mm, *targets.cell_size_mm);
    if (!targets.pore_size_mm) return fmt::format("a strut or wall of {} mm in a cell of {} mm", *targets.strut_size_mm, *targets.cell_size_mm);
    return fmt::format("a pore size of {} mm with a strut or wall of {} mm", *targets.pore_size_mm, *targets.strut_size_mm);
  }
  /// What is feasible at a limit, the first of the two sizes kept.
  std::string nearest(const CellSizes& sizes) const {
    const double pore = pore_size(sizes, targets.pore_definition);
    if (!targets.strut_size_mm) return fmt::format("a pore size of {:.4g} mm", pore * *targets.cell_size_mm);
    if (!targets.pore_size_mm) return fmt::format("a strut or wall of {:.4g} mm", sizes.strut_diameter * *targets.cell_size_mm);
    return fmt::format("a strut or wall of {:.4g} mm", *targets.pore_size_mm * sizes.strut_diameter / pore);
  }
};

DensityRange required_range(const Cell& cell, const std::string& who) {
  const std::optional<DensityRange> range = usable_densities(cell);
  if (!range)
    fail_input("{}: cell '{}' has no density at which its solid hangs together and its pores are open; ask for another cell", who, cell.name());
  return *range;
}

/// The density at which both sizes are met.
double density_of_sizes(const Cell& cell, const CellTargets& targets, const SizeOptions& options, const std::string& who) {
  const SizePair pair{targets};
  const DensityRange range = required_range(cell, who);
  const auto measure = [&](double density) { return measure_unit_cell(cell, level_for_density(cell, density), options); };
  const auto refuse = [&](double density, const CellSizes& sizes, const std::string& because) {
    fail_input("{}: no usable density of cell '{}' has {}; nearest feasible, at its limit of {:.1f} % porosity ({}): {}", who, cell.name(),
               pair.asked(), 100.0 * (1.0 - density), because, pair.nearest(sizes));
  };
  const CellSizes densest = measure(range.most), sparsest = measure(range.least);
  // Where pores or necks vanish at the limit itself the logarithm is infinite, which brackets as well.
  double dense = range.most, sparse = range.least;
  double at_dense = std::max(pair.excess(densest), -30.0), at_sparse = std::min(pair.excess(sparsest), 30.0);
  if (at_dense > 0.0) refuse(dense, densest, range.most_because);
  if (at_sparse < 0.0) refuse(sparse, sparsest, range.least_because);
  // Regula falsi with the Illinois rule: a side that stays counts half.
  constexpr double kEnough = 2e-4;
  int stayed = 0;
  double density = 0.5 * (dense + sparse), off = 30.0;
  for (int step = 0; step < 40 && sparse < dense; ++step) {
    const double share = std::clamp(at_sparse / (at_sparse - at_dense), 0.02, 0.98);
    density = sparse + share * (dense - sparse);
    const double at = pair.excess(measure(density));
    off = std::abs(at);
    if (std::abs(at) < kEnough || dense - sparse < 1e-7) break;
    if (at > 0.0) {
      sparse = density;
      at_sparse = at;
      if (stayed == 1) at_dense *= 0.5;
      stayed = 1;
    } else {
      dense = density;
      at_dense = at;
      if (stayed == -1) at_sparse *= 0.5;
      stayed = -1;
    }
  }
  if (off > 0.01)
    fail_computation("{}: the search for a density of cell '{}' with {} ended {:.1f} % off", who, cell.name(), pair.asked(), 100.0 * off);
  return density;
}

double asked_density(const CellTargets& targets) {
  return targets.density_fraction ? *targets.density_fraction : 1.0 - *targets.porosity_fraction;
}

void check_targets(const CellTargets& targets, const std::string& who) {
  if (targets.porosity_fraction && targets.density_fraction)
    fail_input("{}: both a porosity and a density are given; one is 1 minus the other: give one of them", who);
  const bool density = targets.porosity_fraction || targets.density_fraction;
  const int sizes = int(targets.pore_size_mm.has_value()) + int(targets.strut_size_mm.has_value()) + int(targets.cell_size_mm.has_value());
  if (int(density) + sizes != 2)
    fail_input("{}: {} of porosity, pore size, strut size and cell size are given; two of them determine a lattice", who, int(density) + sizes);
  if (density && !(asked_density(targets) > 0.0 && asked_density(targets) < 1.0))
    fail_input("{}: a porosity of {} was asked for; expected a fraction between 0 and 1", who, 1.0 - asked_density(targets));
  for (const auto& size : {targets.pore_size_mm, targets.strut_size_mm, targets.cell_size_mm})
    if (size && !(*size > 0.0 && *size < 1000.0)) fail_input("{}: a size of {} mm was asked for; expected a length above 0 and below 1000 mm", who, *size);
}

std::vector<NamedSize> sizes_in_mm(const SolvedCell& solved) {
  std::vector<NamedSize> list;
  const CellSizes& s = solved.sizes;
  for (const NamedPoreDefinition& d : pore_definitions())
    if (const double value = pore_size(s, d.definition); value > 0.0) list.push_back({std::string("pore, ") + d.name, d.text, value * solved.cell_size_mm});
  list.push_back({"strut, max-inscribed-sphere", "diameter of the largest sphere inscribed in the solid", s.strut_diameter * solved.cell_size_mm});
  list.push_back({"strut, mean-intercept", "mean length of straight lines in the solid, over all directions", s.strut_intercept * solved.cell_size_mm});
  return list;
}

}  // namespace

const std::vector<NamedPoreDefinition>& pore_definitions() {
  static const std::vector<NamedPoreDefinition> all = {
      {PoreDefinition::kMaxInscribedSphere, "max-inscribed-sphere", "diameter of the largest sphere inscribed in the void"},
      {PoreDefinition::kThroat, "throat", "diameter of the largest sphere that can travel through the void from cell to cell"},
      {PoreDefinition::kLocalThicknessMean, "local-thickness-mean", "mean local thickness of the void (Hildebrand and Rueegsegger 1997)"},
      {PoreDefinition::kMeanIntercept, "mean-intercept", "mean length of straight lines in the void, over all directions (as in ASTM F1854)"},
  };
  return all;
}

PoreDefinition pore_definition(const std::string& name) {
  std::vector<std::string> names;
  for (const NamedPoreDefinition& d : pore_definitions()) {
    if (name == d.name) return d.definition;
    names.push_back(d.name);
  }
  fail_input("there is no pore definition '{}'; expected {}", name, join(names, ", "));
}

const char* pore_definition_name(PoreDefinition definition) { return pore_definitions()[std::size_t(definition)].name; }

SizeOptions options_for(PoreDefinition definition) {
  return {.throats = definition == PoreDefinition::kThroat, .thickness = definition == PoreDefinition::kLocalThicknessMean};
}

double pore_size(const CellSizes& sizes, PoreDefinition definition) {
  switch (definition) {
    case PoreDefinition::kMaxInscribedSphere: return sizes.pore_diameter;
    case PoreDefinition::kThroat: return sizes.throat_diameter;
    case PoreDefinition::kLocalThicknessMean: return sizes.pore_thickness;
    case PoreDefinition::kMeanIntercept: return sizes.pore_intercept;
  }
  return 0.0;
}

void require_usable_density(const Cell& cell, double density_fraction, const std::string& who) {
  const DensityRange range = required_range(cell, who);
  if (density_fraction >= range.least && density_fraction <= range.most) return;
  const bool sparse = density_fraction < range.least;
  const std::string& because = sparse ? range.least_because : range.most_because;
  const double limit = 100.0 * (1.0 - (sparse ? range.least : range.most));
  const double asked = 100.0 * (1.0 - density_fraction);
  if (because == kSolidFallsApart)
    fail_input("{}: cell '{}' at {:.1f} % porosity falls apart: its solid does not connect from cell to cell; nearest feasible porosity: {:.1f} %. "
               "Ask for that, or for another cell",
               who, cell.name(), asked, limit);
  if (because == kPoresClose)
    fail_input("{}: cell '{}' at {:.1f} % porosity closes its pores: neither powder nor bone could pass; nearest feasible porosity: {:.1f} %. Ask "
               "for that, or for another cell",
               who, cell.name(), asked, limit);
  fail_input("{}: cell '{}' was asked for {:.1f} % porosity; it is known to work only up to its limit of {:.1f} %", who, cell.name(), asked, limit);
}

SolvedCell solve_targets(const Cell& cell, const CellTargets& targets, const std::string& who) {
  check_targets(targets, who);
  const SizeOptions options = options_for(targets.pore_definition);
  SolvedCell solved;
  if (targets.porosity_fraction || targets.density_fraction) {
    solved.density_fraction = asked_density(targets);
    require_usable_density(cell, solved.density_fraction, who);
  } else {
    solved.density_fraction = density_of_sizes(cell, targets, options, who);
  }
  solved.porosity_fraction = 1.0 - solved.density_fraction;
  solved.level = level_for_density(cell, solved.density_fraction);
  solved.sizes = measure_unit_cell(cell, solved.level, options);
  const double pore = pore_size(solved.sizes, targets.pore_definition);
  if (targets.pore_size_mm && !(pore > 0.0))
    fail_input("{}: at {:.1f} % porosity nothing can travel through the pores of cell '{}'; ask for more porosity or another pore definition", who,
               100.0 * solved.porosity_fraction, cell.name());
  solved.cell_size_mm = targets.cell_size_mm   ? *targets.cell_size_mm
                        : targets.pore_size_mm ? *targets.pore_size_mm / pore
                                               : *targets.strut_size_mm / solved.sizes.strut_diameter;
  solved.sizes_mm = sizes_in_mm(solved);
  return solved;
}

}  // namespace spongiosa::lattice
