#include "cli/result_document.h"

#include "core/error.h"
#include "core/text.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::cli {

using workflow::Engine;
using workflow::StageState;
using workflow::StageStatus;

namespace {

Json stage_list(const std::vector<StageStatus>& statuses) {
  Json list = Json::array();
  for (const StageStatus& status : statuses) {
    Json entry = {{"id", status.stage->id}, {"verb", status.stage->verb}, {"state", to_string(status.state)}, {"reason", status.reason}};
    if (!status.estimate.is_null()) entry["estimate"] = status.estimate;
    list.push_back(entry);
  }
  return list;
}

std::string number_text(const Json& value) {
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  if (value.is_array()) {
    std::vector<std::string> parts;
    for (const Json& item : value) parts.push_back(number_text(item));
    return join(parts, " to ");
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "0.174 mm, limit >= 0.2 mm"
std::string check_text(const Json& check) {
  const std::string unit = check.value("unit", "").empty() ? "" : " " + check.value("unit", "");
  return fmt::format("{}: {}{}, limit {} {}{}", check.value("title", check.value("id", "")), number_text(check.value("value", Json())),
                     unit, check.value("comparison", ""), number_text(check.value("limit", Json())), unit);
}

std::string count_text(const Json& value) {
  const double number = value.get<double>();
  if (number >= 1e6) return fmt::format("{:.1f} M", number / 1e6);
  return fmt::format("{:.0f}", number);
}

std::string estimate_text(const Json& estimate) {
  if (!estimate.is_object()) return "";
  if (estimate.contains("unknown")) return "size " + estimate["unknown"].get<std::string>();
  std::vector<std::string> parts;
  const auto add = [&](const char* key, const char* name) {
    if (estimate.contains(key) && estimate[key].is_number()) parts.push_back(count_text(estimate[key]) + " " + name);
  };
  add("voxels", "voxels");
  add("unknowns", "unknowns");
  if (estimate.contains("memory_bytes")) parts.push_back(human_bytes(estimate["memory_bytes"]) + " of memory");
  if (estimate.contains("file_bytes")) parts.push_back(human_bytes(estimate["file_bytes"]) + " of files");
  if (estimate.contains("files") && estimate["files"].is_array())
    parts.push_back(join(estimate["files"].get<std::vector<std::string>>(), ", "));
  return join(parts, ", ");
}

}  // namespace

Json checks_of(const Engine& engine) {
  const std::vector<StageStatus>& statuses = engine.statuses();
  const auto done = [](const StageStatus& s) { return s.state == StageState::kUpToDate || s.state == StageState::kRan; };
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i].stage->verb != "check") continue;
    // A run that left the check out, but made what comes after it, stands or falls with the checks all the same.
    const bool asked = std::any_of(statuses.begin() + std::ptrdiff_t(i), statuses.end(), done);
    if (!asked || !(done(statuses[i]) || engine.current_stages()[i])) break;
    const Json results = engine.results("check");
    return results.is_object() ? results.value("checks", Json::array()) : Json::array();
  }
  return Json::array();
}

bool any_check_failed(const Json& checks) {
  for (const Json& check : checks)
    if (check.value("verdict", "") == "fail") return true;
  return false;
}

Json result_document(const Engine& engine, int exit_code, const std::string& error) {
  Json document;
  document["format"] = "spongiosa-results";
  document["version"] = 1;
  document["program_version"] = workflow::program_version();
  document["case_id"] = engine.design().id();
  document["out"] = engine.out().string();
  document["stages"] = stage_list(engine.statuses());
  document["files"] = engine.files();
  document["checks"] = checks_of(engine);
  document["exit_code"] = exit_code;
  document["error"] = error.empty() ? Json() : Json(error);
  return document;
}

Json plan_document(const Engine& engine, const std::vector<StageStatus>& plan) {
  Json document;
  document["format"] = "spongiosa-plan";
  document["version"] = 1;
  document["program_version"] = workflow::program_version();
  document["case_id"] = engine.design().id();
  document["out"] = engine.out().string();
  document["stages"] = stage_list(plan);
  return document;
}

std::string result_text(const Engine& engine) {
  std::string text;
  const Json checks = checks_of(engine);
  int passed = 0, failed = 0, notes = 0;
  for (const Json& check : checks) {
    const std::string verdict = check.value("verdict", "");
    passed += verdict == "pass" ? 1 : 0;
    failed += verdict == "fail" ? 1 : 0;
    notes += verdict == "note" ? 1 : 0;
  }
  if (!checks.empty()) {
    text += fmt::format("Checks: {} passed, {} failed{}\n", passed, failed, notes ? fmt::format(", {} to note", notes) : "");
    for (const Json& check : checks)
      if (check.value("verdict", "") == "fail") text += "  FAILED " + check_text(check) + "\n";
    for (const Json& check : checks)
      if (check.value("verdict", "") == "note") text += "  note   " + check_text(check) + "\n";
  }
  text += "Results of " + engine.design().id() + " in " + engine.out().string() + "\n";
  for (const Json& file : engine.files()) {
    const std::string path = file.at("path");
    if (!path.starts_with("stages/"))
      text += fmt::format("  {:<28} {}, {}\n", path, file.value("role", ""), human_bytes(file.at("bytes")));
  }
  return text;
}

std::string plan_text(const Engine& engine, const std::vector<StageStatus>& plan) {
  std::string text = "Case " + engine.design().id() + ", results in " + engine.out().string() + "\n";
  for (const StageStatus& status : plan) {
    const std::string size = estimate_text(status.estimate);
    text += fmt::format("  {:<8} {:<12} {}{}\n", status.stage->verb, to_string(status.state), status.reason,
                        size.empty() ? "" : "; " + size);
  }
  return text;
}

}  // namespace spongiosa::cli
