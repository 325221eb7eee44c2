#pragma once
/// What the commands outside of cases share: progress on stderr, then one JSON document or text on stdout.

#include "cli/cli.h"
#include "core/json.h"
#include "core/progress.h"

#include <functional>
#include <string>

namespace spongiosa::cli {

/// `announce` puts a line of its own on stderr.
using ToolWork = std::function<Json(const Progress& progress, const std::function<void(const std::string& line)>& announce)>;

/// Runs the work under the command's progress display and prints its document, as JSON where --json asks for it.
/// @param id  of the command  @param title  in the progress display  @return the document
Json run_tool(Commands& commands, const std::string& id, const std::string& title, const ToolWork& work,
              const std::function<std::string(const Json&)>& text_of);

}  // namespace spongiosa::cli
