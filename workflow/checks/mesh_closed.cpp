/// The print mesh bounds a solid, in one piece.

#include "workflow/checks/check.h"

namespace spongiosa::workflow {

std::vector<CheckResult> check_mesh_closed(const StageContext& context) {
  const Json mesh = context.results_of("04_fill").at("mesh");
  return {is_true("mesh.closed", "Print mesh closed, two-manifold, oriented, without degenerate triangles",
                  mesh.at("closed_two_manifold").get<bool>(), "3MF core 1.4"),
          at_most("mesh.components", "Separate surfaces of the print mesh", mesh.at("components").get<double>(), 1.0, "",
                  "no loose struts, no closed pores: NMPA guidance on printed vertebral bodies")};
}

}  // namespace spongiosa::workflow
