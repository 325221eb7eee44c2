/// Stage 6: every acceptance rule, with value, limit, unit, source and margin.

#include "workflow/checks/check.h"
#include "workflow/stages/stages.h"

namespace spongiosa::workflow {

namespace {

void run(StageContext& context) {
  Json checks = Json::array();
  int failed = 0;
  for (const Check check : all_checks())
    for (const CheckResult& result : check(context)) {
      checks.push_back(to_json(result));
      failed += result.passed ? 0 : 1;
    }
  context.manifest.results()["failed"] = failed;
  context.manifest.results()["checks"] = checks;
}

}  // namespace

Stage check_stage() {
  Stage stage;
  stage.id = "06_check";
  stage.verb = "check";
  stage.title = "Check design";
  stage.parameters = {"check"};
  stage.upstream = {"03_shape", "04_fill", "05_solve"};
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
