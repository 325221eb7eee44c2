#pragma once
/// DIR/record.json: the hash of every file in a results folder that no manifest lists, so that a byte changed anywhere shows.

#include "workflow/stage.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

inline constexpr const char* kCaseAsRun = "case-as-run.json";
inline constexpr const char* kRunRecord = "record.json";

/// After a run: case-as-run.json, and of every stage that has run its manifest, its timing and what else it left in its folder. Unlike manifests it is not the same on every machine.
/// @throws Error(kIo)
void write_run_record(const std::vector<Stage>& stages, const std::string& case_id, const std::filesystem::path& out);

}  // namespace spongiosa::workflow
