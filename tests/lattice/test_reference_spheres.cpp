/// Some rows of the reference's table of largest spheres, on samples; test_reference_spheres_all has the rest.

#include "tests/lattice/reference_spheres.h"

using namespace spongiosa::lattice::test;

TEST_CASE("largest spheres of networks and of sheets under two samples thick at 24 samples per cell") {
  compare_network(kSizes[1]);  // gyroid of 30 %
  compare_sheet(kSizes[0]);    // gyroid of 20 %, 1.7 samples
  compare_sheet(kSizes[4]);    // diamond of 20 %, 1.3 samples
}

TEST_CASE("largest spheres of a sheet that bends within a few samples") {
  compare_sheet(kSizes[16]);  // F-RD of 20 %
}
