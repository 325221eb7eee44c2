/// run, and one verb per stage: bring stages up to date.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "cli/result_document.h"
#include "core/json.h"
#include "workflow/stage_module.h"

#include <cstdlib>
#include <iostream>
#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

struct RunOptions {
  std::string case_path, out, data;
  std::vector<std::string> assignments;
  workflow::RunSelection selection;
  bool dry_run = false;
};

ExitCode run_case(const RunOptions& options, Commands& commands) {
  const CommonOptions& common = commands.common;
  const bool json = commands.json;
  apply(common);
  workflow::Case design = workflow::Case::load(options.case_path, options.assignments);
  const fs::path out = options.out.empty() ? design.folder() / "results" : fs::path(options.out);
  workflow::Engine engine(workflow::load_stages(), std::move(design), out, options.data);
  if (options.dry_run) {
    const auto plan = engine.plan(options.selection);
    std::cout << (json ? canonical_text(plan_document(engine, plan)) : plan_text(engine, plan));
    return ExitCode::kDone;
  }
  ExitCode code = ExitCode::kDone;
  {
    ProgressDisplay display(progress_mode(common.progress, common.quiet));
    try {
      engine.run(options.selection, display.observer());
    } catch (const std::exception& problem) {
      display.clear_bar();
      const auto* error = dynamic_cast<const Error*>(&problem);
      if (json) std::cout << canonical_text(result_document(engine, int(error ? error->code() : ExitCode::kComputationFailed), problem.what()));
      commands.json_printed = json;
      throw;
    }
  }
  if (any_check_failed(checks_of(engine))) code = ExitCode::kCheckFailed;
  std::cout << (json ? canonical_text(result_document(engine, int(code), "")) : result_text(engine));
  return code;
}

void add_case_options(CLI::App& command, RunOptions& options, CommonOptions& common, bool& json) {
  command.add_option("CASE", options.case_path, "Case file, or folder that holds case.json")->required();
  command.add_option("-o,--out", options.out, "Results folder; results/ beside the case file when absent");
  command.add_option("--data", options.data, "Folder of the scans that ct.path is relative to")->envname("SPONGIOSA_DATA");
  command.add_option("--set", options.assignments, "path=value: a value of the case for this run; may be repeated")
      ->allow_extra_args(false);
  command.add_flag("--force", options.selection.force,
                   "Run again what is up to date; replace the results of another case");
  command.add_flag("--dry-run", options.dry_run, "Say which stages would run, why, and how large they are; write nothing");
  command.add_flag("--json", json, "One JSON document on stdout, all else on stderr");
  add_common_options(command, common);
}

}  // namespace

void add_run(Commands& commands) {
  {
    auto options = std::make_shared<RunOptions>();
    CLI::App* command = commands.app.add_subcommand("run", "Bring all stages of a case up to date");
    add_case_options(*command, *options, commands.common, commands.json);
    command->add_option("--from", options->selection.from, "Run this stage and all after it again");
    command->add_option("--to", options->selection.to, "Stop after this stage");
    command->add_option("--only", options->selection.only, "This stage alone");
    command->footer("Example: spongiosa run examples/phantom-c5 --out results --set solve.cell_mm=1.0");
    command->callback([options, &commands] {
      commands.action = [options, &commands] { return run_case(*options, commands); };
    });
  }
  for (const workflow::StageVerb& stage : workflow::stage_verbs()) {
    auto options = std::make_shared<RunOptions>();
    options->selection.to = stage.verb;
    CLI::App* command =
        commands.app.add_subcommand(stage.verb, std::string(stage.title) + ": bring this stage up to date, with what it needs")->group("Stages");
    add_case_options(*command, *options, commands.common, commands.json);
    command->footer(std::string("Same as 'spongiosa run CASE --to ") + stage.verb + "'.");
    command->callback([options, &commands] {
      commands.action = [options, &commands] { return run_case(*options, commands); };
    });
  }
}

}  // namespace spongiosa::cli
