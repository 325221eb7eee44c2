/// All rows of the list of cells are what measuring gives: minutes. One case for each family.

#include "lattice/cells/cell.h"
#include "tests/lattice/check_catalogue_row.h"

using namespace spongiosa::lattice;

namespace {

void check_family(const std::string& family) {
  int rows = 0;
  for (const std::string& name : cell_names()) {
    if (cell_family(name) != family) continue;
    check_catalogue_row(name);
    ++rows;
  }
  CHECK(rows > 0);
}

}  // namespace

TEST_CASE("rows of nodal surfaces are what measuring gives") { check_family("tpms"); }
TEST_CASE("rows of strut cells are what measuring gives") { check_family("strut"); }
TEST_CASE("rows of plate cells are what measuring gives") { check_family("plate"); }
TEST_CASE("rows of honeycombs are what measuring gives") { check_family("honeycomb"); }
TEST_CASE("rows of stochastic cells are what measuring gives") { check_family("stochastic"); }
