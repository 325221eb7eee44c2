#pragma once
/// Case files for tests: a valid one, and variations of it.

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/test_data.h"
#include "workflow/case.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace spongiosa::workflow {

inline Json valid_case() {
  return Json::parse(R"({
    "format": "spongiosa-case", "version": 1, "case_id": "test-c5",
    "ct": {"path": "ct"},
    "anatomy": {"region": "cervical", "replace": "C5",
                "seeds_mm": {"C4": [0, 0, 20], "C5": [0, 0, 0], "C6": [0, 0, -20]}}
  })");
}

/// A folder with case.json.
class CaseFolder {
 public:
  explicit CaseFolder(const std::string& text) { write_text_file(file(), text); }
  explicit CaseFolder(const Json& document = valid_case()) : CaseFolder(document.dump(2)) {}
  std::filesystem::path path() const { return folder_.path(); }
  std::filesystem::path file() const { return folder_.path() / "case.json"; }
  Case load(const std::vector<std::string>& assignments = {}) const { return Case::load(path(), assignments); }

  /// The message with which loading fails; "" when it does not. One line, with the exit code of bad input.
  std::string refusal(const std::vector<std::string>& assignments = {}) const {
    try {
      load(assignments);
    } catch (const Error& error) {
      CHECK((error.code() == ExitCode::kBadInput || error.code() == ExitCode::kUsage));
      const std::string message = error.what();
      CHECK(message.find('\n') == std::string::npos);
      return message;
    }
    return "";
  }

 private:
  TemporaryFolder folder_;
};

/// The refusal of the valid case after `pointer` ("/lattice/cell") was given `value`.
inline std::string refusal_with(const std::string& pointer, const Json& value) {
  Json document = valid_case();
  document[Json::json_pointer(pointer)] = value;
  return CaseFolder(document).refusal();
}

}  // namespace spongiosa::workflow
