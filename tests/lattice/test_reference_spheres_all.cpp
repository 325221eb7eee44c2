/// The reference's whole table of largest spheres, on samples.

#include "tests/lattice/reference_spheres.h"

using namespace spongiosa::lattice::test;

TEST_CASE("largest spheres of all networks and sheets of the reference at 24 samples per cell") {
  for (const char* surface : {"gyroid", "diamond", "primitive", "i-wp", "f-rd", "neovius", "fischer-koch-s"})
    SECTION(surface) {
      for (const Sizes& row : kSizes) {
        if (std::string(row.surface) != surface) continue;
        compare_network(row);
        compare_sheet(row);
      }
    }
}
