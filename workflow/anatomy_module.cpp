#include "workflow/anatomy_module.h"

#include "core/module.h"

namespace spongiosa::workflow {

Json list_scan_series(const SeriesJob& job, const Progress& progress) {
  Json result;
  module_function<void(const SeriesJob&, const Progress&, Json&)>("design", "spongiosa_design_series")(job, progress, result);
  return result;
}

}  // namespace spongiosa::workflow
