#pragma once
/// JSON read with comments allowed, written in one canonical way so that a hash of it is stable.

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace spongiosa {

/// Keeps the order in which keys were written.
using Json = nlohmann::ordered_json;

/// @throws Error(kBadInput) with line and column when the text is not JSON; Error(kIo) when it cannot be read.
Json read_json(const std::filesystem::path& file);
/// Two-space indentation, '\n', shortest round-trip numbers; atomic. A NaN or infinity is a bug of ours and asserts.
void write_json(const std::filesystem::path& file, const Json& document);
std::string canonical_text(const Json& document);

}  // namespace spongiosa
