#pragma once
/// SHA-256, as lower-case hexadecimal.

#include <filesystem>
#include <string>
#include <string_view>

namespace spongiosa {

std::string sha256(std::string_view bytes);
/// Streams the file. @throws Error(kIo) when it cannot be read.
std::string sha256_file(const std::filesystem::path& file);

}  // namespace spongiosa
