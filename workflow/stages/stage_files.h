#pragma once
/// What stages hand to each other on disk, and how the case's values become options.

#include "geometry/bone/corpectomy.h"
#include "geometry/bone/segment.h"
#include "geometry/implant/vertebral_body.h"
#include "geometry/levelset/level_set.h"
#include "lattice/grading/field.h"
#include "workflow/stage.h"

#include <vector>

namespace spongiosa::workflow {

/// Seeds in the order of the case file; label n of the segmentation is seed n-1.
std::vector<geometry::VertebraSeed> seeds_of(const Case& design);

geometry::HuImage load_ct(const StageContext& context);                    ///< 01_import
geometry::Segmentation load_segmentation(const StageContext& context);     ///< 02_segment
geometry::CorpectomyAnatomy load_anatomy(const StageContext& context);     ///< 03_shape

/// The level sets of stage 03_shape: the whole body and its porous zone.
struct ShapeLevelSets {
  geometry::LevelSet body, porous;
  std::vector<geometry::LevelSet> faces;  ///< the surfaces that depths are counted from
};
ShapeLevelSets load_shape(const StageContext& context);
/// Gap between the implant's faces and the measured endplates, for the fit map (03_shape/fit.json).
struct FitMaps {
  geometry::HeightField cranial, caudal;
};
FitMaps load_fit(const StageContext& context);

geometry::VertebralBodyParameters implant_parameters(const Case& design);
geometry::ResectionPlan resection_plan(const Case& design);
/// What expressions of the case's lattice may use: depths, the CT, and the images the case names.
lattice::FieldSources field_sources(const StageContext& context, const ShapeLevelSets& shapes);

Json to_json(const Vec3& v);
Vec3 vec3_from_json(const Json& value);
Json to_json(const geometry::HeightField& field);
geometry::HeightField height_field_from_json(const Json& document);

}  // namespace spongiosa::workflow
