#pragma once
/// The report of a convergence and sensitivity study, from its document alone.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// @param document  of run_study_job
std::string study_html(const Json& document);

}  // namespace spongiosa::workflow
