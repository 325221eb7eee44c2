/// The module's side of workflow/anatomy_module.h.

#include "workflow/tools/series_tool.h"

using namespace spongiosa;

extern "C" {

void spongiosa_design_series(const workflow::SeriesJob& job, const Progress& progress, Json& result) { result = workflow::run_series_job(job, progress); }

}  // extern "C"
