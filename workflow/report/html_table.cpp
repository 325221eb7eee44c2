#include "workflow/report/html.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace spongiosa::workflow {

namespace {

/// Key suffix and how the unit is printed. Longer suffixes first.
constexpr std::array<std::pair<const char*, const char*>, 17> kUnits = {{{"_g_cm3_per_hu", "g/cm³ per HU"},
                                                                         {"_n_per_mm", "N/mm"},
                                                                         {"_g_cm3", "g/cm³"},
                                                                         {"_voxels", "voxels"},
                                                                         {"_fraction", "-"},
                                                                         {"_bytes", "bytes"},
                                                                         {"_mm3", "mm³"},
                                                                         {"_mm2", "mm²"},
                                                                         {"_mpa", "MPa"},
                                                                         {"_deg", "deg"},
                                                                         {"_nmm", "N·mm"},
                                                                         {"_kvp", "kV"},
                                                                         {"_mm", "mm"},
                                                                         {"_nm", "N·m"},
                                                                         {"_hu", "HU"},
                                                                         {"_ms", "ms"},
                                                                         {"_n", "N"}}};

std::pair<std::string, std::string> split_unit(std::string key) {
  std::string unit;
  // "area_share_under_0p5_mm" is a share; the millimetres belong to its name.
  if (key.find("share") != std::string::npos) {
    if (const std::size_t point = key.find("0p"); point != std::string::npos) key.replace(point, 2, "0.");
    std::replace(key.begin(), key.end(), '_', ' ');
    return {key, "-"};
  }
  for (const auto& [suffix, text] : kUnits) {
    const std::string end = suffix;
    if (key.size() > end.size() && key.compare(key.size() - end.size(), end.size(), end) == 0) {
      key.resize(key.size() - end.size());
      unit = text;
      break;
    }
  }
  std::replace(key.begin(), key.end(), '_', ' ');
  return {key, unit};
}

void add_rows(const std::string& prefix, const Json& object, std::string& rows) {
  for (const auto& [key, value] : object.items()) {
    const auto [name, unit] = split_unit(key);
    const std::string label = prefix.empty() ? name : prefix + " / " + name;
    if (value.is_object()) {
      add_rows(label, value, rows);
      continue;
    }
    std::string text;
    if (!value.is_array()) {
      text = value.is_string() ? value.get<std::string>() : value_text(value);
    } else if (!value.empty() && value[0].is_object()) {
      for (std::size_t i = 0; i < value.size(); ++i) add_rows(label + " " + std::to_string(i + 1), value[i], rows);
      continue;
    } else if (value.size() <= 6 && (value.empty() || !value[0].is_array())) {
      text = vector_text(value);
    } else {
      const bool nested = value[0].is_array();
      text = nested ? fmt::format("list of {} x {} numbers", value.size(), value[0].size()) : fmt::format("list of {}", value.size());
    }
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape(label), printed(text), escape(unit));
  }
}

}  // namespace

std::string value_text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  if (!value.is_number()) return value.dump();
  const double number = value.get<double>();
  if (number == 0.0) return "0";
  const double magnitude = std::abs(number);
  if (magnitude < 1e-3) return fmt::format("{:.2e}", number);
  if (magnitude >= 1000.0) return fmt::format("{:.0f}", number);
  return fmt::format("{:.{}f}", number, std::max(0, 3 - int(std::floor(std::log10(magnitude)))));
}

std::string printed(const std::string& text) {
  std::string out = escape(text);
  // Longer ones first, so that g/cm3 is not met half.
  constexpr std::array<std::pair<const char*, const char*>, 6> kSigns = {
      {{"mm^3", "mm³"}, {"mm^2", "mm²"}, {"mm3", "mm³"}, {"mm2", "mm²"}, {"g/cm3", "g/cm³"}, {"N.m", "N·m"}}};
  for (const auto& [ascii, sign] : kSigns)
    for (std::size_t at = 0; (at = out.find(ascii, at)) != std::string::npos; at += std::string(sign).size())
      out.replace(at, std::string(ascii).size(), sign);
  return out;
}

std::string vector_text(const Json& vector) {
  std::string text = "(";
  for (std::size_t i = 0; i < vector.size(); ++i) text += (i ? ", " : "") + value_text(vector[i]);
  return text + ")";
}

std::string table_of(const Json& object) {
  std::string rows;
  add_rows("", object, rows);
  return "<table><tr><th>Quantity</th><th>Value</th><th>Unit</th></tr>\n" + rows + "</table>\n";
}

}  // namespace spongiosa::workflow
