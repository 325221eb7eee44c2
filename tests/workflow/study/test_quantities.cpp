#include "core/error.h"
#include "workflow/study/quantities.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("quantities of interest are taken over the cases and parts they name") {
  const auto load_case = [](const char* name, double strut, double rim, double bone) {
    return Json{{"name", name},
                {"axial_stiffness_n_per_mm", 1000.0},
                {"top_rotation_deg", {0.3, 0.0, 0.4}},
                {"strain_energy_nmm", 2.5},
                {"strut_von_mises_p99_mpa", strut},
                {"parts", {{{"part", "implant-solid"}, {"von_mises_p99_mpa", rim}}, {{"part", "bone-cranial"}, {"von_mises_p99_mpa", bone}}}}};
  };
  Json solve = {{"cases", {load_case("compression", 10.0, 5.0, 1.0), load_case("flexion", 30.0, 4.0, 2.0)}}};
  const std::vector<double> values = quantity_values(solve);
  REQUIRE(values.size() == study_quantities().size());
  CHECK(values == std::vector<double>{1000.0, 0.5, 30.0, 5.0, 2.0, 2.5});
  solve["cases"].erase(1);
  CHECK_THROWS_WITH(quantity_values(solve), Catch::Contains("flexion"));
}
