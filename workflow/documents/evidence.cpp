#include "workflow/documents/evidence.h"

#include "core/error.h"
#include "core/version.h"
#include "workflow/documents/software_parts.h"
#include "workflow/report/report.h"
#include "workflow/run_record.h"
#include "workflow/verify.h"

namespace fs = std::filesystem;

namespace spongiosa::workflow {

Json starter_record() {
  const auto empty = [](std::initializer_list<const char*> names) {
    Json object = Json::object();
    for (const char* name : names) object[name] = nullptr;
    return object;
  };
  Json record = {{"format", "spongiosa-documents-record"}, {"version", 1}};
  record.update(empty({"manufacturer", "indications", "predicate", "question_of_interest", "context_of_use", "quantities_of_interest", "user_needs", "design_envelope", "discussion",
                       "conclusion", "adequacy", "material_certificate", "process", "bench_test", "bench_agreement", "worst_case", "use_before", "design_review",
                       "design_transfer"}));
  record["model_risk"] = empty({"influence", "consequence", "risk"});
  record["credibility_goals"] = Json::object();
  record["fda"] = empty({"route"});
  record["mdr"] = empty({"authorised_representative", "prescriber", "prescription", "conformity", "substances"});
  record["nmpa"] = empty({"type", "uin"});
  for (const char* list : {"decisions", "risks", "signatures"}) record[list] = Json::array();
  record["tolerances"] = Json::object();
  record["trace"] = Json::object();
  return record;
}

Json gather_evidence(const std::vector<Stage>& stages, const EvidenceSources& sources, const Progress& progress) {
  Json evidence;
  evidence["program"] = {{"name", "Spongiosa"}, {"version", kVersion}};
  progress.report(0.0, "reading the results and their hashes");
  evidence["verification"] = verify_results(stages, sources.results, sources.data, progress.part(0.0, 0.8));
  evidence["case"] = read_json(sources.results / kCaseAsRun);
  evidence["stages"] = Json::object();
  for (const Stage& stage : stages) {
    const fs::path file = sources.results / "stages" / stage.id / "manifest.json";
    std::error_code ignored;
    if (!fs::exists(file, ignored))
      fail_input("'{}' has no results of the stage '{}': bring the case up to date with 'spongiosa run'", sources.results.string(), stage.verb);
    evidence["stages"][stage.id] = read_json(file);
  }
  evidence["checks"] = evidence["stages"]["06_check"].at("results").at("checks");
  evidence["limitations"] = limitations();
  const auto document = [](const fs::path& file, const char* format, const char* what) {
    Json read = file.empty() ? Json() : read_json(file);
    if (!file.empty() && (!read.is_object() || read.value("format", "") != format)) fail_input("'{}' is not {} (its \"format\" is not \"{}\")", file.string(), what, format);
    return read;
  };
  evidence["record"] = document(sources.record, "spongiosa-documents-record", "a record for documents; begin with 'spongiosa documents --starter'");
  evidence["validation"] = document(sources.validation, "spongiosa-validation", "the validation.json of 'spongiosa validate'");
  evidence["study"] = document(sources.study, "spongiosa-study", "the study.json of 'spongiosa study'");
  if (!evidence["study"].is_null() && evidence["study"].at("solve_manifest_sha256") != evidence["stages"]["05_solve"].at("sha256"))
    fail_input("'{}' studies other results than those in '{}': run 'spongiosa study' again", sources.study.string(), sources.results.string());
  progress.report(0.85, "packages of the libraries");
  evidence["sbom"] = {{"packages", linked_packages()}};
  evidence["derived"] = derive_evidence(evidence);
  return evidence;
}

}  // namespace spongiosa::workflow
