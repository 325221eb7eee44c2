#include "fea/homogenize/stiffness_table.h"

#include "core/error.h"
#include "fea/homogenize/cubic.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea {

namespace {

using Entries = std::vector<StiffnessTable::Entry>;

/// Each number divided by the solid fraction is what is interpolated.
Mat6 interpolate(const Entries& entries, double rho) {
  std::vector<double> fraction;
  std::vector<Mat6> per_fraction;
  for (const StiffnessTable::Entry& entry : entries) {
    fraction.push_back(entry.solid_fraction);
    per_fraction.push_back(entry.relative_stiffness / entry.solid_fraction);
  }
  return rho * cubic(fraction, per_fraction, rho);
}

}  // namespace

StiffnessTable::StiffnessTable(std::string cell, double poisson_ratio, int voxels, std::vector<Entry> entries)
    : cell_(std::move(cell)), poisson_ratio_(poisson_ratio), voxels_(voxels), entries_(std::move(entries)) {
  if (entries_.size() < 2) fail_input("the stiffness table of '{}' has {} densities; expected 2 or more", cell_, entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (!(entry.solid_fraction > 0.0 && entry.solid_fraction <= 1.0) || !entry.relative_stiffness.allFinite())
      fail_input("the stiffness table of '{}' has the solid fraction {} or a stiffness that is not a number in row {}", cell_,
                 entry.solid_fraction, i + 1);
    if (i > 0 && !(entry.solid_fraction > entries_[i - 1].solid_fraction))
      fail_input("the stiffness table of '{}' does not rise in solid fraction at row {}", cell_, i + 1);
  }
  if (entries_.size() < 4) return;
  interpolation_error_ = 0.0;
  for (std::size_t left_out = 1; left_out + 1 < entries_.size(); ++left_out) {
    Entries others = entries_;
    others.erase(others.begin() + std::ptrdiff_t(left_out));
    const Mat6 difference = interpolate(others, entries_[left_out].solid_fraction) - entries_[left_out].relative_stiffness;
    interpolation_error_ = std::max(interpolation_error_, difference.norm() / entries_[left_out].relative_stiffness.norm());
  }
}

Mat6 StiffnessTable::relative_stiffness(double solid_fraction) const {
  // A density read back from text may differ in its last digit.
  constexpr double kSlack = 1e-9;
  if (!(solid_fraction >= entries_.front().solid_fraction - kSlack && solid_fraction <= entries_.back().solid_fraction + kSlack))
    fail_input("the stiffness table of '{}' runs from a solid fraction of {:.4f} to {:.4f}; {:.4f} is outside. Make a table over a wider range",
               cell_, entries_.front().solid_fraction, entries_.back().solid_fraction, solid_fraction);
  return interpolate(entries_, solid_fraction);
}

Json to_json(const StiffnessTable& table) {
  Json document = {{"format", "spongiosa-stiffness-table"}, {"version", 1},
                   {"cell", table.cell()},                  {"poisson_ratio", table.poisson_ratio()},
                   {"voxels_per_edge", table.voxels()},     {"interpolation_error_fraction", table.interpolation_error()},
                   {"entries", Json::array()}};
  for (const StiffnessTable::Entry& entry : table.entries()) {
    Json matrix = Json::array();
    for (int i = 0; i < 6; ++i)
      for (int j = 0; j < 6; ++j) matrix.push_back(entry.relative_stiffness(i, j));
    document["entries"].push_back({{"solid_fraction", entry.solid_fraction}, {"relative_stiffness", matrix}});
  }
  return document;
}

StiffnessTable stiffness_table_from_json(const Json& document) {
  try {
    if (document.at("format") != "spongiosa-stiffness-table" || document.at("version") != 1) fail_input("this is not a stiffness table of version 1");
    Entries entries;
    for (const Json& row : document.at("entries")) {
      StiffnessTable::Entry entry;
      entry.solid_fraction = row.at("solid_fraction").get<double>();
      const Json& matrix = row.at("relative_stiffness");
      if (matrix.size() != 36) fail_input("a stiffness table holds {} numbers for one density; expected 36", matrix.size());
      for (std::size_t n = 0; n < 36; ++n) entry.relative_stiffness(Eigen::Index(n / 6), Eigen::Index(n % 6)) = matrix[n].get<double>();
      entries.push_back(entry);
    }
    return StiffnessTable(document.at("cell").get<std::string>(), document.at("poisson_ratio").get<double>(),
                          document.at("voxels_per_edge").get<int>(), std::move(entries));
  } catch (const Json::exception& error) {
    fail_input("the stiffness table is damaged ({}); delete it and make it anew", error.what());
  }
}

PowerLaw fit_power_law(const std::vector<double>& density, const std::vector<double>& value) {
  if (density.size() < 2 || density.size() != value.size()) fail_input("a power law needs two or more densities");
  double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  const double n = double(density.size());
  for (std::size_t i = 0; i < density.size(); ++i) {
    if (!(density[i] > 0.0 && value[i] > 0.0)) fail_input("a power law needs densities and values above 0");
    const double x = std::log(density[i]), y = std::log(value[i]);
    sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
  }
  const double vx = sxx - sx * sx / n, vxy = sxy - sx * sy / n, vy = syy - sy * sy / n;
  if (!(vx > 0.0)) fail_input("a power law needs densities that differ");
  PowerLaw law;
  law.exponent = vxy / vx;
  law.coefficient = std::exp((sy - law.exponent * sx) / n);
  law.r_squared = vy > 0.0 ? vxy * vxy / (vx * vy) : 1.0;
  for (std::size_t i = 0; i < density.size(); ++i)
    law.largest_deviation = std::max(law.largest_deviation, std::abs(law.coefficient * std::pow(density[i], law.exponent) / value[i] - 1.0));
  return law;
}

}  // namespace spongiosa::fea
