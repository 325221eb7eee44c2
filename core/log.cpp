#include "core/log.h"

#include <atomic>
#include <cstdio>

namespace spongiosa {

namespace {
std::atomic<LogLevel> current_level{LogLevel::kInfo};
}

void set_log_level(LogLevel level) { current_level = level; }
LogLevel log_level() { return current_level; }

void log_message(LogLevel level, const std::string& message) {
  if (level > current_level.load()) return;
  const char* prefix = level == LogLevel::kWarning ? "warning: " : "";
  std::fprintf(stderr, "%s%s\n", prefix, message.c_str());
}

}  // namespace spongiosa
