#pragma once
/// What the program does with scans and anatomy outside of cases, by the module spongiosa-design (see workflow/tool_module.h).

#include "workflow/tools/calibrate_tool.h"
#include "workflow/tools/femur_tool.h"
#include "workflow/tools/mask_tool.h"
#include "workflow/tools/series_tool.h"

namespace spongiosa::workflow {

/// The functions of the same jobs in workflow/tools, in the module. @throws Error(kIo) when the module is missing.
Json list_scan_series(const SeriesJob& job, const Progress& progress);
Json edit_mask(const MaskJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json calibrate(const CalibrateJob& job, const Progress& progress);
Json measure_femur(const FemurJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
