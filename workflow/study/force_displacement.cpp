#include "workflow/study/force_displacement.h"

#include "core/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>

namespace spongiosa::workflow {

namespace {

std::vector<std::string> fields_of(const std::string& line, char separator) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == separator) fields.emplace_back();
    else if (c != '"' && c != '\r') fields.back() += c;
  }
  for (std::string& field : fields) {
    field.erase(0, field.find_first_not_of(" \t"));
    field.erase(field.find_last_not_of(" \t") + 1);
  }
  return fields;
}

double number_in(const std::string& text, const std::filesystem::path& file, int line) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    fail_input("'{}' line {}: '{}' is not a number (a point as decimal sign is expected)", file.string(), line, text);
  return value;
}

}  // namespace

ForceDisplacement read_force_displacement(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) fail_io("cannot read '{}'", file.string());
  ForceDisplacement curve;
  int displacement = -1, force = -1, number = 0;
  char separator = ',';
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos || line[0] == '#') continue;
    if (displacement < 0) {
      separator = line.find(';') != std::string::npos ? ';' : line.find('\t') != std::string::npos ? '\t' : ',';
      const std::vector<std::string> names = fields_of(line, separator);
      for (std::size_t c = 0; c < names.size(); ++c) {
        if (names[c] == "displacement_mm") displacement = int(c);
        if (names[c] == "force_n") force = int(c);
      }
      if (displacement < 0 || force < 0) fail_input("'{}' line {}: expected a header with the columns displacement_mm and force_n, found '{}'", file.string(), number, line);
      continue;
    }
    const std::vector<std::string> fields = fields_of(line, separator);
    if (int(fields.size()) <= std::max(displacement, force)) fail_input("'{}' line {}: has {} columns, fewer than the header names", file.string(), number, fields.size());
    curve.displacement_mm.push_back(number_in(fields[std::size_t(displacement)], file, number));
    curve.force_n.push_back(number_in(fields[std::size_t(force)], file, number));
  }
  if (curve.force_n.size() < 5) fail_input("'{}' has {} points; at least 5 are needed", file.string(), curve.force_n.size());
  for (std::vector<double>* column : {&curve.displacement_mm, &curve.force_n}) {
    const auto [low, high] = std::minmax_element(column->begin(), column->end());
    if (-*low > *high)  // compression counted as negative
      for (double& value : *column) value = -value;
  }
  return curve;
}

FittedStiffness fit_stiffness(const ForceDisplacement& curve, double from_share, double to_share) {
  const auto top = std::max_element(curve.force_n.begin(), curve.force_n.end());
  FittedStiffness fit;
  fit.largest_force_n = *top;
  double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
  for (std::size_t i = 0; i <= std::size_t(top - curve.force_n.begin()); ++i) {
    const double x = curve.displacement_mm[i], y = curve.force_n[i];
    if (y < from_share * *top || y > to_share * *top) continue;
    n += 1.0;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  fit.points = int(n);
  if (fit.points < 5)
    fail_input("only {} points lie between {:g} and {:g} of the largest force ({:g} N); at least 5 are needed: widen --from and --to, or record more points", fit.points, from_share,
               to_share, fit.largest_force_n);
  const double vx = sxx - sx * sx / n, vxy = sxy - sx * sy / n, vy = syy - sy * sy / n;
  if (!(vx > 0.0) || !(vxy > 0.0)) fail_input("the force does not rise with the displacement between {:g} and {:g} of the largest force", from_share, to_share);
  fit.stiffness_n_per_mm = vxy / vx;
  fit.intercept_n = (sy - fit.stiffness_n_per_mm * sx) / n;
  fit.r_squared = vxy * vxy / (vx * vy);
  return fit;
}

double student_t95(int degrees) {
  static constexpr double kTable[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};
  SPONGIOSA_ASSERT(degrees >= 1);
  if (degrees <= int(std::size(kTable))) return kTable[degrees - 1];
  // Expansion in 1/degrees about the normal quantile (Abramowitz & Stegun 26.7.5).
  const double z = 1.959964, v = degrees;
  return z + (z * z * z + z) / (4.0 * v) + (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / (96.0 * v * v) +
         (3.0 * std::pow(z, 7) + 19.0 * std::pow(z, 5) + 17.0 * z * z * z - 15.0 * z) / (384.0 * v * v * v);
}

}  // namespace spongiosa::workflow
