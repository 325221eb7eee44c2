#include "fea/homogenize/stiffness_table.h"
#include "fea/material/material.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// A smooth made-up law: each constant with its own exponent.
Mat6 law(double rho) {
  Mat6 c = Mat6::Zero();
  c.topLeftCorner<3, 3>().setConstant(0.4 * std::pow(rho, 1.5));
  c.diagonal().head<3>().setConstant(1.1 * std::pow(rho, 1.7));
  c.diagonal().tail<3>().setConstant(0.35 * std::pow(rho, 1.9));
  return c;
}
StiffnessTable table(int count) {
  std::vector<StiffnessTable::Entry> entries;
  for (int i = 0; i < count; ++i) {
    const double rho = 0.1 + 0.4 * i / (count - 1);
    entries.push_back({rho, law(rho)});
  }
  return StiffnessTable("made-up", 0.3, 64, entries);
}
double error_at(const StiffnessTable& t, double rho) { return (t.relative_stiffness(rho) - law(rho)).norm() / law(rho).norm(); }

}  // namespace

TEST_CASE("a stiffness table is exact at its entries; between them its stated error holds and falls with their number") {
  double before = 1.0;
  for (const int count : {4, 8, 16}) {
    const StiffnessTable t = table(count);
    for (const auto& entry : t.entries()) CHECK(error_at(t, entry.solid_fraction) < 1e-14);
    double worst = 0.0;
    for (double rho = 0.1; rho <= 0.5; rho += 0.0013) worst = std::max(worst, error_at(t, rho));
    CHECK(worst <= t.interpolation_error());
    CHECK(worst < before / 4.0);  // third order or better: each doubling divides by eight or so
    before = worst;
  }
  CHECK(before < 1e-3);  // a per mille with 16 densities
}

TEST_CASE("nothing is extrapolated from a stiffness table") {
  const StiffnessTable t = table(5);
  CHECK_THAT(error_of([&] { t.relative_stiffness(0.09); }).second, Catch::Contains("outside"));
  CHECK(error_of([&] { t.relative_stiffness(0.51); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { t.relative_stiffness(std::nan("")); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { StiffnessTable("x", 0.3, 64, {{0.1, Mat6::Identity()}}); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { StiffnessTable("x", 0.3, 64, {{0.2, Mat6::Identity()}, {0.1, Mat6::Identity()}}); }).first == ExitCode::kBadInput);
}

TEST_CASE("a stiffness table survives JSON, and damage is named") {
  const StiffnessTable t = table(6);
  const StiffnessTable back = stiffness_table_from_json(Json::parse(canonical_text(to_json(t))));
  CHECK(back.cell() == "made-up");
  CHECK((back.relative_stiffness(0.33) - t.relative_stiffness(0.33)).norm() == 0.0);
  CHECK(back.interpolation_error() == t.interpolation_error());
  Json damaged = to_json(t);
  damaged["entries"][0].erase("relative_stiffness");
  CHECK_THAT(error_of([&] { stiffness_table_from_json(damaged); }).second, Catch::Contains("damaged"));
  CHECK(error_of([] { stiffness_table_from_json(Json{{"format", "other"}}); }).first == ExitCode::kBadInput);
}

TEST_CASE("power laws are found again") {
  std::vector<double> density, value;
  for (double rho = 0.1; rho < 0.6; rho += 0.1) {
    density.push_back(rho);
    value.push_back(0.9 * std::pow(rho, 2.13));
  }
  const PowerLaw law = fit_power_law(density, value);
  CHECK(law.coefficient == Approx(0.9));
  CHECK(law.exponent == Approx(2.13));
  CHECK(law.r_squared == Approx(1.0));
  CHECK(law.largest_deviation < 1e-12);
  value[2] *= 1.2;
  CHECK(fit_power_law(density, value).r_squared < 1.0);
  CHECK(error_of([&] { fit_power_law({0.1}, {1.0}); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { fit_power_law({0.1, 0.2}, {1.0, 0.0}); }).first == ExitCode::kBadInput);
}
