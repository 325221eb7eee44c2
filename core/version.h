#pragma once
/// Version of the program, from CMakeLists.txt.

namespace spongiosa {

inline constexpr const char* kVersion = SPONGIOSA_VERSION;

}  // namespace spongiosa
