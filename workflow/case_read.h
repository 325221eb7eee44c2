#pragma once
/// Reads the text of a case file; every error names the key it is at.

#include "core/json.h"

#include <filesystem>

namespace spongiosa::workflow {

/// JSON with // and /* */ comments. @throws Error(kBadInput) for text that is not JSON (line, column, key), a number that is
/// not finite (NaN, Infinity, 1e999; key and line), a key that stands twice; Error(kIo) when the file cannot be read.
Json read_case_file(const std::filesystem::path& file);

}  // namespace spongiosa::workflow
