#pragma once
/// The documents a reviewer reads, from a solved case: what `spongiosa documents` does.

#include "core/json.h"
#include "core/progress.h"
#include "workflow/documents/evidence.h"

#include <filesystem>
#include <string>

namespace spongiosa::workflow {

struct DocumentsJob {
  EvidenceSources sources;
  std::string profile = "fda";  ///< "fda", "mdr", "nmpa" or "generic"
  std::filesystem::path out;    ///< folder: biomechanics, credibility and regulatory as .html and .pdf, documents.json, evidence.json, trace-matrix.csv, sbom.spdx.json
  bool pdf = true;
};

/// @return documents.json: {format: "spongiosa-documents", version, case_id, profile, documents: [of compose_document], evidence_sha256, gaps}
/// @throws Error(kUsage) for an unknown profile, Error(kBadInput), Error(kIo)
Json run_documents_job(const DocumentsJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
