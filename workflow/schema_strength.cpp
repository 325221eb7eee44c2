/// What proves the design: materials, loads, solver, limits of the checks; and what is written.

#include "workflow/schema_sections.h"

namespace spongiosa::workflow {

std::vector<Field> material_fields() {
  const auto advanced = FieldLevel::kAdvanced;
  return {
      // The names of fea::implant_materials() and fea::bone_laws(), which this library does not link; a test compares them.
      {.path = "material.implant", .type = FieldType::kChoice, .value = "ti-6al-4v-eli-pbf",
       .choices = {"ti-6al-4v-eli-pbf", "ti-6al-4v-eli-wrought", "ti-6al-4v-pbf", "ti-6al-4v-pbf-hip-measured", "cocrmo", "peek", "tantalum"},
       .label = "implant material",
       .help = "Name of the implant's material; the report prints its values, sources and status.", .stage = "solve"},
      {.path = "material.bone_law", .type = FieldType::kChoice, .value = "morgan-2003-vertebra",
       .choices = {"morgan-2003-vertebra", "morgan-2003-femoral-neck", "morgan-2003-pooled", "kopperdahl-2002-apparent", "kopperdahl-2002-qct",
                   "keller-1994", "keyak-1998"},
       .label = "bone law",
       .help = "Law from apparent density to Young's modulus.", .source = "Morgan 2003: E = 4730 rho^1.56 MPa for vertebrae",
       .stage = "solve"},
      {.path = "material.hu_slope_g_cm3_per_hu", .unit = "g/cm³ per HU", .value = 0.00117, .min = 0.0001, .max = 0.01,
       .label = "density calibration: slope", .help = "Apparent density = slope * HU + intercept.",
       .source = "nominal 0.8 mg/cm3 K2HPO4 per HU; ash = 0.877 QCT + 0.079 g/cm3 (Schileo 2008, from memory, not verified); apparent = ash / 0.6 (from memory, not verified). "
                 "Use your scanner's calibration", .stage = "solve"},
      {.path = "material.hu_intercept_g_cm3", .unit = "g/cm³", .value = 0.132, .min = -0.5, .max = 0.5,
       .label = "density calibration: intercept", .help = "Apparent density at 0 HU.",
       .source = "as the slope", .stage = "solve"},
      {.path = "material.hu_calibration_statement", .type = FieldType::kText,
       .value = "uncalibrated: nominal 0.8 mg/cm3 K2HPO4 per HU, ash = 0.877 QCT + 0.079 g/cm3 (Schileo 2008, from memory, not verified), apparent = ash / 0.6 "
                "(from memory, not verified); no calibration phantom in the scan",
       .label = "calibration statement",
       .help = "How HU were calibrated to density (phantom type, tube voltage, kernel), printed in every report.", .stage = "solve"},
      {.path = "material.bone_modulus_min_mpa", .unit = "MPa", .value = 1.0, .min = 0.01, .max = 1000,
       .label = "bone modulus, lower limit", .help = "Softer bone is raised to this; the report counts how much.",
       .level = advanced, .stage = "solve"},
      {.path = "material.bone_modulus_max_mpa", .unit = "MPa", .value = 20000, .min = 100, .max = 50000,
       .label = "bone modulus, upper limit", .help = "Stiffer bone is lowered to this; the report counts how much.",
       .source = "20 to 22 GPa is the usual cap of cortical bone", .level = advanced, .stage = "solve"},
  };
}

std::vector<Field> load_fields() {
  const auto advanced = FieldLevel::kAdvanced;
  return {
      {.path = "loads.preload_n", .unit = "N", .min = 0, .max = 5000, .label = "preload",
       .help = "Axial compression of every load case. By region when absent: cervical 73.6, thoracic 200, lumbar 500.",
       .source = "cervical 73.6 N (anterior corpectomy studies), thoracic 200 N and lumbar 500 N (published spine models)",
       .stage = "solve"},
      {.path = "loads.moment_nm", .unit = "N·m", .min = 0, .max = 50, .label = "moment",
       .help = "Moment of flexion, extension, bending and torsion. By region when absent: cervical 1.0, thoracic 7.5, lumbar 7.5.",
       .source = "cervical 1.0 N·m, thoracic and lumbar 7.5 N·m (published spine models)", .stage = "solve"},
      {.path = "loads.load_depth_mm", .unit = "mm", .value = 8, .min = 1, .max = 40, .label = "loaded plane",
       .help = "The load acts on a cut plane through the upper neighbour, this far above the endplate the implant meets.",
       .level = advanced, .stage = "solve"},
      {.path = "loads.support_depth_mm", .unit = "mm", .value = 8, .min = 1, .max = 40, .label = "supported plane",
       .help = "The lower neighbour is held on a cut plane this far below the endplate the implant meets.", .level = advanced,
       .stage = "solve"},
      {.path = "solve.cell_mm", .unit = "mm", .value = 0.8, .min = 0.1, .max = 5, .label = "finite element size",
       .help = "Edge of the hexahedral cells; memory and time grow with its inverse cube.", .stage = "solve"},
      {.path = "solve.tolerance", .value = 1e-8, .min = 1e-14, .max = 1e-3, .label = "solver tolerance",
       .help = "Residual of each linear solve, relative to the load vector.", .level = advanced, .stage = "solve"},
      {.path = "solve.max_iterations", .type = FieldType::kInteger, .value = 500, .min = 1, .max = 100000,
       .label = "solver iterations", .help = "A solve that needs more ends the run without numbers.", .level = advanced,
       .stage = "solve"},
      {.path = "solve.homogenization_cells", .type = FieldType::kInteger, .value = 32, .min = 8, .max = 128,
       .label = "cells of the unit cell", .help = "Hexahedra along each edge of the unit cell when its stiffness is computed.",
       .level = advanced, .stage = "solve"},
  };
}

std::vector<Field> check_fields() {
  const auto advanced = FieldLevel::kAdvanced;
  return {
      {.path = "check.yield_factor_min", .value = 1.5, .min = 1, .max = 10, .label = "yield factor",
       .help = "Yield stress over the largest stress of each part, at least.", .stage = "check"},
      {.path = "check.bone_strain_yield_compression", .unit = "strain", .value = 0.0075, .min = 0.001, .max = 0.05,
       .label = "bone yield strain, compression", .help = "Bone counts as yielding beyond this principal strain.",
       .source = "trabecular bone 0.7 to 0.8 %, nearly independent of density (from memory, not verified)", .level = advanced, .stage = "check"},
      {.path = "check.bone_strain_yield_tension", .unit = "strain", .value = 0.006, .min = 0.001, .max = 0.05,
       .label = "bone yield strain, tension", .help = "Bone counts as yielding beyond this principal strain.",
       .source = "trabecular bone 0.6 % (from memory, not verified)", .level = advanced, .stage = "check"},
      {.path = "check.bone_yield_volume_share_max", .unit = "fraction", .value = 0.01, .min = 0, .max = 1,
       .label = "yielding bone", .help = "Share of the bone's volume that may be beyond a yield strain.", .stage = "check"},
      {.path = "check.porosity_tolerance_fraction", .unit = "fraction", .value = 0.005, .min = 0.0001, .max = 0.1,
       .label = "porosity tolerance", .help = "Largest difference between the measured and the requested porosity.",
       .stage = "check"},
      {.path = "check.pore_min_mm", .unit = "mm", .value = 0.3, .min = 0, .max = 5, .label = "smallest pore",
       .help = "Smallest allowed pore size.", .source = "300 um for vessels (Karageorgiou 2005, from memory, not verified)", .stage = "check"},
      {.path = "check.pore_max_mm", .unit = "mm", .value = 0.8, .min = 0.05, .max = 10, .label = "largest pore",
       .help = "Largest allowed pore size.", .source = "300 to 800 um usual (from memory, not verified)", .stage = "check"},
      {.path = "check.strut_min_mm", .unit = "mm", .value = 0.2, .min = 0.02, .max = 5, .label = "thinnest strut",
       .help = "Thinnest strut or wall the printer makes reliably.",
       .source = "0.20 mm nominal prints as 0.236 +- 0.048 mm by laser powder-bed fusion", .stage = "check"},
      {.path = "check.fit_share_min", .unit = "fraction", .value = 0.8, .min = 0, .max = 1, .label = "endplate fit",
       .help = "Share of each face's area with a gap under 0.5 mm, at least.",
       .source = "80 % of the area under 0.5 mm (published fit criterion)", .stage = "check"},
      {.path = "check.fit_gap_max_mm", .unit = "mm", .value = 1.0, .min = 0.05, .max = 10, .label = "largest gap",
       .help = "Largest gap between an implant face and its endplate.", .stage = "check"},
      {.path = "check.machine", .type = FieldType::kText, .value = "laser-ti64", .label = "machine",
       .help = "Machine the part is checked for at export: laser-ti64, electron-beam-ti64, or a file that ends in .json (`spongiosa print-check`).",
       .stage = "export"},
      {.path = "check.build_direction", .type = FieldType::kPoint3, .value = {0.0, 0.0, 1.0}, .min = -1000, .max = 1000, .label = "build direction",
       .help = "Away from the build plate, in the implant's frame (x left, y posterior, z cranial); any length.", .level = advanced, .stage = "export"},
      {.path = "check.reaction_balance_max", .unit = "fraction", .value = 0.001, .min = 1e-9, .max = 0.1,
       .label = "reaction balance", .help = "Largest difference between loads and reactions, relative to the loads.",
       .level = advanced, .stage = "check"},
  };
}

std::vector<Field> output_fields() {
  return {
      {.path = "output.pdf", .type = FieldType::kBoolean, .value = true, .label = "PDF report",
       .help = "Also write the report as PDF (needs the program weasyprint).", .stage = "report"},
  };
}

}  // namespace spongiosa::workflow
