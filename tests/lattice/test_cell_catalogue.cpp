/// The list of cells is complete, makes sense, and is what measuring gives.

#include "lattice/cells/cell.h"
#include "tests/lattice/check_catalogue_row.h"

#include <iostream>

using namespace spongiosa::lattice;

TEST_CASE("every cell has its row, in order") {
  REQUIRE(cell_catalogue().size() == cell_names().size());
  for (std::size_t n = 0; n < cell_names().size(); ++n) CHECK(cell_catalogue()[n].name == cell_names()[n]);
  CHECK(find_catalogue_row("expression-sheet") == nullptr);
}

TEST_CASE("rows are consistent") {
  for (const CatalogueRow& row : cell_catalogue()) {
    INFO(row.name);
    const CellSizes& s = row.sizes;
    if (row.range) {
      CHECK(row.range->least < row.range->most);
      CHECK(row.density_fraction > row.range->least);
      CHECK(row.density_fraction < row.range->most);
      // What can be used hangs together and is open.
      CHECK(row.solid_networks >= 1);
      CHECK(s.throat_diameter > 0.0);
      CHECK(s.neck_diameter > 0.0);
    }
    // What travels fits everywhere, so nothing that fits somewhere is smaller: searches are within 1 %.
    CHECK(s.throat_diameter <= 1.01 * s.pore_diameter);
    CHECK(s.neck_diameter <= 1.01 * s.strut_diameter);
    CHECK(s.pore_thickness <= 1.02 * s.pore_diameter);
    CHECK(s.strut_thickness <= 1.02 * s.strut_diameter);
  }
}

TEST_CASE("rows are what measuring gives", "[slow]") {
  for (const char* name : {"gyroid-sheet", "primitive-network-minus", "octet", "hexagonal-honeycomb"}) check_catalogue_row(name);
}

/// Delete a row to have it measured again.
TEST_CASE("print the rows: for lattice/measure/cell_catalogue_rows.inc", "[.rows]") {
  for (const std::string& name : cell_names()) {
    const CatalogueRow* known = find_catalogue_row(name);
    std::cout << catalogue_text(known ? *known : measure_catalogue_row(name)) << std::flush;
  }
}
