/// How well the implant's faces meet the endplates.

#include "workflow/checks/check.h"

namespace spongiosa::workflow {

std::vector<CheckResult> check_fit(const StageContext& context) {
  const Json fit = context.results_of("03_shape").at("fit");
  std::vector<CheckResult> results;
  for (const char* face : {"cranial", "caudal"}) {
    const std::string name = face;
    results.push_back(at_least("fit." + name + ".share", "Share of the " + name + " face with a gap under 0.5 mm",
                               fit.at(name).at("area_share_under_0p5_mm").get<double>(), context.design.number("check.fit_share_min"), "",
                               "well-matched gap < 0.5 mm: Lu, Exp Ther Med 2021; share: project policy"));
    results.push_back(at_most("fit." + name + ".gap", "Largest gap of the " + name + " face", fit.at(name).at("max_abs_gap_mm").get<double>(),
                              context.design.number("check.fit_gap_max_mm"), "mm", "project policy"));
  }
  return results;
}

}  // namespace spongiosa::workflow
