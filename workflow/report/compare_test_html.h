#pragma once
/// The comparison of a simulated with a real test, from its document alone.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// @param document  of run_compare_test_job
std::string compare_test_html(const Json& document);

}  // namespace spongiosa::workflow
