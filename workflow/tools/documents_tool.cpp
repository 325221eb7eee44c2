#include "workflow/tools/documents_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "workflow/documents/compose.h"
#include "workflow/documents/document_html.h"
#include "workflow/documents/software_parts.h"
#include "workflow/report/report.h"

#include <ctime>
#include <sys/stat.h>

#include <algorithm>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

/// When the program was built: a time that SPDX wants and that does not change from run to run.
std::string program_time() {
  struct stat info {};
  const std::time_t time = stat("/proc/self/exe", &info) == 0 ? info.st_mtime : 0;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

Json run_documents_job(const DocumentsJob& job, const Progress& progress) {
  const std::vector<std::string> profiles = {"fda", "mdr", "nmpa", "generic"};
  if (std::find(profiles.begin(), profiles.end(), job.profile) == profiles.end()) {
    const std::string nearest = nearest_name(job.profile, profiles);
    fail_usage("--profile {}: there is no such profile{}; there are {}", job.profile, nearest.empty() ? "" : "; did you mean " + nearest + "?", join(profiles, ", "));
  }
  make_writable_folder(job.out);
  const Json evidence = gather_evidence(all_stages(), job.sources, progress.part(0.0, 0.4));
  Json result = {{"format", "spongiosa-documents"}, {"version", 1}, {"case_id", evidence.at("case").at("case_id")}, {"profile", job.profile}, {"documents", Json::array()}};
  std::size_t gaps = 0;
  for (const Json& pattern : document_templates()) {
    result["documents"].push_back(compose_document(pattern, evidence, job.profile));
    for (const Json& section : result["documents"].back()["sections"]) gaps += section["gaps"].size();
  }
  result["gaps"] = gaps;
  result["evidence_sha256"] = sha256(canonical_text(evidence));
  write_json(job.out / "evidence.json", evidence);
  write_json(job.out / "documents.json", result);
  write_text_file(job.out / "trace-matrix.csv", trace_csv(evidence.at("derived").at("trace")));
  write_json(job.out / "sbom.spdx.json", spdx_document(evidence.at("sbom").at("packages"), program_time()));
  double fraction = 0.4;
  for (const Json& document : result["documents"]) {
    const std::string id = document.at("id");
    progress.report(fraction, "writing " + id);
    write_text_file(job.out / (id + ".html"), document_html(document));
    if (job.pdf) write_pdf(job.out / (id + ".html"), job.out / (id + ".pdf"));
    fraction += 0.2;
  }
  return result;
}

}  // namespace spongiosa::workflow
