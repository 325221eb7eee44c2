#include "workflow/construct_input.h"

#include "core/error.h"
#include "workflow/stages/stage_files.h"

#include <algorithm>

namespace spongiosa::workflow {

namespace {

int label_of(const Case& design, const std::string& level) {
  const auto seeds = seeds_of(design);
  const auto found = std::find_if(seeds.begin(), seeds.end(), [&](const geometry::VertebraSeed& seed) { return seed.level == level; });
  SPONGIOSA_ASSERT(found != seeds.end());
  return int(found - seeds.begin()) + 1;
}

}  // namespace

fea::HuCalibration calibration_of(const Case& design) {
  return {design.number("material.hu_slope_g_cm3_per_hu"), design.number("material.hu_intercept_g_cm3"),
          design.text("material.hu_calibration_statement")};
}

ConstructOptions construct_options(const Case& design) {
  ConstructOptions options;
  options.cell_mm = design.number("solve.cell_mm");
  options.load_depth_mm = design.number("loads.load_depth_mm");
  options.support_depth_mm = design.number("loads.support_depth_mm");
  options.bone_modulus_min_mpa = design.number("material.bone_modulus_min_mpa");
  options.bone_modulus_max_mpa = design.number("material.bone_modulus_max_mpa");
  return options;
}

Construct construct_of(const StageContext& context, const ImplantContent& implant, const ConstructOptions& options) {
  const Case& design = context.design;
  const geometry::CorpectomyAnatomy anatomy = load_anatomy(context);
  const ShapeLevelSets shapes = load_shape(context);
  return build_construct(load_segmentation(context), label_of(design, anatomy.cranial_level), label_of(design, anatomy.caudal_level), anatomy,
                         shapes.body, shapes.porous, implant, fea::find_bone_law(design.text("material.bone_law")), calibration_of(design), options);
}

}  // namespace spongiosa::workflow
