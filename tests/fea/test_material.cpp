#include "fea/loads/load_case.h"
#include "fea/material/material.h"
#include "tests/fea/models.h"

#include <Eigen/LU>
#include <catch2/catch.hpp>

#include <set>

using namespace spongiosa;
using namespace spongiosa::fea;

TEST_CASE("isotropic stiffness inverts to E, nu and G") {
  const Mat6 compliance = isotropic_stiffness(110000.0, 0.3).inverse();
  CHECK(compliance(0, 0) == Approx(1.0 / 110000.0));
  CHECK(compliance(0, 1) == Approx(-0.3 / 110000.0));
  CHECK(compliance(4, 4) == Approx(2.6 / 110000.0));
  CHECK(isotropic_stiffness(1.0, 0.3)(0, 0) == Approx(1.346154).epsilon(1e-6));
  CHECK(error_of([] { isotropic_stiffness(-1.0, 0.3); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { isotropic_stiffness(1.0, 0.5); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { isotropic_stiffness(std::nan(""), 0.3); }).first == ExitCode::kBadInput);
}

TEST_CASE("materials and laws are complete and their names differ") {
  std::set<std::string> names;
  for (const IsotropicMaterial& material : implant_materials()) {
    CHECK(names.insert(material.name).second);
    CHECK(material.yield_stress_mpa > 0.0);
    CHECK_FALSE(material.source.empty());
    CHECK_FALSE(material.yield_source.empty());
    CHECK_NOTHROW(isotropic_stiffness(material.youngs_modulus_mpa, material.poisson_ratio));
  }
  for (const BoneLaw& law : bone_laws()) {
    CHECK(names.insert(law.name).second);
    CHECK_FALSE(law.source.empty());
    CHECK(law.min_density_g_cm3 < law.max_density_g_cm3);
  }
  CHECK(implant_materials().front().status == Status::kVerified);
  CHECK(bone_laws().front().status == Status::kVerified);
}

TEST_CASE("bone laws give the published values") {
  // Computed by hand from the formulas of the papers, at an apparent density of 0.25 g/cm^3 (ash 0.15, QCT 0.08096).
  CHECK(find_bone_law("morgan-2003-vertebra").modulus_mpa(0.25) == Approx(544.1).epsilon(1e-3));
  CHECK(find_bone_law("keller-1994").modulus_mpa(0.25) == Approx(136.3).epsilon(1e-3));
  CHECK(find_bone_law("kopperdahl-2002-apparent").modulus_mpa(0.25) == Approx(445.0));
  CHECK(find_bone_law("kopperdahl-2002-qct").modulus_mpa(0.25) == Approx(226.8).epsilon(1e-3));
}

TEST_CASE("bone laws rise with density and are never negative") {
  for (const BoneLaw& law : bone_laws()) {
    INFO(law.name);
    double before = 0.0;
    for (double density = -0.1; density < 2.0; density += 0.01) {
      const double modulus = law.modulus_mpa(density);
      CHECK(modulus >= 0.0);
      // Keyak's published pieces do not meet exactly: 2 % of play at the joints.
      CHECK(modulus >= 0.98 * before);
      before = modulus;
    }
  }
}

TEST_CASE("unknown names are answered with the nearest known one") {
  const auto material = error_of([] { find_implant_material("ti-6al-4v-eli-pdf"); });
  CHECK(material.first == ExitCode::kBadInput);
  CHECK_THAT(material.second, Catch::Contains("ti-6al-4v-eli-pbf"));
  const auto law = error_of([] { find_bone_law("keler-1994"); });
  CHECK(law.first == ExitCode::kBadInput);
  CHECK_THAT(law.second, Catch::Contains("did you mean 'keller-1994'"));
}

TEST_CASE("seven load cases: preload down, one moment each, opposite pairs") {
  const std::vector<LoadCase> cases = seven_load_cases(73.6, 1.0);
  REQUIRE(cases.size() == 7);
  for (const LoadCase& load : cases) CHECK(load.force_n.isApprox(Vec3(0, 0, -73.6)));
  CHECK(cases[0].moment_nmm.isZero());
  CHECK(cases[1].name == "flexion");
  CHECK(cases[1].moment_nmm.isApprox(Vec3(1000, 0, 0)));
  CHECK(cases[3].name == "left-bending");
  CHECK(cases[3].moment_nmm.isApprox(Vec3(0, 1000, 0)));
  CHECK(cases[5].name == "left-torsion");
  CHECK(cases[5].moment_nmm.isApprox(Vec3(0, 0, 1000)));
  for (std::size_t pair = 1; pair < 7; pair += 2) CHECK(cases[pair].moment_nmm.isApprox(-cases[pair + 1].moment_nmm));
  CHECK(error_of([] { seven_load_cases(-1.0, 1.0); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { seven_load_cases(1.0, std::numeric_limits<double>::infinity()); }).first == ExitCode::kBadInput);
}
