#include "workflow/checks/check.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

double relative(double distance, double limit) { return limit != 0.0 ? distance / std::abs(limit) : distance; }

}  // namespace

CheckResult at_least(std::string id, std::string title, double value, double limit, std::string unit, std::string source) {
  return {std::move(id), std::move(title), value,  limit, std::move(unit), ">=", value >= limit, relative(value - limit, limit),
          std::move(source)};
}

CheckResult at_most(std::string id, std::string title, double value, double limit, std::string unit, std::string source) {
  return {std::move(id), std::move(title), value,  limit, std::move(unit), "<=", value <= limit, relative(limit - value, limit),
          std::move(source)};
}

CheckResult within(std::string id, std::string title, double value, double low, double high, std::string unit, std::string source) {
  const double margin = std::min(value - low, high - value) / (0.5 * (high - low));
  return {std::move(id), std::move(title), value,  Json::array({low, high}), std::move(unit), "within", value >= low && value <= high, margin,
          std::move(source)};
}

CheckResult is_true(std::string id, std::string title, bool value, std::string source) {
  return {std::move(id), std::move(title), value, true, "", "is", value, value ? 0.0 : -1.0, std::move(source)};
}

Json to_json(const CheckResult& r) {
  return {{"id", r.id},
          {"title", r.title},
          {"value", r.value},
          {"comparison", r.comparison},
          {"limit", r.limit},
          {"unit", r.unit},
          {"verdict", r.passed ? "pass" : "fail"},
          {"margin", r.margin},
          {"source", r.source}};
}

}  // namespace spongiosa::workflow
