#pragma once
/// All checks of a part for one machine and build direction.

#include "workflow/checks/check.h"
#include "workflow/print/as_built.h"
#include "workflow/print/layer_support.h"
#include "workflow/print/machine_profile.h"
#include "workflow/print/overhang.h"
#include "workflow/print/part_file.h"
#include "workflow/print/pieces.h"
#include "workflow/print/powder.h"
#include "workflow/print/ridge_sizes.h"

#include <optional>

namespace spongiosa::workflow {

struct PrintCheck {
  CheckResult result;
  std::optional<Vec3> place_Build;  ///< where the value was found
  std::string picture;              ///< file name; empty: none
};

struct PrintReport {
  std::vector<PrintCheck> checks;
  Overhang overhang;
  LayerSupport support;
  Powder powder;
  Pieces pieces;
  std::array<double, 9> strut_share_by_inclination{};  ///< see line_inclination
  PartFigures nominal, as_built;
  bool passed() const;
};

/// Void needed around the solid for measure_powder, mm.
double margin_for_checks_mm(const MachineProfile& profile, double voxel_mm);

/// @param mesh  the surface of build.field in build coordinates
PrintReport check_part(const BuildField& build, const geometry::TriangleMesh& mesh, const PrintZone& zone, const MachineProfile& profile,
                       const Progress& progress);

/// {checks: [as in a case, with place_mm in the coordinates of the part's file, status of the limit and picture], figures}
Json to_json(const PrintReport& report, const BuildField& build, const MachineProfile& profile, const PrintZone& zone);

/// The surface of the part in build coordinates.
geometry::TriangleMesh build_mesh(const BuildField& build, const Progress& progress);

}  // namespace spongiosa::workflow
