#include "core/file.h"

#include "core/error.h"

#include <sstream>

namespace fs = std::filesystem;

namespace spongiosa {

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)), part_(target_) {
  part_ += ".part";
  std::error_code ignored;
  if (target_.has_parent_path()) fs::create_directories(target_.parent_path(), ignored);
  stream_.open(part_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail_io("cannot write '{}': check that the folder exists and is writable", part_.string());
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  stream_.close();
  std::error_code ignored;
  fs::remove(part_, ignored);
}

void AtomicFile::commit() {
  stream_.close();
  if (stream_.fail()) fail_io("writing '{}' failed: is the disk full?", part_.string());
  std::error_code error;
  fs::rename(part_, target_, error);
  if (error) fail_io("cannot rename '{}' to '{}': {}", part_.string(), target_.string(), error.message());
  committed_ = true;
}

std::string read_text_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail_io("cannot read '{}'", file.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_text_file(const fs::path& file, const std::string& text) {
  AtomicFile out(file);
  out.stream() << text;
  out.commit();
}

void make_writable_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path probe = folder / ".spongiosa-write-test";
  if (!error) {
    std::ofstream stream(probe);
    if (stream) {
      stream.close();
      fs::remove(probe, error);
      return;
    }
  }
  fail_io("cannot write into the folder '{}'{}: choose another with --out", folder.string(),
          error ? " (" + error.message() + ")" : std::string());
}

}  // namespace spongiosa
