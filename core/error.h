#pragma once
/// Errors a user can cause or must be told of. Anything else is our own bug (see SPONGIOSA_ASSERT).

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace spongiosa {

/// Exit codes of every program; documented in docs/04-command-line.md.
enum class ExitCode {
  kDone = 0,
  kCheckFailed = 1,        ///< done, but a design check failed
  kUsage = 2,
  kBadInput = 3,
  kComputationFailed = 4,  ///< no convergence, mesh failure, does not fit into memory
  kIo = 5,
  kCancelled = 130,
};

/// A one-line sentence: what was wrong, where, what was expected, what to do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

template <class... Args>
[[noreturn]] void fail(ExitCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::kUsage, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_input(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::kBadInput, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_computation(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::kComputationFailed, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_io(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ExitCode::kIo, fmt::format(format, std::forward<Args>(args)...));
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace spongiosa

/// Our own bug: prints the place and aborts, in every build.
#define SPONGIOSA_ASSERT(condition) \
  ((condition) ? void(0) : ::spongiosa::assertion_failed(#condition, __FILE__, __LINE__))
