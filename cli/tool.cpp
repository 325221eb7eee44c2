#include "cli/tool.h"

#include "cli/progress_display.h"
#include "core/log.h"
#include "core/processes.h"

#include <iostream>

namespace spongiosa::cli {

Json run_tool(Commands& commands, const std::string& id, const std::string& title, const ToolWork& work,
              const std::function<std::string(const Json&)>& text_of) {
  // Of several processes the first one speaks.
  const bool first = launched_rank() == 0;
  ProgressDisplay display(progress_mode(first ? commands.common.progress : "none", commands.common.quiet));
  display.stage_begins(id, title, "", 0, 0);
  const Progress progress([&](double fraction, const std::string& message) { display.update(id, fraction, message); });
  Json document = work(progress, [&](const std::string& line) {
    display.clear_bar();
    log_info("{}", line);
  });
  display.clear_bar();
  if (first) std::cout << (commands.json ? canonical_text(document) : text_of(document));
  commands.json_printed = commands.json;
  return document;
}

}  // namespace spongiosa::cli
