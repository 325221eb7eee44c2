/// Porosity of finished parts of random shapes, cells and gradings: minutes.

#include "tests/lattice/part_draws.h"

using spongiosa::lattice::test::check_parts;

TEST_CASE("finished parts have the porosity asked for: twenty draws") { check_parts(1, 20); }

TEST_CASE("finished parts have the porosity asked for: sixty draws, and every window of a cell", "[.long]") {
  // Another seed every time; SPONGIOSA_SEED repeats one.
  const char* text = std::getenv("SPONGIOSA_SEED");
  check_parts(text ? std::uint32_t(std::strtoul(text, nullptr, 10)) : std::random_device()(), 60);
}
