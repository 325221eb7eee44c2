/// Porosity of finished parts of random shapes, cells and gradings: a few; test_part_porosity_many has more.

#include "tests/lattice/part_draws.h"

TEST_CASE("finished parts have the porosity asked for, whatever shape, cell and grading are drawn") { spongiosa::lattice::test::check_parts(9, 2); }
