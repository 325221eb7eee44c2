#pragma once
/// What the machine gives a stage: memory and an exclusive results folder.

#include <filesystem>

namespace spongiosa::workflow {

/// Memory that can still be used, bytes: MemAvailable of /proc/meminfo, less where a control group allows less.
double available_memory_bytes();

/// Highest resident memory of this process since reset(), MiB.
class PeakMemory {
 public:
  static void reset();
  static double mib();
};

inline constexpr const char* kFolderLock = ".lock";

/// Holds DIR/.lock for the life of the object. @throws Error(kIo) when another process holds it.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace spongiosa::workflow
