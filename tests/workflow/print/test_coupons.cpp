#include "core/error.h"
#include "workflow/case_lattice.h"
#include "workflow/print/coupons.h"

#include <catch2/catch.hpp>

#include <numbers>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

CouponLattice octet() {
  return {lattice_section({{"cell", "octet"}, {"node_fillet_fraction", 0.1}, {"porosity_fraction", 0.6}, {"strut_size_mm", 0.4}}, "test"), 1.7, 0.612, 0.05};
}

}  // namespace

TEST_CASE("coupons have the part's cell, size and porosity, and the proportions that are asked for") {
  const MachineProfile profile = load_machine_profile("laser-ti64");
  for (const char* name : {"compression", "tension", "shear"}) {
    const Coupon c = make_coupon(coupon_kind(name), octet(), profile, 10);
    CAPTURE(name);
    CHECK(c.name == name);
    CHECK(c.lattice.at("cell") == "octet");
    CHECK(c.lattice.at("node_fillet_fraction") == 0.1);
    CHECK(c.lattice.at("cell_size_mm") == 1.7);
    CHECK(c.lattice.at("porosity_fraction") == 0.612);
    CHECK(c.lattice.at("strut_size_mm").is_null());
    CHECK(c.lattice.at("voxel_mm") == 0.05);
    CHECK(c.lattice.at("zones").size() == (c.name == "compression" ? 0 : 1));
    // The lattice ends where plates or grips begin.
    const double end = 0.5 * c.lattice_height_mm;
    CHECK(c.distance_to_lattice_mm({0.0, 0.0, end + 0.1}) == Approx(0.1));
    CHECK(c.distance_to_lattice_mm({0.0, 0.0, end - 0.1}) == Approx(-0.1));
    CHECK(c.distance_to_lattice_mm({0.5 * c.size_mm[0] + 0.1, 0.0, 0.0}) == Approx(0.1));
    CHECK(c.size_mm.minCoeff() > 0.0);
  }
  const Coupon press = make_coupon(CouponKind::kCompression, octet(), profile, 12);
  CHECK(press.size_mm[0] == Approx(12 * 1.7));
  CHECK(press.size_mm[2] / press.size_mm[0] == Approx(1.5));
  CHECK(press.section_mm2 == Approx(0.25 * std::numbers::pi * 20.4 * 20.4));
  CHECK(press.lattice_height_mm == press.size_mm[2]);
  const Coupon pull = make_coupon(CouponKind::kTension, octet(), profile, 10);
  CHECK(pull.lattice_height_mm == Approx(34.0));
  CHECK(pull.size_mm[2] == Approx(85.0));
  const Coupon shear = make_coupon(CouponKind::kShear, octet(), profile, 10);
  CHECK(shear.size_mm[2] - shear.lattice_height_mm == Approx(4.0));
  CHECK(shear.section_mm2 == Approx(34.0 * 17.0));
}

TEST_CASE("coupons refuse what they cannot be") {
  const MachineProfile profile = load_machine_profile("laser-ti64");
  CHECK_THROWS_WITH(coupon_kind("bending"), Catch::Contains("compression, tension or shear"));
  CHECK_THROWS_WITH(make_coupon(CouponKind::kShear, octet(), profile, 9), Catch::Contains("10 to 40"));
}

TEST_CASE("what coupons do not have of the part's lattice is said") {
  CHECK(left_out_of_coupons(octet().keys).empty());
  const Json graded = lattice_section({{"porosity_expression", "0.7 + 0.01 * z"}, {"cell_size_mm", 2.0}, {"frame", "cylindrical"}}, "test");
  const std::vector<std::string> sentences = left_out_of_coupons(graded);
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].find("graded") != std::string::npos);
  CHECK(sentences[1].find("cylindrical") != std::string::npos);
}
