/// The module's side of workflow/anatomy_module.h.

#include "workflow/tools/calibrate_tool.h"
#include "workflow/tools/femur_tool.h"
#include "workflow/tools/mask_tool.h"
#include "workflow/tools/series_tool.h"

using namespace spongiosa;

extern "C" {

void spongiosa_design_series(const workflow::SeriesJob& job, const Progress& progress, Json& result) { result = workflow::run_series_job(job, progress); }

void spongiosa_design_mask(const workflow::MaskJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                           Json& result) {
  result = workflow::run_mask_job(job, announce, progress);
}

void spongiosa_design_calibrate(const workflow::CalibrateJob& job, const Progress& progress, Json& result) {
  result = workflow::run_calibrate_job(job, progress);
}

void spongiosa_design_femur(const workflow::FemurJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                            Json& result) {
  result = workflow::run_femur_job(job, announce, progress);
}

}  // extern "C"
