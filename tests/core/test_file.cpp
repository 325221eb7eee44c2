#include "core/error.h"
#include "core/file.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace spongiosa;

TEST_CASE("a file that is not committed leaves the old one as it was") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a" / "value.txt";
  write_text_file(file, "old");
  {
    AtomicFile half(file);
    half.stream() << "new, but the work fails here";
  }
  CHECK(read_text_file(file) == "old");
  CHECK_FALSE(fs::exists(fs::path(file) += ".part"));
  AtomicFile whole(file);
  whole.stream() << "new";
  whole.commit();
  CHECK(read_text_file(file) == "new");
  CHECK_FALSE(fs::exists(fs::path(file) += ".part"));
}

TEST_CASE("a folder below a regular file is refused with the file error code") {
  const TemporaryFolder folder;
  write_text_file(folder.path() / "file", "x");
  try {
    make_writable_folder(folder.path() / "file" / "results");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kIo);
    CHECK_THAT(error.what(), Catch::Contains("file/results"));
  }
  CHECK_THROWS_AS(read_text_file(folder.path() / "absent"), Error);
}
