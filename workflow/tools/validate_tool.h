#pragma once
/// Runs the comparisons with known results and writes the validation report: what `spongiosa validate` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct ValidateJob {
  std::filesystem::path programs;  ///< folder of the problems (NAME.json) and their programs (validate_NAME)
  std::filesystem::path program;   ///< spongiosa itself, for problems that need a solved case
  std::filesystem::path examples;  ///< folder of the example cases
  std::filesystem::path data;      ///< public data; may be empty: problems that need them are shown as not run
  std::filesystem::path out;       ///< folder for validation.json, .html, .pdf and the cases solved on the way; empty: no files
  std::vector<std::string> only;   ///< ids; empty: all
  bool pdf = true;
};

/// The problems of a folder, in the order of their ids: {id, title, compares, reference, acceptance, status, minutes, data, case, stage}.
/// @throws Error(kIo) when there are none
Json validation_problems(const std::filesystem::path& programs);

/// A problem without its data, or whose program fails, is a gap that the document shows; it never vanishes.
/// @return {format: "spongiosa-validation", version, program_version, problems: [{...of the problem, state: "passed" | "failed" | "not run" | "broken",
///   reason, rows, remarks, passed, failed, near, off, least_margin}], passed, failed, gaps, unhashed: {wall_s by id}}
/// @throws Error(kUsage) for an unknown id, Error(kIo)
Json run_validate_job(const ValidateJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
