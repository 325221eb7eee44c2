#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

using namespace spongiosa;

TEST_CASE("JSON keeps its order, takes comments, and is written the same way each time") {
  const TemporaryFolder folder;
  write_text_file(folder.path() / "in.json", "// a comment\n{\"z\": 0.1, /* why */ \"a\": [1, 2]}");
  const Json document = read_json(folder.path() / "in.json");
  CHECK(canonical_text(document) == "{\n  \"z\": 0.1,\n  \"a\": [\n    1,\n    2\n  ]\n}\n");
  write_json(folder.path() / "out.json", document);
  CHECK(canonical_text(read_json(folder.path() / "out.json")) == canonical_text(document));
}

TEST_CASE("text that is not JSON is told with line and column") {
  const TemporaryFolder folder;
  write_text_file(folder.path() / "bad.json", "{\n  \"a\": 1,\n  \"b\": ]\n}");
  try {
    read_json(folder.path() / "bad.json");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    CHECK_THAT(error.what(), Catch::Contains("line 3") && Catch::Contains("column 8"));
  }
}
