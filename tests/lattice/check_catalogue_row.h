#pragma once
/// Compares a row of the list of cells with a fresh measurement.

#include "lattice/measure/cell_catalogue.h"

#include <catch2/catch.hpp>

inline void check_catalogue_row(const std::string& name) {
  using namespace spongiosa::lattice;
  INFO(name);
  const CatalogueRow* known = find_catalogue_row(name);
  REQUIRE(known);
  const CatalogueRow row = measure_catalogue_row(name);
  CHECK(row.range.has_value() == known->range.has_value());
  if (row.range && known->range) {
    CHECK(row.range->least == Approx(known->range->least).margin(1e-9));
    CHECK(row.range->most == Approx(known->range->most).margin(1e-9));
    CHECK(row.range->least_because == known->range->least_because);
    CHECK(row.range->most_because == known->range->most_because);
  }
  CHECK(row.solid_networks == known->solid_networks);
  CHECK(row.density_fraction == Approx(known->density_fraction).margin(1e-9));
  CHECK(row.level == Approx(known->level).epsilon(1e-5));
  const auto same = [](double a, double b) { CHECK(a == Approx(b).margin(2e-5)); };
  same(row.sizes.pore_diameter, known->sizes.pore_diameter);
  same(row.sizes.throat_diameter, known->sizes.throat_diameter);
  same(row.sizes.pore_thickness, known->sizes.pore_thickness);
  same(row.sizes.strut_diameter, known->sizes.strut_diameter);
  same(row.sizes.neck_diameter, known->sizes.neck_diameter);
  same(row.sizes.strut_thickness, known->sizes.strut_thickness);
  same(row.sizes.area_per_volume, known->sizes.area_per_volume);
}
