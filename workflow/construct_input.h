#pragma once
/// The model of bone and implant as a case asks for it.

#include "workflow/construct_model.h"
#include "workflow/stage.h"

namespace spongiosa::workflow {

fea::HuCalibration calibration_of(const Case& design);
ConstructOptions construct_options(const Case& design);
/// From the files of the earlier stages.
Construct construct_of(const StageContext& context, const ImplantContent& implant, const ConstructOptions& options);

}  // namespace spongiosa::workflow
