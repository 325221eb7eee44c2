/// study: element sizes, solver tolerance and sensitivities of a solved case.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text = fmt::format("Case {}, level {}\n", document.at("case_id").get<std::string>(), document.at("level").get<std::string>());
  for (const Json& q : document.at("quantities")) {
    text += fmt::format("  {}  {:<54}", q.at("verdict") == "pass" ? "pass" : "FAIL", q.at("label").get<std::string>());
    for (const Json& m : q.at("meshes")) text += fmt::format(" {:10.4g}", m.at("value").get<double>());
    text += fmt::format(" {}; index {:.2g} %, case to finest {:.2g} %\n", q.at("unit").get<std::string>(), 100.0 * q.at("gci_fraction").get<double>(),
                        100.0 * q.at("change_to_finest_fraction").get<double>());
  }
  for (const Json& s : document.at("sensitivities")) {
    text += fmt::format("  {:<42}", s.at("label").get<std::string>());
    for (const Json& change : s.at("changes_fraction")) text += fmt::format(" {:+7.2f} %", 100.0 * change.get<double>());
    text += "\n";
  }
  return text;
}

ExitCode study(const workflow::StudyJob& job, Commands& commands) {
  apply(commands.common);
  const Json document =
      run_tool(commands, "study", "Study", [&](const Progress& progress, const auto& announce) { return workflow::run_study(job, announce, progress); }, text_of);
  for (const Json& q : document.at("quantities"))
    if (q.at("verdict") == "fail") return ExitCode::kCheckFailed;
  return ExitCode::kDone;
}

}  // namespace

void add_study(Commands& commands) {
  auto job = std::make_shared<workflow::StudyJob>();
  auto no_pdf = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("study", "Convergence and sensitivity study of a solved case");
  command->add_option("CASE", job->design, "Case file, or folder that holds case.json")->required();
  command->add_option("--results", job->results, "Its results folder; results/ beside the case file when absent");
  command->add_option("--data", job->data, "Folder of the scans that ct.path is relative to")->envname("SPONGIOSA_DATA");
  command->add_option("--level", job->level, "quick: three element sizes; standard: also tolerance, bone density, preload; full: also porosity, cell, planes")->capture_default_str();
  command->add_option("-o,--out", job->out, "Folder for study.json, .html and .pdf; study/ beside the results when absent");
  command->add_flag("--no-pdf", *no_pdf, "No PDF");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when a quantity changes by more than 5 % from the case's elements to the finest.\nExample: spongiosa study examples/phantom-c5 --results results/phantom-c5");
  command->callback([job, no_pdf, &commands] {
    commands.action = [job, no_pdf, &commands] {
      std::error_code error;
      job->program = fs::read_symlink("/proc/self/exe", error);
      job->pdf = !*no_pdf;
      return study(*job, commands);
    };
  });
}

}  // namespace spongiosa::cli
