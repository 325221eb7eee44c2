#include "core/text.h"

#include <catch2/catch.hpp>

using namespace spongiosa;

TEST_CASE("the nearest name is found, and none when nothing is near") {
  const std::vector<std::string> known = {"import", "segment", "shape", "report"};
  CHECK(nearest_name("imprt", known) == "import");
  CHECK(nearest_name("shpae", known) == "shape");
  CHECK(nearest_name("rnu", {"run", "new"}) == "run");
  CHECK(nearest_name("steel", {"peek", "cocrmo", "tantalum"}).empty());
  CHECK(nearest_name("completely-different", {"x"}).empty());
}

TEST_CASE("sizes and times for people") {
  CHECK(human_bytes(340) == "340 B");
  CHECK(human_bytes(1.5 * 1024 * 1024 * 1024) == "1.5 GiB");
  CHECK(human_seconds(12.2) == "12 s");
  CHECK(human_seconds(185.0) == "3 min 05 s");
}
