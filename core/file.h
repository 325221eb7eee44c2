#pragma once
/// Files that are either whole or not there: written aside, then renamed.

#include <filesystem>
#include <fstream>
#include <string>

namespace spongiosa {

/// Writes to `target` + ".part" and renames in commit(); without commit the target stays as it was.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ofstream& stream() { return stream_; }
  /// For writers that open the file themselves.
  const std::filesystem::path& part_path() const { return part_; }
  /// @throws Error(kIo) when anything was not written (disk full, no permission).
  void commit();

 private:
  std::filesystem::path target_, part_;
  std::ofstream stream_;
  bool committed_ = false;
};

std::string read_text_file(const std::filesystem::path& file);
void write_text_file(const std::filesystem::path& file, const std::string& text);
/// Creates the folder and proves that a file can be made in it. @throws Error(kIo)
void make_writable_folder(const std::filesystem::path& folder);

}  // namespace spongiosa
