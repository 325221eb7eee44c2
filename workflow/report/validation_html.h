#pragma once
/// The validation report, from the document of `spongiosa validate` alone.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// @param document  of run_validate_job
std::string validation_html(const Json& document);

}  // namespace spongiosa::workflow
