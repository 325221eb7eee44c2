#pragma once
/// Everything that documents may say of a case, in one JSON document: manifests, hash chain, validation, what people wrote down.

#include "core/json.h"
#include "core/progress.h"
#include "workflow/stage.h"

#include <filesystem>
#include <vector>

namespace spongiosa::workflow {

struct EvidenceSources {
  std::filesystem::path results;     ///< folder of a solved case
  std::filesystem::path data;        ///< scans, for the first link of the chain; may be empty
  std::filesystem::path record;      ///< what people supply (see starter_record); empty: nothing yet
  std::filesystem::path validation;  ///< validation.json of `spongiosa validate`; empty: none
  std::filesystem::path study;       ///< study.json of `spongiosa study`, of these results; empty: none
};

/// @return {program, case, stages: {id: manifest}, checks, limitations, verification, record, validation and study (null without), sbom: {packages}, derived}.
///   `derived` holds what is counted or looked up in the others, so that documents compute nothing.
/// @throws Error(kBadInput) when the folder holds no complete results, or a file given is not what it should be
Json gather_evidence(const std::vector<Stage>& stages, const EvidenceSources& sources, const Progress& progress);

/// The part of evidence that is made from the rest of it; added by gather_evidence.
Json derive_evidence(const Json& evidence);

/// An empty record with every entry that the documents ask for.
Json starter_record();

}  // namespace spongiosa::workflow
