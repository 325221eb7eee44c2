/// Densities and areas against values that another program computed.

#include "lattice/cells/cell.h"
#include "lattice/cells/distribution.h"
#include "lattice/grading/calibrate.h"
#include "tests/lattice/reference_values.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;

namespace {

/// The larger of 0.02 percentage points and what the table's 2e-4 of the level allows.
double allowed(const Cell& cell, double level) {
  const double here = density_at_level(cell, level);
  return std::max({2e-4, std::abs(density_at_level(cell, level + 2e-4) - here), std::abs(density_at_level(cell, level - 2e-4) - here)});
}

bool is_corrected(const std::string& cell, double level) {
  return std::any_of(std::begin(kCorrected), std::end(kCorrected), [&](const Corrected& row) { return cell == row.cell && level == row.level; });
}

void check_levels(const Thresholds& row, const char* phase, const std::array<double, 11>& densities) {
  const CellPtr cell = find_cell(std::string(row.surface) + phase);
  for (std::size_t n = 0; n < densities.size(); ++n) {
    INFO(cell->name() << " at density " << densities[n]);
    if (is_corrected(cell->name(), row.level[n])) continue;
    CHECK(std::abs(density_at_level(*cell, row.level[n]) - densities[n]) <= allowed(*cell, row.level[n]));
  }
}

}  // namespace

TEST_CASE("densities of networks at the reference thresholds") {
  for (const Thresholds& row : kNetworkLevels) check_levels(row, "-network-minus", kNetworkDensities);
}
TEST_CASE("densities of sheets at the reference thresholds") {
  for (const Thresholds& row : kSheetLevels) check_levels(row, "-sheet", kSheetDensities);
}
TEST_CASE("shares below thresholds") {
  for (const Spot& spot : kSpots) {
    INFO(spot.surface << " " << spot.t);
    if (is_corrected(std::string(spot.surface) + "-network-minus", spot.t)) continue;
    // Twice the uncertainty of one: both integrations have theirs.
    CHECK(std::abs(density_at_level(*find_cell(std::string(spot.surface) + "-network-minus"), spot.t) - spot.share) <= 1e-4);
  }
}
TEST_CASE("rows that the reference has wrong") {
  for (const Corrected& row : kCorrected) CHECK(std::abs(density_at_level(*find_cell(row.cell), row.level) - row.density) <= 1.5e-4);
}
TEST_CASE("areas of f = 0", "[slow]") {
  for (const Area& row : kAreas) {
    INFO(row.surface);
    CHECK(distribution_of(*find_cell(std::string(row.surface) + "-network-minus"))->area(0.0) == Approx(row.area).epsilon(2e-3));
  }
}
