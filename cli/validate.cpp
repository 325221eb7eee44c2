/// validate: everything compared with known results, as a report.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

/// In a build tree beside the program, installed below lib and share.
fs::path first_of(const std::vector<fs::path>& places) {
  std::error_code ignored;
  for (const fs::path& place : places)
    if (fs::is_directory(place, ignored)) return place;
  return places.front();
}

void find_places(workflow::ValidateJob& job) {
  std::error_code error;
  job.program = fs::read_symlink("/proc/self/exe", error);
  const fs::path folder = job.program.parent_path();
  job.programs = first_of({folder / "validation", folder / "../lib/spongiosa/validation"});
  job.examples = first_of({folder / "../examples", folder / "../share/spongiosa/examples"}).lexically_normal();
}

std::string text_of(const Json& document) {
  std::string text;
  for (const Json& problem : document.at("problems")) {
    text += fmt::format("  {:<8} {:<14} {:>3} passed, {:>2} failed, {:>3} near, {:>2} off", problem.at("state").get<std::string>(), problem.at("id").get<std::string>(),
                        problem.at("passed").get<int>(), problem.at("failed").get<int>(), problem.at("near").get<int>(), problem.at("off").get<int>());
    text += problem.at("reason").is_string() ? "  " + problem.at("reason").get<std::string>() + "\n" : "\n";
    for (const Json& row : problem.at("rows"))
      if (row.at("verdict") == "fail")
        text += fmt::format("           {}: {:.6g}, reference {:.6g} {}\n", row.at("quantity").get<std::string>(), row.at("value").get<double>(),
                            row.at("reference").get<double>(), row.at("unit").get<std::string>());
  }
  return text + fmt::format("{} passed, {} failed, {} not run\n", document.at("passed").get<int>(), document.at("failed").get<int>(), document.at("gaps").get<int>());
}

ExitCode list(const workflow::ValidateJob& job, Commands& commands) {
  const Json problems = workflow::list_validation(job.programs);
  if (commands.json) {
    std::fputs(canonical_text({{"problems", problems}}).c_str(), stdout);
    commands.json_printed = true;
    return ExitCode::kDone;
  }
  for (const Json& problem : problems)
    std::fputs(fmt::format("{:<14} {} (about {:g} min)\n", problem.at("id").get<std::string>(), problem.at("title").get<std::string>(), problem.at("minutes").get<double>()).c_str(),
               stdout);
  return ExitCode::kDone;
}

ExitCode validate(const workflow::ValidateJob& job, Commands& commands) {
  apply(commands.common);
  const Json document = run_tool(
      commands, "validate", "Validate", [&](const Progress& progress, const auto& announce) { return workflow::run_validation(job, announce, progress); }, text_of);
  return document.at("failed").get<int>() + document.at("gaps").get<int>() == 0 ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_validate(Commands& commands) {
  auto job = std::make_shared<workflow::ValidateJob>();
  auto list_only = std::make_shared<bool>(false);
  auto no_pdf = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("validate", "Compare the program with known results and write the validation report");
  command->add_option("PROBLEM", job->only, "These problems only; default: all");
  command->add_option("-o,--out", job->out, "Folder for validation.json, .html and .pdf; cases solved on the way are kept in it");
  command->add_option("--data", job->data, "Folder of the public data")->envname("SPONGIOSA_DATA");
  command->add_flag("--list", *list_only, "List the problems and stop");
  command->add_flag("--no-pdf", *no_pdf, "No PDF");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when a comparison is beyond its limit or a problem could not be run.\nExample: spongiosa validate --out validation-report");
  command->callback([job, list_only, no_pdf, &commands] {
    commands.action = [job, list_only, no_pdf, &commands] {
      find_places(*job);
      job->pdf = !*no_pdf;
      return *list_only ? list(*job, commands) : validate(*job, commands);
    };
  });
}

}  // namespace spongiosa::cli
