#pragma once
/// Documents from templates: what is quoted, where it stands in the evidence, and who has to supply what is not there.

#include "core/json.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

/// The templates the program was built with, by id: "biomechanics", "credibility", "regulatory".
const std::vector<Json>& document_templates();

/// @param profile  "fda", "mdr", "nmpa" or "generic": sections of other profiles are left out
/// @return {id, title, basis, case_id, profile, sections: [{number, id, title, state: "complete" | "partly" | "missing", text, values: [{label, value, unit, from}],
///   tables: [{title, from, columns: [{title}], rows: [[value]]}], lists: [[sentence]], signatures, gaps: [{what, who}]}], complete, partly, missing}.
///   Every section of the template is there, with its gaps; values are those of the evidence, unchanged.
Json compose_document(const Json& pattern, const Json& evidence, const std::string& profile);

}  // namespace spongiosa::workflow
