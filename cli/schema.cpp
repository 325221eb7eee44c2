/// schema: the table of all case keys, for the reference page and for editors.

#include "cli/cli.h"
#include "core/json.h"
#include "workflow/schema.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

void add_schema(Commands& commands) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("schema", "Print the schema of the case file")->group("");
  command->add_flag("--markdown", *markdown, "The reference page docs/03-case-file.md");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "JSON Schema draft-07 (the default)");
  command->callback([markdown, json, &commands] {
    commands.action = [markdown] {
      std::cout << (*markdown ? workflow::schema_markdown() : canonical_text(workflow::schema_json()));
      return ExitCode::kDone;
    };
  });
}

}  // namespace spongiosa::cli
