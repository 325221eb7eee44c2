#include "workflow/checks/check.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("verdict and margin of a lower limit") {
  CHECK(at_least("a", "A", 3.0, 1.5, "", "s").passed);
  CHECK(at_least("a", "A", 3.0, 1.5, "", "s").margin == Approx(1.0));
  CHECK(at_least("a", "A", 1.5, 1.5, "", "s").passed);
  CHECK_FALSE(at_least("a", "A", 1.4999, 1.5, "", "s").passed);
  CHECK(at_least("a", "A", 0.75, 1.5, "", "s").margin == Approx(-0.5));
}

TEST_CASE("verdict and margin of an upper limit") {
  CHECK(at_most("a", "A", 0.5, 1.0, "mm", "s").passed);
  CHECK(at_most("a", "A", 0.5, 1.0, "mm", "s").margin == Approx(0.5));
  CHECK_FALSE(at_most("a", "A", 1.1, 1.0, "mm", "s").passed);
  CHECK(at_most("a", "A", 1.1, 1.0, "mm", "s").margin == Approx(-0.1));
}

TEST_CASE("a range is judged by its nearer end") {
  CHECK(within("a", "A", 0.7, 0.695, 0.705, "", "s").margin == Approx(1.0));
  CHECK(within("a", "A", 0.704, 0.695, 0.705, "", "s").margin == Approx(0.2));
  CHECK_FALSE(within("a", "A", 0.706, 0.695, 0.705, "", "s").passed);
  CHECK(within("a", "A", 0.706, 0.695, 0.705, "", "s").margin < 0.0);
}

TEST_CASE("a value that is not a number never passes") {
  CHECK_FALSE(at_least("a", "A", std::nan(""), 1.5, "", "s").passed);
  CHECK_FALSE(at_most("a", "A", std::nan(""), 1.5, "", "s").passed);
  CHECK_FALSE(within("a", "A", std::nan(""), 0.0, 1.0, "", "s").passed);
}

TEST_CASE("a check says value, limit, unit, verdict, margin and source") {
  const Json json = to_json(at_most("fit.gap", "Gap", 0.4, 1.0, "mm", "policy"));
  for (const char* key : {"id", "title", "value", "comparison", "limit", "unit", "verdict", "margin", "source"}) CHECK(json.contains(key));
  CHECK(json.at("verdict") == "pass");
}
