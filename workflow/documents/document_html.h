#pragma once
/// A composed document as HTML and the trace matrix as CSV. Nothing is computed or left out here.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// @param document  of compose_document
std::string document_html(const Json& document);

/// One line per requirement, a header line first, RFC 4180. @param trace  /derived/trace of the evidence
std::string trace_csv(const Json& trace);

}  // namespace spongiosa::workflow
