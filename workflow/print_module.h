#pragma once
/// What the program does about printing, by the module spongiosa-design (see workflow/tool_module.h).

#include "workflow/tools/print_check_tool.h"

namespace spongiosa::workflow {

/// run_print_check_job in the module. @throws Error(kIo) when the module is missing, and what the job throws.
Json print_check(const PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
