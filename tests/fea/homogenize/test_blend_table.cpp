#include "fea/homogenize/blend_table.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// A smooth made-up law over both.
Mat6 law(double weight, double rho) {
  Mat6 c = Mat6::Zero();
  c.topLeftCorner<3, 3>().setConstant(0.4 * std::pow(rho, 1.5 + 0.2 * weight));
  c.diagonal().head<3>().setConstant((1.1 - 0.3 * std::sin(weight)) * std::pow(rho, 1.7 + 0.3 * weight));
  c.diagonal().tail<3>().setConstant((0.35 + 0.2 * weight * weight) * std::pow(rho, 1.9));
  return c;
}
BlendTable table(int weights, int densities) {
  std::vector<BlendTable::Column> columns;
  for (int w = 0; w < weights; ++w) {
    std::vector<StiffnessTable::Entry> entries;
    const double weight = double(w) / (weights - 1);
    for (int d = 0; d < densities; ++d) {
      const double rho = 0.1 + 0.4 * d / (densities - 1);
      entries.push_back({rho, law(weight, rho)});
    }
    columns.push_back({weight, StiffnessTable("made-up", 0.3, 64, entries)});
  }
  return BlendTable(std::move(columns));
}

}  // namespace

TEST_CASE("a table over blends is exact at its values; between them its stated errors hold and fall with their number") {
  double before = 1.0;
  for (const int count : {4, 8, 16}) {
    const BlendTable t = table(count, count);
    for (const BlendTable::Column& column : t.columns())
      for (const auto& entry : column.densities.entries())
        CHECK((t.relative_stiffness(column.weight, entry.solid_fraction) - entry.relative_stiffness).norm() < 1e-14);
    double worst = 0.0;
    for (double weight = 0.0; weight <= 1.0; weight += 0.037)
      for (double rho = 0.1; rho <= 0.5; rho += 0.013)
        worst = std::max(worst, (t.relative_stiffness(weight, rho) - law(weight, rho)).norm() / law(weight, rho).norm());
    CHECK(worst <= t.density_error() + t.weight_error());
    CHECK(worst < before / 4.0);
    before = worst;
  }
}

TEST_CASE("a table over blends does not extrapolate, and refuses columns that do not go together") {
  const BlendTable t = table(4, 4);
  CHECK_THAT(error_of([&] { t.relative_stiffness(1.01, 0.3); }).second, Catch::Contains("outside"));
  CHECK(error_of([&] { t.relative_stiffness(0.5, 0.51); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { t.relative_stiffness(std::nan(""), 0.3); }).first == ExitCode::kBadInput);
  const StiffnessTable one = t.columns()[0].densities;
  CHECK(error_of([&] { BlendTable({{0.0, one}}); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { BlendTable({{0.5, one}, {0.5, one}}); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { BlendTable({{0.0, one}, {1.0, StiffnessTable("x", 0.2, 64, one.entries())}}); }).first == ExitCode::kBadInput);
  CHECK(table(3, 4).weight_error() == 1.0);
}

TEST_CASE("a table over blends survives JSON, and damage is named") {
  const BlendTable t = table(4, 5);
  const BlendTable back = blend_table_from_json(Json::parse(canonical_text(to_json(t))));
  CHECK((back.relative_stiffness(0.4, 0.33) - t.relative_stiffness(0.4, 0.33)).norm() == 0.0);
  CHECK(back.weight_error() == t.weight_error());
  Json damaged = to_json(t);
  damaged["columns"][0].erase("weight");
  CHECK_THAT(error_of([&] { blend_table_from_json(damaged); }).second, Catch::Contains("damaged"));
}
