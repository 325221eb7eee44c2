#include "core/error.h"
#include "core/progress.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace spongiosa;

TEST_CASE("a part of a part reports within the whole, and fractions are clamped") {
  std::vector<double> seen;
  const Progress whole([&](double fraction, const std::string&) { seen.push_back(fraction); });
  const Progress inner = whole.part(0.5, 1.0).part(0.0, 0.5);
  for (const double fraction : {-1.0, 0.0, 0.5, 1.0, 2.0}) inner.report(fraction, "");
  REQUIRE(seen.size() == 5);
  CHECK(seen[0] == Approx(0.5));
  CHECK(seen[2] == Approx(0.625));
  CHECK(seen[4] == Approx(0.75));
}

TEST_CASE("a cancel is met at the next report, also without a listener") {
  reset_cancel();
  CHECK_NOTHROW(Progress().report(0.1, ""));
  request_cancel();
  try {
    Progress().report(0.2, "");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kCancelled);
  }
  reset_cancel();
}
