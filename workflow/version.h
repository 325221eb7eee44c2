#pragma once
/// Version of the program, from CMakeLists.txt.

namespace spongiosa::workflow {

inline constexpr const char* kVersion = SPONGIOSA_VERSION;

}  // namespace spongiosa::workflow
