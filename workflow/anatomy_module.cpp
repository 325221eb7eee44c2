#include "workflow/anatomy_module.h"

#include "core/module.h"

namespace spongiosa::workflow {

Json list_scan_series(const SeriesJob& job, const Progress& progress) {
  Json result;
  module_function<void(const SeriesJob&, const Progress&, Json&)>("design", "spongiosa_design_series")(job, progress, result);
  return result;
}

Json edit_mask(const MaskJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const MaskJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_mask")(job, announce, progress, result);
  return result;
}

Json calibrate(const CalibrateJob& job, const Progress& progress) {
  Json result;
  module_function<void(const CalibrateJob&, const Progress&, Json&)>("design", "spongiosa_design_calibrate")(job, progress, result);
  return result;
}

Json measure_femur(const FemurJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const FemurJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_femur")(job, announce, progress, result);
  return result;
}

}  // namespace spongiosa::workflow
