// What decides the exit code of a run: the checks of the results folder, whichever stages were selected.
#include "cli/result_document.h"
#include "tests/workflow/case_text.h"
#include "tests/workflow/fake_stages.h"

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// make -> check (fails) -> report.
const std::vector<Stage>& judged_stages() {
  static const std::vector<Stage> list = [] {
    Stage make{.id = "01_make", .verb = "make", .title = "Make"};
    make.parameters = {"lattice.porosity_fraction"};
    make.run = [](StageContext& context) { context.manifest.results()["value"] = context.design.number("lattice.porosity_fraction"); };
    Stage check{.id = "02_check", .verb = "check", .title = "Check"};
    check.upstream = {"01_make"};
    check.run = [](StageContext& context) { context.manifest.results()["checks"] = Json::array({Json{{"id", "strength"}, {"verdict", "fail"}}}); };
    Stage report{.id = "03_report", .verb = "report", .title = "Report"};
    report.upstream = {"01_make", "02_check"};
    report.run = [](StageContext&) {};
    return std::vector<Stage>{make, check, report};
  }();
  return list;
}

bool failed_after(const CaseFolder& folder, const RunSelection& selection, const std::vector<std::string>& assignments = {}) {
  Engine engine(judged_stages(), folder.load(assignments), folder.path() / "results", "");
  engine.run(selection);
  return cli::any_check_failed(cli::checks_of(engine));
}

}  // namespace

TEST_CASE("a check that failed counts for every later stage, also when it is not run itself") {
  const CaseFolder folder;
  CHECK(failed_after(folder, {}));
  CHECK(failed_after(folder, {}));  // nothing to do, still not good
  CHECK(failed_after(folder, {.only = "report"}));
  CHECK(failed_after(folder, {.only = "report", .force = true}));
  CHECK(failed_after(folder, {.to = "check"}));
}

TEST_CASE("stages before the check are not judged by it, nor is a result that no longer belongs to the case") {
  const CaseFolder folder;
  failed_after(folder, {});
  CHECK_FALSE(failed_after(folder, {.to = "make"}));
  CHECK_FALSE(failed_after(folder, {.only = "make"}, {"lattice.porosity_fraction=0.8"}));
}
