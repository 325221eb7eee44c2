/// verify: does every file of a results folder still follow from the images and the case?

#include "cli/tool.h"
#include "core/text.h"
#include "workflow/stage_module.h"
#include "workflow/verify.h"

#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

/// `place` itself, or the results beside the case that it names.
fs::path results_folder(const fs::path& place) {
  std::error_code ignored;
  if (fs::exists(place / "case-as-run.json", ignored)) return place;
  const fs::path beside = (fs::is_directory(place, ignored) ? place : place.parent_path()) / "results";
  return fs::is_directory(beside, ignored) ? beside : place;
}

std::string text_of(const Json& document) {
  std::string text = fmt::format("Case {}\n  images: {}\n", document.at("case_id").is_string() ? document.at("case_id").get<std::string>() : "(unknown)",
                                 document.at("images").at("statement").get<std::string>());
  for (const Json& input : document.at("other_inputs"))
    text += fmt::format("  {}: {}\n", input.at("stage").get<std::string>(), input.at("statement").get<std::string>());
  for (const Json& stage : document.at("stages")) {
    const Json& hash = stage.at("manifest_sha256");
    text += fmt::format("  {:<11} {:<8} {:>3} files, {:>9}  {}\n", stage.at("stage").get<std::string>(), stage.at("state").get<std::string>(),
                        stage.at("files").get<int>(), human_bytes(stage.at("bytes").get<double>()), hash.is_string() ? hash.get<std::string>() : "");
  }
  constexpr int kNamedUnlisted = 5;
  int unlisted = 0;
  for (const Json& finding : document.at("findings")) {
    if (finding.at("kind") == "unlisted" && ++unlisted > kNamedUnlisted) continue;
    text += fmt::format("  {}: {}: {}\n", finding.at("kind").get<std::string>(), finding.at("path").get<std::string>(), finding.at("what").get<std::string>());
    if (!finding.at("expected").is_null()) text += fmt::format("    expected {}\n", finding.at("expected").dump());
    if (!finding.at("found").is_null()) text += fmt::format("    found    {}\n", finding.at("found").dump());
  }
  if (unlisted > kNamedUnlisted) text += fmt::format("  unlisted: {} more (--json has all)\n", unlisted - kNamedUnlisted);
  return text + (document.at("intact").get<bool>() ? "Intact: every file is the one that the case and its images gave\n" : "BROKEN: do not rely on these files\n");
}

ExitCode verify(const fs::path& place, const fs::path& data, Commands& commands) {
  apply(commands.common);
  const fs::path folder = results_folder(place);
  const Json document = run_tool(
      commands, "verify", "Verify",
      [&](const Progress& progress, const auto&) { return workflow::verify_results(workflow::load_stages(), folder, data, progress); }, text_of);
  return document.at("intact").get<bool>() ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_verify(Commands& commands) {
  auto place = std::make_shared<fs::path>();
  auto data = std::make_shared<fs::path>();
  CLI::App* command = commands.app.add_subcommand("verify", "Is every file of a solved case the one that its images and parameters gave?");
  command->add_option("CASE", *place, "Results folder, or a case whose results lie beside it")->required();
  command->add_option("--data", *data, "Folder of the scans that ct.path is relative to")->envname("SPONGIOSA_DATA");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when a file was changed, is missing, or does not belong to the others.\nExample: spongiosa verify results/phantom-c5");
  command->callback([place, data, &commands] { commands.action = [place, data, &commands] { return verify(*place, *data, commands); }; });
}

}  // namespace spongiosa::cli
