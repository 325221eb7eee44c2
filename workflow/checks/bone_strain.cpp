/// Bone that would yield under the endplates: the mechanical precursor of subsidence.

#include "workflow/checks/check.h"

namespace spongiosa::workflow {

std::vector<CheckResult> check_bone_strain(const StageContext& context) {
  const double limit = context.design.number("check.bone_yield_volume_share_max");
  const Json solve = context.results_of("05_solve");
  std::vector<CheckResult> results;
  for (const Json& load_case : solve.at("cases"))
    for (const char* side : {"cranial", "caudal"}) {
      const std::string name = load_case.at("name"), label = load_case.at("label");
      results.push_back(at_most("bone." + std::string(side) + "." + name,
                                "Share of " + std::string(side) + " bone beyond yield strain, " + label,
                                load_case.at("bone_yield_share_" + std::string(side)).get<double>(), limit, "",
                                "yield strain 0.7-0.8 % compression, 0.6 % tension: from memory, not verified; share: project policy"));
    }
  return results;
}

}  // namespace spongiosa::workflow
