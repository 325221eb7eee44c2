/// completion: a bash script made from the commands and the schema, so that it knows every option and every key.

#include "cli/cli.h"
#include "core/text.h"
#include "workflow/schema.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string bash_script(const CLI::App& app) {
  std::vector<std::string> verbs, keys;
  std::string options, choices;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    verbs.push_back(command->get_name());
    options += fmt::format("    {}) options=\"{}\" ;;\n", command->get_name(), join(option_names(*command), " "));
  }
  for (const workflow::Field& field : workflow::schema()) {
    keys.push_back(field.path + "=");
    std::vector<std::string> values = field.choices;
    if (field.type == workflow::FieldType::kBoolean) values = {"true", "false"};
    if (!values.empty()) choices += fmt::format("      {}) values=\"{}\" ;;\n", field.path, join(values, " "));
  }
  std::vector<std::string> stages;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_group() == "Stages") stages.push_back(command->get_name());
  return fmt::format(R"(# bash completion of spongiosa; use: source <(spongiosa completion bash)
_spongiosa() {{
  local line="${{COMP_LINE:0:COMP_POINT}}" word="${{COMP_WORDS[COMP_CWORD]}}" options="" values=""
  # '=' parts words in bash; what is completed is the text behind the last blank
  local whole="${{line##* }}" before="${{line% *}}"
  before="${{before##* }}"
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W "{} --help --version" -- "$word"))
    return
  fi
  case "$before" in
    --set)
      if [[ "$whole" == *=* ]]; then
        case "${{whole%%=*}}" in
{}        esac
        COMPREPLY=($(compgen -W "$values" -- "${{whole#*=}}"))
      else
        compopt -o nospace
        COMPREPLY=($(compgen -W "{}" -- "$whole"))
      fi
      return ;;
    --from|--to|--only) COMPREPLY=($(compgen -W "{}" -- "$word")); return ;;
    --progress) COMPREPLY=($(compgen -W "auto bar plain jsonl none" -- "$word")); return ;;
  esac
  case "${{COMP_WORDS[1]}}" in
{}  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}}
complete -o filenames -F _spongiosa spongiosa
)",
                     join(verbs, " "), choices, join(keys, " "), join(stages, " "), options);
}

}  // namespace

void add_completion(Commands& commands) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = commands.app.add_subcommand("completion", "Print the completion script of a shell");
  command->add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  command->footer("Example: source <(spongiosa completion bash)");
  command->callback([&commands] {
    commands.action = [&commands] {
      std::cout << bash_script(commands.app);
      return ExitCode::kDone;
    };
  });
}

}  // namespace spongiosa::cli
