#pragma once
/// Small text helpers shared by error messages.

#include <string>
#include <vector>

namespace spongiosa {

/// The known name with the smallest edit distance to `name`; empty when nothing is spelt like it (a third of the letters may differ).
std::string nearest_name(const std::string& name, const std::vector<std::string>& known);
std::string join(const std::vector<std::string>& items, const std::string& separator);
/// "1.5 GiB", "12 MiB", "340 B"
std::string human_bytes(double bytes);
/// "12 s", "3 min 05 s"
std::string human_seconds(double seconds);

}  // namespace spongiosa
