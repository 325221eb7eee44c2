#include "tests/lattice/print_sweep.h"

using namespace spongiosa::lattice;

TEST_CASE("meshes of random lattices in random shapes are sound on the bytes of the file") { CHECK(sweep(1, 16) >= 12); }
