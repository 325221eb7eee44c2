#include "workflow/checks/check.h"

namespace spongiosa::workflow {

const std::vector<Check>& all_checks() {
  static const std::vector<Check> checks = {check_fit, check_lattice, check_mesh_closed, check_yield, check_bone_strain, check_solution};
  return checks;
}

}  // namespace spongiosa::workflow
