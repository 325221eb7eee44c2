#pragma once
/// Another program, run and waited for.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace spongiosa {

struct ChildEnd {
  bool signalled = false;
  int code = 0;  ///< exit code, or the number of the signal that ended it
};

/// Runs `command` (looked for in PATH when its first word has no '/'), with nothing on its stdin and its stdout in `output`, or on our stderr
/// when that is empty. `poll` is called several times a second; when it throws, the child is ended and the exception goes on.
/// @throws Error(kIo) when the program cannot be started.
ChildEnd run_child(const std::vector<std::string>& command, const std::filesystem::path& output, const std::function<void()>& poll);

}  // namespace spongiosa
