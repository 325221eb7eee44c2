/// Recorded edits of the segmentation.

#include "geometry/bone/mask_edit.h"
#include "workflow/schema_sections.h"

namespace spongiosa::workflow {

std::vector<Field> segmentation_fields() {
  const std::string at = "segmentation.edits[].";
  std::vector<std::string> operations(std::begin(geometry::kMaskOperationNames), std::end(geometry::kMaskOperationNames));
  return {
      {.path = "segmentation.edits", .type = FieldType::kList, .value = Json::array(), .label = "edits",
       .help = "Operations on the label of one vertebra, replayed in this order after the automatic segmentation. Voxels of other vertebrae "
               "are not taken.",
       .level = FieldLevel::kAdvanced,
       .members =
           {{.path = at + "op", .type = FieldType::kChoice, .required = true, .choices = operations, .label = "operation",
             .help = "threshold and grow take low_hu and high_hu, grow also point_mm; split point_mm (stays) and second_point_mm (goes); union, "
                     "intersect and subtract mask; smooth radius_mm (standard deviation; keeps the volume); add-sphere and erase-sphere point_mm "
                     "and radius_mm; cut-plane point_mm and normal; keep-part point_mm, or nothing for the largest part.",
             .stage = "segment"},
            {.path = at + "level", .type = FieldType::kChoice, .choices = vertebral_levels(), .label = "vertebra",
             .help = "Whose label is edited; needed in a case, not in 'spongiosa mask'.", .stage = "segment"},
            {.path = at + "low_hu", .unit = "HU", .min = -1100, .max = 4000, .label = "lower limit", .help = "Of the noise-reduced scan.",
             .stage = "segment"},
            {.path = at + "high_hu", .unit = "HU", .min = -1100, .max = 32767, .label = "upper limit", .help = "Of the noise-reduced scan.",
             .stage = "segment"},
            {.path = at + "point_mm", .type = FieldType::kPoint3, .unit = "mm", .min = -5000, .max = 5000, .label = "point",
             .help = "Patient coordinates (LPS).", .stage = "segment"},
            {.path = at + "second_point_mm", .type = FieldType::kPoint3, .unit = "mm", .min = -5000, .max = 5000, .label = "second point",
             .help = "Patient coordinates (LPS).", .stage = "segment"},
            {.path = at + "normal", .type = FieldType::kPoint3, .min = -1000, .max = 1000, .label = "normal",
             .help = "Of a plane, towards the side that is cut off; its length does not matter.", .stage = "segment"},
            {.path = at + "radius_mm", .unit = "mm", .min = 0.1, .max = 200, .label = "radius",
             .help = "Of a sphere; of smoothing the standard deviation, at most 5.", .stage = "segment"},
            {.path = at + "mask", .type = FieldType::kPath, .label = "other mask",
             .help = "NRRD, NIfTI or MetaImage file, inside where not 0. A relative path is looked up below --data (or SPONGIOSA_DATA) first, then beside the case file.", .stage = "segment"}},
       .stage = "segment"},
  };
}

}  // namespace spongiosa::workflow
