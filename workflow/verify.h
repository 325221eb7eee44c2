#pragma once
/// The chain of hashes of a results folder: image set, segmentation, design, analysis, print file, report.

#include "core/progress.h"
#include "workflow/stage.h"

#include <filesystem>
#include <vector>

namespace spongiosa::workflow {

/// Reads every file of `out` and compares it with what the manifests and the run's record say of it; follows every link from a stage's inputs to
/// the outputs of earlier stages, recomputes the keys, and compares the parameters with case-as-run.json and the images with the hash
/// the import stage took of them.
/// @param data  folder of scans, may be empty. Where the images are not found the document says so: the chain then begins at 01_import.
/// @return {"format": "spongiosa-verification", "version": 1, "case_id", "intact",
///   "images": {"checked", "statement", "sha256"}, "other_inputs": [{"stage", "checked", "statement", "sha256"}] (masks beside the case),
///   "stages": [{"stage", "title", "state": "intact" | "broken" | "not run", "manifest_sha256", "files", "bytes"}],
///   "findings": [{"path", "stage", "kind": "changed" | "missing" | "damaged" | "link" | "unlisted", "what", "expected", "found"}],
///   "notes"}. Findings of kind "unlisted" (files that are not the program's) leave a chain intact.
/// @throws Error(kBadInput) when `out` holds no results, Error(kIo) when a file cannot be read.
Json verify_results(const std::vector<Stage>& stages, const std::filesystem::path& out, const std::filesystem::path& data, const Progress& progress);

}  // namespace spongiosa::workflow
