/// show: a case with its defaults.

#include "cli/cli.h"
#include "core/json.h"
#include "workflow/case.h"
#include "workflow/schema.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

struct ShowOptions {
  std::string case_path;
  std::vector<std::string> assignments;
  bool all = false, json = false;
};

std::string shown(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

ExitCode show_case(const ShowOptions& options) {
  const workflow::Case design = workflow::Case::load(options.case_path, options.assignments);
  if (options.json) {
    Json document = {{"case_id", design.id()}, {"file", design.file().string()}, {"given", design.given()}};
    document["case"] = design.document();
    std::cout << canonical_text(document);
    return ExitCode::kDone;
  }
  std::cout << "Case " << design.id() << " (" << design.file().string() << ")\n";
  std::string section;
  const bool phantom = design.at("ct.phantom.enabled").get<bool>();
  for (const workflow::Field& field : workflow::schema()) {
    const bool given = design.is_given(field.path);
    if (field.path == "format" || field.path == "version" || field.path == "case_id") continue;
    if (!options.all && !given && field.level == workflow::FieldLevel::kAdvanced) continue;
    if (!design.has(field.path) || (!phantom && !options.all && field.path.starts_with("ct.phantom"))) continue;
    const std::string name = field.path.substr(0, field.path.find('.'));
    if (name != section) std::cout << "\n";
    section = name;
    std::string value = shown(design.at(field.path));
    if (field.type == workflow::FieldType::kPointMap) {
      value.clear();
      for (const auto& [level, point] : design.at(field.path).items()) value += (value.empty() ? "" : "  ") + level + " " + point.dump();
    }
    std::cout << fmt::format("  {:<34} {}{}{}\n", field.path, value, field.unit.empty() ? "" : " " + field.unit,
                             given ? "" : "  (default)");
  }
  std::cout << "\nNext: spongiosa run " << options.case_path << " --dry-run\n";
  return ExitCode::kDone;
}

}  // namespace

void add_show(Commands& commands) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = commands.app.add_subcommand("show", "Show a case with its defaults");
  command->add_option("CASE", options->case_path, "Case file, or folder that holds case.json")->required();
  command->add_option("--set", options->assignments, "path=value, as for run")->allow_extra_args(false);
  command->add_flag("--all", options->all, "Advanced values too");
  command->add_flag("--json", options->json, "The whole case as one JSON document");
  command->footer("Example: spongiosa show examples/phantom-c5 --all");
  command->callback([options, &commands] { commands.action = [options] { return show_case(*options); }; });
}

}  // namespace spongiosa::cli
