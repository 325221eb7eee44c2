#include "core/version.h"
#include "workflow/report/report.h"

namespace spongiosa::workflow {

const std::vector<std::string>& limitations() {
  static const std::vector<std::string> sentences = {
      "Simulation supports but does not replace the required mechanical tests.",
      "This report shows neither clinical safety nor efficacy. It is for qualified engineers, not for diagnosis.",
      "Linear elastic materials, small displacements, static loads; no fatigue, no muscle forces, no healing.",
      "Bone and implant are tied at the endplates: no sliding, no gap opening, no press-fit stress.",
      "A bare construct of two cut vertebrae and the implant: discs, ligaments, facet joints, screws and plates are not modelled; "
      "displacements and rotations are not ranges of motion of a patient.",
      "The porous zone is a homogenised material; strut stress is localised from a periodic cell and does not see cut struts at the "
      "zone's border.",
      "Surfaces of the finite element model follow volume shares of cubes: peak stresses at the surface are approximate; the mesh has not "
      "been refined for this report.",
      "The printed part's deviation from the design (strut thickening, roughness) is not included in stresses; porosity and mass as built are expected "
      "from one table of strut growth.",
  };
  return sentences;
}

Json report_numbers(const StageContext& context) {
  Json numbers;
  numbers["format"] = "spongiosa-report";
  numbers["version"] = 1;
  numbers["program"] = {{"name", "Spongiosa"}, {"version", kVersion}};
  numbers["case_id"] = context.design.id();
  numbers["units"] = "mm, N, MPa, degrees; patient frame LPS (x left, y posterior, z cranial)";
  numbers["case"] = context.design.document();
  numbers["stages"] = Json::array();
  for (const Stage& stage : all_stages()) {
    if (stage.id == "08_report") break;
    Json manifest = context.manifest_of(stage.id);
    manifest["title"] = stage.title;
    numbers["stages"].push_back(manifest);
  }
  numbers["checks"] = context.results_of("06_check").at("checks");
  // Counted from the rows that are printed, so that headline and table cannot disagree.
  int failed = 0;
  for (const Json& check : numbers["checks"]) failed += check.at("verdict") == "fail" ? 1 : 0;
  numbers["failed_checks"] = failed;
  numbers["limitations"] = limitations();
  return numbers;
}

}  // namespace spongiosa::workflow
