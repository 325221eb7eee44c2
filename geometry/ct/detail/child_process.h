#pragma once
/// Work on files that a library may not survive: done in a child process, so that its death becomes an error message.
///
/// Debian builds GDCM with its assertions on: a damaged header ends the process, and no exception tells of it.

#include "core/progress.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace spongiosa::geometry::detail {

/// The child's line to its parent.
class ChildReport {
 public:
  explicit ChildReport(int descriptor) : descriptor_(descriptor) {}
  /// The file that is looked at from now on; named when the child dies over it.
  void at_file(const std::filesystem::path& file) const;
  /// fraction in [0,1]
  void progress(double fraction, const std::string& message) const;

 private:
  friend class Child;
  void send(char kind, const std::string& text) const;
  int descriptor_;
};

/// Runs `work` in a fork of this process. Memory that is to come back must be mapped shared before.
/// The child has one thread: `work` must not use TBB. It may take `memory_bytes` on top of what this process has.
/// @throws Error: what `work` threw; kBadInput naming the file when the child died or hung over it; kCancelled
void run_in_child(const std::function<void(const ChildReport&)>& work, std::uint64_t memory_bytes, const Progress& progress);

/// Shared between this process and its children; all zero. @throws Error(kComputationFailed) when there is no room for it.
class SharedMemory {
 public:
  explicit SharedMemory(std::uint64_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  std::uint64_t bytes_;
};

}  // namespace spongiosa::geometry::detail
