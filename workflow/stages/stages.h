#pragma once
/// The stages, one function per file; the order is in stages.cpp.

#include "workflow/stage.h"

namespace spongiosa::workflow {

Stage import_stage();
Stage segment_stage();
Stage shape_stage();
Stage fill_stage();
Stage solve_stage();
Stage check_stage();
Stage export_stage();
Stage report_stage();

}  // namespace spongiosa::workflow
