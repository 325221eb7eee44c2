#pragma once
/// What the program does about printing, by the module spongiosa-design (see workflow/tool_module.h).

#include "workflow/tools/compare_scan_tool.h"
#include "workflow/tools/coupons_tool.h"
#include "workflow/tools/print_check_tool.h"

namespace spongiosa::workflow {

/// run_compare_scan_job, run_coupons_job and run_print_check_job in the module. @throws Error(kIo) when the module is missing, and what the jobs throw.
Json compare_scan(const CompareScanJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json make_coupons(const CouponsJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json print_check(const PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
