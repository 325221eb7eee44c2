#include "core/child_process.h"
#include "core/error.h"
#include "core/file.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>

using namespace spongiosa;

TEST_CASE("a child's output, exit code and signal") {
  const TemporaryFolder folder;
  const auto output = folder.path() / "out.txt";
  ChildEnd end = run_child({"sh", "-c", "echo \"$1\"; exit 7", "sh", "one word"}, output, [] {});
  CHECK(read_text_file(output) == "one word\n");
  CHECK((!end.signalled && end.code == 7));
  end = run_child({"sh", "-c", "kill -9 $$"}, output, [] {});
  CHECK((end.signalled && end.code == SIGKILL));
}

TEST_CASE("a child that cannot be started is named") {
  CHECK_THROWS_WITH(run_child({"no-such-program-anywhere"}, {}, [] {}), Catch::Contains("no-such-program-anywhere"));
}

TEST_CASE("a child is ended when the caller gives up") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(run_child({"sleep", "60"}, {}, [] { throw std::runtime_error("enough"); }), std::runtime_error);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
