#include "workflow/engine_resources.h"

#include "core/error.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

namespace spongiosa::workflow {

namespace {

/// The number behind `name` in a file of "Name:   123 kB" lines; negative when it is not there.
double kilobytes(const char* file, const std::string& name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with(name)) return std::stod(line.substr(name.size()));
  return -1.0;
}

double number_in(const char* file, double otherwise) {
  std::ifstream stream(file);
  double number = 0.0;  // "max" does not parse
  return stream >> number ? number : otherwise;
}

}  // namespace

double available_memory_bytes() {
  const double machine = kilobytes("/proc/meminfo", "MemAvailable:");
  double bytes = machine < 0.0 ? std::numeric_limits<double>::max() : machine * 1024.0;
  const double group_limit = number_in("/sys/fs/cgroup/memory.max", -1.0);
  const double group_used = number_in("/sys/fs/cgroup/memory.current", 0.0);
  if (group_limit > 0.0) bytes = std::min(bytes, std::max(0.0, group_limit - group_used));
  return bytes;
}

void PeakMemory::reset() {
  malloc_trim(0);  // memory freed by the stage before must not count for this one
  std::ofstream("/proc/self/clear_refs") << 5;
}

double PeakMemory::mib() { return std::max(0.0, kilobytes("/proc/self/status", "VmHWM:")) / 1024.0; }

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kFolderLock;
  descriptor_ = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail_io("cannot write '{}': choose another results folder with --out", file.string());
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  close(descriptor_);
  fail_io("another run is working in '{}': wait for it, or choose another results folder with --out", folder.string());
}

FolderLock::~FolderLock() { close(descriptor_); }

}  // namespace spongiosa::workflow
