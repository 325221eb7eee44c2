#pragma once
/// What a run found, for people and as the one JSON document of --json.

#include "workflow/engine.h"

#include <string>

namespace spongiosa::cli {

/// The checks of the stage `check`, when it or a later stage was selected and its result is up to date; an empty list otherwise.
Json checks_of(const workflow::Engine& engine);
bool any_check_failed(const Json& checks);

/// {format, version, program_version, case_id, out, stages, files, checks, exit_code, error}. No times: they are in timing.json.
Json result_document(const workflow::Engine& engine, int exit_code, const std::string& error);
Json plan_document(const workflow::Engine& engine, const std::vector<workflow::StageStatus>& plan);

/// Verdicts and files in a few lines.
std::string result_text(const workflow::Engine& engine);
std::string plan_text(const workflow::Engine& engine, const std::vector<workflow::StageStatus>& plan);

}  // namespace spongiosa::cli
