#include "core/date.h"

#include <catch2/catch.hpp>

using namespace spongiosa;

TEST_CASE("days are read as year-month-day and as nothing else") {
  using namespace std::chrono;
  CHECK(day_from_text("2024-02-29") == sys_days(2024y / February / 29));
  CHECK((*day_from_text("2024-03-01") - *day_from_text("2024-02-28")).count() == 2);
  for (const char* none : {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "20240101", "2024/01/01", "2024-01-0x", "2024-01-011", "-024-01-01"}) {
    INFO(none);
    CHECK_FALSE(day_from_text(none).has_value());
  }
}
