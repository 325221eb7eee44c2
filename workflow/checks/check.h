#pragma once
/// Acceptance rules. A new rule is one file with one function, listed in registry.cpp.

#include "workflow/stage.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

/// One judged number. `comparison` is how value must stand to limit: ">=", "<=", "within" (limit is [low, high]), "is".
struct CheckResult {
  std::string id;          ///< "yield.implant-solid.flexion"
  std::string title;
  Json value, limit;
  std::string unit;        ///< "" for a plain ratio
  std::string comparison;
  bool passed = false;
  double margin = 0.0;     ///< distance to the limit over the limit; negative when failed
  std::string source;      ///< where the limit comes from
};

CheckResult at_least(std::string id, std::string title, double value, double limit, std::string unit, std::string source);
CheckResult at_most(std::string id, std::string title, double value, double limit, std::string unit, std::string source);
/// Margin: distance to the nearer bound over half the width.
CheckResult within(std::string id, std::string title, double value, double low, double high, std::string unit, std::string source);
CheckResult is_true(std::string id, std::string title, bool value, std::string source);

Json to_json(const CheckResult& result);

using Check = std::vector<CheckResult> (*)(const StageContext&);
const std::vector<Check>& all_checks();

std::vector<CheckResult> check_fit(const StageContext&);
std::vector<CheckResult> check_lattice(const StageContext&);
std::vector<CheckResult> check_mesh_closed(const StageContext&);
std::vector<CheckResult> check_yield(const StageContext&);
std::vector<CheckResult> check_bone_strain(const StageContext&);
std::vector<CheckResult> check_solution(const StageContext&);

}  // namespace spongiosa::workflow
