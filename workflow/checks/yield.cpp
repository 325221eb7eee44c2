/// Static strength of the metal, per part and load case. Not a fatigue argument.

#include "workflow/checks/check.h"

namespace spongiosa::workflow {

namespace {

double von_mises_of(const Json& load_case, const std::string& part_name) {
  for (const Json& part : load_case.at("parts"))
    if (part.at("part") == part_name) return part.at("von_mises_max_mpa").get<double>();
  return 0.0;
}

}  // namespace

std::vector<CheckResult> check_yield(const StageContext& context) {
  const Json solve = context.results_of("05_solve");
  const double yield_mpa = solve.at("materials").at("implant").at("yield_stress_mpa").get<double>();
  const double required = context.design.number("check.yield_factor_min");
  const std::string source = "yield " + solve.at("materials").at("implant").at("yield_source").get<std::string>() + "; factor: project policy";
  std::vector<CheckResult> results;
  for (const Json& load_case : solve.at("cases")) {
    const std::string name = load_case.at("name"), label = load_case.at("label");
    results.push_back(at_least("yield.implant-solid." + name, "Yield factor of the solid rim, " + label,
                               yield_mpa / von_mises_of(load_case, "implant-solid"), required, "", source));
    results.push_back(at_least("yield.implant-struts." + name, "Yield factor of the struts, " + label,
                               yield_mpa / load_case.at("strut_von_mises_p99_mpa").get<double>(), required, "", source));
  }
  return results;
}

}  // namespace spongiosa::workflow
