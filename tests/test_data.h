#pragma once
/// Real scans for tests: the folder named by SPONGIOSA_DATA, which ./test sets where it finds one.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace spongiosa {

/// Empty when there is no data: the test must then say SKIPPED and return.
inline std::filesystem::path test_data(const std::string& relative) {
  const char* root = std::getenv("SPONGIOSA_DATA");
  if (root && std::filesystem::exists(std::filesystem::path(root) / relative)) return std::filesystem::path(root) / relative;
  std::cout << "SKIPPED: needs real data '" << relative << "' (set SPONGIOSA_DATA to the folder that holds it)\n";
  return {};
}

/// An empty folder that is removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "spongiosa-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace spongiosa
