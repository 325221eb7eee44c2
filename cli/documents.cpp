/// documents: biomechanics report, credibility assessment and regulatory file of a solved case.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text = fmt::format("Case {}, profile {}\n", document.at("case_id").get<std::string>(), document.at("profile").get<std::string>());
  for (const Json& d : document.at("documents")) {
    text += fmt::format("  {}: {} sections complete, {} in part, {} without evidence\n", d.at("title").get<std::string>(), d.at("complete").get<int>(), d.at("partly").get<int>(),
                        d.at("missing").get<int>());
    for (const Json& section : d.at("sections"))
      for (const Json& gap : section.at("gaps"))
        text += fmt::format("    {} {}: {} (by: {})\n", section.at("number").get<int>(), section.at("title").get<std::string>(), gap.at("what").get<std::string>(), gap.at("who").get<std::string>());
  }
  return text + fmt::format("{} gaps\n", document.at("gaps").get<int>());
}

ExitCode documents(const workflow::DocumentsJob& job, Commands& commands) {
  apply(commands.common);
  const Json document = run_tool(commands, "documents", "Documents", [&](const Progress& progress, const auto&) { return workflow::make_documents(job, progress); }, text_of);
  return document.at("gaps").get<int>() == 0 ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_documents(Commands& commands) {
  auto job = std::make_shared<workflow::DocumentsJob>();
  auto starter = std::make_shared<bool>(false);
  auto no_pdf = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("documents", "Biomechanics report, credibility assessment and regulatory file of a solved case");
  command->add_option("RESULTS", job->sources.results, "Results folder of a case that has run to the end");
  command->add_option("-o,--out", job->out, "Folder for the documents; default: documents/ beside RESULTS");
  command->add_option("--profile", job->profile, "fda, mdr, nmpa or generic")->capture_default_str();
  command->add_option("--record", job->sources.record, "What people supply: a file begun with --starter");
  command->add_option("--validation", job->sources.validation, "validation.json of 'spongiosa validate'");
  command->add_option("--study", job->sources.study, "study.json of 'spongiosa study'");
  command->add_option("--data", job->sources.data, "Folder of the scans that ct.path is relative to")->envname("SPONGIOSA_DATA");
  command->add_flag("--starter", *starter, "Print an empty record to fill in, and stop");
  command->add_flag("--no-pdf", *no_pdf, "No PDF");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 while a section lacks evidence.\n"
                  "Examples:\n"
                  "  spongiosa documents --starter > record.json\n"
                  "  spongiosa documents results/phantom-c5 --record record.json --validation validation-report/validation.json --profile mdr");
  command->callback([job, starter, no_pdf, &commands] {
    commands.action = [job, starter, no_pdf, &commands] {
      if (*starter) {
        std::cout << canonical_text(workflow::empty_record());
        commands.json_printed = true;
        return ExitCode::kDone;
      }
      if (job->sources.results.empty()) fail_usage("documents needs a results folder (or --starter); see 'spongiosa documents --help'");
      job->pdf = !*no_pdf;
      if (job->out.empty()) job->out = (std::filesystem::absolute(job->sources.results) / "").parent_path().parent_path() / "documents";
      return documents(*job, commands);
    };
  });
}

}  // namespace spongiosa::cli
