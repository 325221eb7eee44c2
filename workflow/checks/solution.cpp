/// The finite element solution balances its loads.

#include "workflow/checks/check.h"

#include <algorithm>

namespace spongiosa::workflow {

std::vector<CheckResult> check_solution(const StageContext& context) {
  const Json solve = context.results_of("05_solve");
  double worst = 0.0;
  for (const Json& load_case : solve.at("cases"))
    worst = std::max(worst, load_case.at("balance_error").get<double>());
  return {at_most("solution.balance", "Reaction balance, worst load case", worst, context.design.number("check.reaction_balance_max"), "",
                  "project policy: 0.1 %")};
}

}  // namespace spongiosa::workflow
