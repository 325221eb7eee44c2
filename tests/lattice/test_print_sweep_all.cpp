#include "tests/lattice/print_sweep.h"

using namespace spongiosa::lattice;

TEST_CASE("meshes of 400 random lattices in random shapes are sound on the bytes of the file") { CHECK(sweep(1000, 400) >= 300); }
