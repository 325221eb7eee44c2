#pragma once
/// The rows of the schema, one function (and one file or part of a file) per section of the case file.

#include "workflow/schema.h"

namespace spongiosa::workflow {

std::vector<Field> scan_fields();      // format, version, case_id, description, ct
std::vector<Field> anatomy_fields();   // anatomy
std::vector<Field> segmentation_fields();  // segmentation
std::vector<Field> implant_fields();   // implant
std::vector<Field> lattice_fields();   // lattice
std::vector<Field> material_fields();  // material
std::vector<Field> load_fields();      // loads, solve
std::vector<Field> check_fields();     // check
std::vector<Field> output_fields();    // output

}  // namespace spongiosa::workflow
