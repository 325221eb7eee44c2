/// The lattice as measured on the final part against what was asked and what prints and heals.

#include "lattice/build/fill.h"
#include "workflow/checks/check.h"

namespace spongiosa::workflow {

std::vector<CheckResult> check_lattice(const StageContext& context) {
  const Json fill = context.results_of("04_fill");
  const Case& design = context.design;
  const double requested = fill.at("requested").at("porosity_fraction").get<double>();
  const double tolerance = design.number("check.porosity_tolerance_fraction");
  return {
      within("lattice.porosity", "Porosity of the porous zone, final part", fill.at("porosity_fraction").get<double>(), requested - tolerance,
             requested + tolerance, "", "request of the case file; tolerance: project policy"),
      within("lattice.pore", "Pore size, largest inscribed sphere", fill.at("pore_size_mm").get<double>(), design.number("check.pore_min_mm"),
             design.number("check.pore_max_mm"), "mm", "300-800 um: from memory, not verified (Taniguchi 2016, Karageorgiou 2005); 21 CFR 888.3358"),
      at_least("lattice.strut", "Strut or wall thickness, largest inscribed sphere", fill.at("strut_size_mm").get<double>(),
               design.number("check.strut_min_mm"), "mm", "printable strut 0.20 mm, laser powder bed: s44334-025-00019-y table 2"),
      at_least("lattice.wall_voxels", "Voxels across the thinnest wall or strut asked for", fill.at("thinnest_wall_voxels").get<double>(),
               lattice::kLeastWallVoxels, "", "thinner ones come out with holes; lattice.voxel_mm makes voxels smaller"),
      at_most("lattice.closed_voids", "Voids that no way leads to from outside", fill.at("measures").at("closed_void_count").get<double>(), 0.0, "",
              "powder could not leave them: no closed pores, NMPA guidance on printed vertebral bodies"),
  };
}

}  // namespace spongiosa::workflow
