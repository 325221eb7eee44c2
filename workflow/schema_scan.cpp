/// The head of the case file, and where its CT comes from.

#include "geometry/phantom/spine_phantom.h"
#include "workflow/schema_sections.h"

namespace spongiosa::workflow {

std::vector<Field> scan_fields() {
  const geometry::SpinePhantomOptions phantom;
  const auto level = FieldLevel::kAdvanced;
  return {
      {.path = "format", .type = FieldType::kChoice, .required = true, .choices = {"spongiosa-case"}, .label = "file format",
       .help = "Says what this file is."},
      {.path = "version", .type = FieldType::kInteger, .required = true, .min = 1, .max = 1, .label = "format version",
       .help = "Version of the case format."},
      {.path = "case_id", .type = FieldType::kText, .required = true, .label = "case id",
       .help = "The only key of this design in files and reports: letters, digits, '.', '_' and '-', at most 64. Never a "
               "patient's name or hospital number."},
      {.path = "description", .type = FieldType::kText, .value = "", .label = "description",
       .help = "One sentence for the report; nothing that identifies a patient."},
      {.path = "ct.path", .type = FieldType::kPath, .label = "CT scan",
       .help = "Folder of a DICOM series, or a NIfTI, NRRD or MetaImage file with Hounsfield units. A relative path is looked "
               "up below --data (or SPONGIOSA_DATA) first, then beside the case file.",
       .stage = "import"},
      {.path = "ct.series_uid", .type = FieldType::kText, .label = "DICOM series",
       .help = "Which series, when the folder holds several: its UID, or an ending of it that is unique.", .stage = "import"},
      {.path = "ct.reference_date", .type = FieldType::kText, .label = "day the age is counted to",
       .help = "Day of the operation, as 2026-02-28: the quality sheet then states the age of the scan. The scan's own date is not kept, but this day "
               "and the age give it away: leave it out where dates must not be kept.",
       .level = level, .stage = "import"},
      {.path = "ct.phantom.enabled", .type = FieldType::kBoolean, .value = false, .label = "use the phantom",
       .help = "true: the scan is made by the built-in generator of a cervical column instead of being read from ct.path.",
       .stage = "import"},
      {.path = "ct.phantom.in_plane_spacing_mm", .unit = "mm", .value = phantom.in_plane_spacing_mm, .min = 0.15, .max = 1.5,
       .label = "phantom: pixel", .help = "Pixel spacing of the phantom's slices.", .level = level, .stage = "import"},
      {.path = "ct.phantom.slice_spacing_mm", .unit = "mm", .value = phantom.slice_spacing_mm, .min = 0.15, .max = 3.0,
       .label = "phantom: slice spacing", .help = "Distance between the phantom's slices.", .level = level, .stage = "import"},
      {.path = "ct.phantom.resolution_fwhm_mm", .unit = "mm", .value = phantom.resolution_fwhm_mm, .min = 0.0, .max = 3.0,
       .label = "phantom: in-plane resolution", .help = "Full width at half maximum of the in-plane point spread.",
       .level = level, .stage = "import"},
      {.path = "ct.phantom.slice_profile_fwhm_mm", .unit = "mm", .value = phantom.slice_profile_fwhm_mm, .min = 0.0, .max = 5.0,
       .label = "phantom: slice profile", .help = "Full width at half maximum of the slice sensitivity profile.", .level = level,
       .stage = "import"},
      {.path = "ct.phantom.noise_sd_hu", .unit = "HU", .value = phantom.noise_sd_hu, .min = 0.0, .max = 200.0,
       .label = "phantom: noise", .help = "Standard deviation of the noise in soft tissue.", .level = level, .stage = "import"},
      {.path = "ct.phantom.cortical_hu", .unit = "HU", .value = phantom.cortical_hu, .min = 400.0, .max = 2500.0,
       .label = "phantom: cortex", .help = "Hounsfield value of cortical bone.", .level = level, .stage = "import"},
      {.path = "ct.phantom.trabecular_hu", .unit = "HU", .value = phantom.trabecular_hu, .min = 50.0, .max = 1000.0,
       .label = "phantom: trabecular bone", .help = "Hounsfield value of trabecular bone.", .level = level, .stage = "import"},
      {.path = "ct.phantom.disc_hu", .unit = "HU", .value = phantom.disc_hu, .min = 0.0, .max = 200.0,
       .label = "phantom: disc", .help = "Hounsfield value of the discs.", .level = level, .stage = "import"},
      {.path = "ct.phantom.cortex_thickness_mm", .unit = "mm", .value = phantom.cortex_thickness_mm, .min = 0.2, .max = 2.0,
       .label = "phantom: cortex thickness", .help = "Thickness of the cortical shell.", .level = level, .stage = "import"},
      {.path = "ct.phantom.endplate_thickness_mm", .unit = "mm", .value = phantom.endplate_thickness_mm, .min = 0.2, .max = 2.0,
       .label = "phantom: endplate thickness", .help = "Thickness of the bony endplates.", .level = level, .stage = "import"},
      {.path = "ct.phantom.disc_height_mm", .unit = "mm", .value = phantom.disc_height_mm, .min = 3.5, .max = 9.0,
       .label = "phantom: disc height", .help = "Height of the discs at their centre.", .level = level, .stage = "import"},
      {.path = "ct.phantom.lordosis_per_segment_deg", .unit = "deg", .value = phantom.lordosis_per_segment_deg, .min = -5.0,
       .max = 10.0, .label = "phantom: lordosis", .help = "Sagittal angle from one vertebra to the next.", .level = level,
       .stage = "import"},
      {.path = "ct.phantom.facet_gap_mm", .unit = "mm", .value = phantom.facet_gap_mm, .min = 0.2, .max = 3.0,
       .label = "phantom: facet gap", .help = "Distance between facing articular surfaces.", .level = level, .stage = "import"},
      {.path = "ct.phantom.uncinate_height_mm", .unit = "mm", .value = phantom.uncinate_height_mm, .min = 0.0, .max = 3.0,
       .label = "phantom: uncinate height", .help = "Lateral rise of the upper endplates.", .level = level, .stage = "import"},
      {.path = "ct.phantom.axial_rotation_deg", .unit = "deg", .value = phantom.axial_rotation_deg, .min = -20.0, .max = 20.0,
       .label = "phantom: axial rotation", .help = "Turn of the whole column about the scanner's axis.", .level = level,
       .stage = "import"},
      {.path = "ct.phantom.coronal_tilt_deg", .unit = "deg", .value = phantom.coronal_tilt_deg, .min = -15.0, .max = 15.0,
       .label = "phantom: coronal tilt", .help = "Tilt of the whole column to the side.", .level = level, .stage = "import"},
      {.path = "ct.phantom.size_factor", .value = phantom.size_factor, .min = 0.75, .max = 1.25, .label = "phantom: size",
       .help = "Scales all body dimensions.", .level = level, .stage = "import"},
      {.path = "ct.phantom.seed", .type = FieldType::kInteger, .value = phantom.seed, .min = 0, .max = 4294967295.0,
       .label = "phantom: noise seed", .help = "Start of the random numbers of the noise; the same seed gives the same scan.",
       .level = level, .stage = "import"},
  };
}

}  // namespace spongiosa::workflow
