#include "fea/homogenize/blend_table.h"

#include "core/error.h"
#include "fea/homogenize/cubic.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea {

namespace {

constexpr std::size_t kNone = std::size_t(-1);

}  // namespace

BlendTable::BlendTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  if (columns_.size() < 2) fail_input("a table over blends has {} weights; expected 2 or more", columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const double weight = columns_[c].weight;
    if (!(weight >= 0.0 && weight <= 1.0) || (c > 0 && !(weight > columns_[c - 1].weight)))
      fail_input("the table over blends has the weight {} in column {}; expected rising weights from 0 to 1", weight, c + 1);
    if (columns_[c].densities.poisson_ratio() != columns_[0].densities.poisson_ratio())
      fail_input("the columns of the table over blends have different Poisson's ratios");
    density_error_ = std::max(density_error_, columns_[c].densities.interpolation_error());
  }
  if (columns_.size() < 4) return;
  weight_error_ = 0.0;
  for (std::size_t c = 1; c + 1 < columns_.size(); ++c)
    for (const StiffnessTable::Entry& entry : columns_[c].densities.entries()) {
      const auto has = [&](const Column& other) {
        const auto& entries = other.densities.entries();
        return entries.front().solid_fraction <= entry.solid_fraction && entry.solid_fraction <= entries.back().solid_fraction;
      };
      if (!std::all_of(columns_.begin(), columns_.end(), has)) continue;
      const Mat6 difference = between(columns_[c].weight, entry.solid_fraction, c) - entry.relative_stiffness;
      weight_error_ = std::max(weight_error_, difference.norm() / entry.relative_stiffness.norm());
    }
}

Mat6 BlendTable::between(double weight, double solid_fraction, std::size_t left_out) const {
  std::vector<double> weights;
  std::vector<Mat6> values;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (c == left_out) continue;
    weights.push_back(columns_[c].weight);
    values.push_back(columns_[c].densities.relative_stiffness(solid_fraction));
  }
  return cubic(weights, values, weight);
}

Mat6 BlendTable::relative_stiffness(double weight, double solid_fraction) const {
  if (!(weight >= columns_.front().weight && weight <= columns_.back().weight))
    fail_input("the table over blends runs from a weight of {} to {}; {} is outside", columns_.front().weight, columns_.back().weight, weight);
  return between(weight, solid_fraction, kNone);
}

Json to_json(const BlendTable& table) {
  Json document = {{"format", "spongiosa-blend-table"},
                   {"version", 1},
                   {"density_error_fraction", table.density_error()},
                   {"weight_error_fraction", table.weight_error()},
                   {"columns", Json::array()}};
  for (const BlendTable::Column& column : table.columns())
    document["columns"].push_back({{"weight", column.weight}, {"stiffness_table", to_json(column.densities)}});
  return document;
}

BlendTable blend_table_from_json(const Json& document) {
  try {
    if (document.at("format") != "spongiosa-blend-table" || document.at("version") != 1) fail_input("this is not a table over blends of version 1");
    std::vector<BlendTable::Column> columns;
    for (const Json& column : document.at("columns"))
      columns.push_back({column.at("weight").get<double>(), stiffness_table_from_json(column.at("stiffness_table"))});
    return BlendTable(std::move(columns));
  } catch (const Json::exception& error) {
    fail_input("the table over blends is damaged ({}); delete it and make it anew", error.what());
  }
}

}  // namespace spongiosa::fea
