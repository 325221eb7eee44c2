#pragma once
/// Calculation verification of a solved case: element sizes, solver tolerance, sensitivities. What `spongiosa study` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <string>

namespace spongiosa::workflow {

struct StudyJob {
  std::filesystem::path design;   ///< case file or its folder
  std::filesystem::path results;  ///< its results; empty: results/ beside the case
  std::filesystem::path data;     ///< folder of scans; may be empty
  std::filesystem::path out;      ///< folder for study.json, .html, .pdf and the variants; empty: study/ beside the results
  std::filesystem::path program;  ///< spongiosa itself
  std::string level = "standard"; ///< "quick": three element sizes; "standard": also tolerance and inputs; "full": also porosity, bone law, planes
  bool pdf = true;
};

/// Solves variants of the case in folders of their own, which share the earlier stages' files with the results; the results stay as they are.
/// @param announce  number of solves and the time they will take, before the first
/// @return {format: "spongiosa-study", version, case_id, level, quantities: [{id, label, unit, value, meshes: [{cell_mm, unknowns, value}], monotone, order,
///   extrapolated, safety, gci_fraction, change_to_finest_fraction, verdict}], gci_fraction: the largest, sensitivities: [{id, label, setting, values, changes_fraction}],
///   not_studied: [{what, why}], energy and balance of every variant}
/// @throws Error(kUsage) for an unknown level, Error(kBadInput) without results, Error(kComputationFailed) when a variant fails
Json run_study_job(const StudyJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
