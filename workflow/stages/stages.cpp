#include "workflow/stages/stages.h"

namespace spongiosa::workflow {

const std::vector<Stage>& all_stages() {
  static const std::vector<Stage> stages = {import_stage(), segment_stage(), shape_stage(),  fill_stage(),
                                            solve_stage(),  check_stage(),   export_stage(), report_stage()};
  return stages;
}

}  // namespace spongiosa::workflow
