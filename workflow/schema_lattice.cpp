/// What fills the implant: the lattice of the core, and zones with contents of their own.

#include "workflow/schema_sections.h"

namespace spongiosa::workflow {

namespace {

/// What the core and every zone say about their lattice. @param at  "lattice." or "lattice.zones[].": a zone has no defaults,
/// it is as the core in what it does not say.
std::vector<Field> cell_rows(const std::string& at) {
  const auto advanced = FieldLevel::kAdvanced;
  std::vector<Field> rows = {
      {.path = at + "cell", .type = FieldType::kText, .value = "gyroid-network-minus", .label = "unit cell",
       .help = "Name of the unit cell (`spongiosa cells` lists them): gyroid-network-minus, gyroid-sheet, octet, voronoi-foam.",
       .stage = "fill"},
      {.path = at + "cell_expression", .type = FieldType::kText, .label = "own cell",
       .help = "A periodic surface of one's own: f(x, y, z) with x, y, z in radians and period 2 pi per cell, for the cells "
               "expression-network-minus, -network-plus, -sheet, -offset-sheet and -double-network: \"sin(x)*cos(y) + sin(y)*cos(z) + "
               "sin(z)*cos(x)\". Functions: docs/06-grading.md.",
       .level = advanced, .stage = "fill"},
      {.path = at + "cell_offset", .min = -100, .max = 100, .label = "sheet offset",
       .help = "Value of the surface's function an -offset-sheet cell is centred on. Absent: the one that halves the cell.",
       .level = advanced, .stage = "fill"},
      {.path = at + "strut_taper", .min = 0.3, .max = 3, .label = "strut taper",
       .help = "Strut cells: radius at mid-length over radius at the nodes; 1 is a cylinder.", .level = advanced, .stage = "fill"},
      {.path = at + "node_fillet_fraction", .unit = "fraction", .min = 0, .max = 0.5, .label = "node fillet",
       .help = "Strut cells: radius of the roundings where struts meet, as a share of the cell size.", .level = advanced, .stage = "fill"},
      {.path = at + "strut_hollow_fraction", .unit = "fraction", .min = 0, .max = 0.95, .label = "hollow struts",
       .help = "Strut cells: inner over outer diameter of tubes; 0 is full.", .level = advanced, .stage = "fill"},
      {.path = at + "plate_opening_fraction", .unit = "fraction", .min = 0, .max = 0.95, .label = "plate openings",
       .help = "Plate cells: diameter of the round opening in each plate over that of the plate's inscribed circle; with 0 the pores are "
               "closed.",
       .level = advanced, .stage = "fill"},
      {.path = at + "seed", .type = FieldType::kInteger, .min = 0, .max = 1e9, .label = "random seed",
       .help = "Stochastic cells: another number, another arrangement; the same number gives the same cell.", .level = advanced,
       .stage = "fill"},
      {.path = at + "tile", .type = FieldType::kInteger, .min = 3, .max = 12, .label = "tile",
       .help = "Stochastic cells: edge of the periodic tile in multiples of the cell size, which is the mean seed distance of foams and "
               "struts and the wave length of a spinodoid.",
       .level = advanced, .stage = "fill"},
      {.path = at + "cone_angles_deg", .type = FieldType::kPoint3, .unit = "deg", .min = 0, .max = 90, .label = "cone angles",
       .help = "Spinodoid: half angles of the cones about x, y and z in which its waves may lie; [90, 90, 90] is isotropic.",
       .level = advanced, .stage = "fill"},
      {.path = at + "porosity_fraction", .unit = "fraction", .min = 0.05, .max = 0.95, .label = "porosity",
       .help = "Void share, met on the final part. 0.7 when nothing determines it.",
       .source = "60 to 80 % is usual for bulk lattices (recalled; optimum controversial)", .stage = "fill"},
      {.path = at + "porosity_expression", .type = FieldType::kText, .label = "graded porosity",
       .help = "Porosity as an expression of place, instead of porosity_fraction: \"ramp(depth, 0, 2, 0.8, 0.6)\". "
               "Variables and functions: docs/06-grading.md.",
       .stage = "fill"},
      {.path = at + "pore_size_mm", .unit = "mm", .min = 0.05, .max = 10, .label = "pore size",
       .help = "Size of the pores by lattice.pore_definition. Give this or cell_size_mm, or this and strut_size_mm without a porosity; "
               "0.6 when nothing determines it.",
       .source = "300 to 800 um are usual, about 600 um often best near 65 % porosity (Taniguchi 2016, recalled)",
       .stage = "fill"},
      {.path = at + "pore_definition", .type = FieldType::kChoice, .value = "max-inscribed-sphere",
       .choices = {"max-inscribed-sphere", "throat", "local-thickness-mean", "mean-intercept"}, .label = "pore definition",
       .help = "What pore_size_mm is, on the periodic cell: diameter of the largest sphere inscribed in the void; of the largest sphere "
               "that can travel through it; mean local thickness of the void (Hildebrand and Rueegsegger); mean length of lines in it "
               "(as in ASTM F1854).",
       .stage = "fill"},
      {.path = at + "strut_size_mm", .unit = "mm", .min = 0.02, .max = 10, .label = "strut or wall",
       .help = "Diameter of the largest sphere inscribed in the solid of the cell, instead of one of the other sizes or of the porosity.",
       .stage = "fill"},
      {.path = at + "cell_size_mm", .unit = "mm", .min = 0.1, .max = 20, .label = "cell size",
       .help = "Edge of the unit cell (seed distance of a stochastic one).", .stage = "fill"},
      {.path = at + "cell_size_expression", .type = FieldType::kText, .label = "graded cell size",
       .help = "Cell size in mm as an expression of place, instead of a fixed size; the cells are laid out by phase integration.",
       .stage = "fill"},
      {.path = at + "rotation_deg", .type = FieldType::kPoint3, .unit = "deg", .min = -360, .max = 360, .label = "cell rotation",
       .help = "Rotation of the cell about x, then y, then z of the implant's frame.", .level = advanced, .stage = "fill"},
      {.path = at + "turn_x_expression", .type = FieldType::kText, .label = "turn about x",
       .help = "Degrees by which the cells turn about the implant's x axis (then y, then z), as an expression of place, after rotation_deg; "
               "the cells are laid out by phase integration.",
       .level = advanced, .stage = "fill"},
      {.path = at + "turn_y_expression", .type = FieldType::kText, .label = "turn about y", .help = "The same about y.", .level = advanced,
       .stage = "fill"},
      {.path = at + "turn_z_expression", .type = FieldType::kText, .label = "turn about z", .help = "The same about z.", .level = advanced,
       .stage = "fill"},
      {.path = at + "frame", .type = FieldType::kChoice, .value = "cartesian",
       .choices = {"cartesian", "cylindrical", "spherical", "surface"}, .label = "cell frame",
       .help = "How the cells are arranged: in rows along the axes, round the implant's long axis, round its centre, or in layers below "
               "its surface (for zones near it).",
       .level = advanced, .stage = "fill"},
      {.path = at + "blend_cell", .type = FieldType::kText, .label = "second cell",
       .help = "A second cell of the same size, into which the first turns where blend_expression goes from 0 to 1.",
       .level = advanced, .stage = "fill"},
      {.path = at + "blend_expression", .type = FieldType::kText, .label = "blend",
       .help = "Weight of blend_cell, 0 to 1, as an expression of place.", .level = advanced, .stage = "fill"},
  };
  if (at != "lattice.")
    for (Field& row : rows) row.value = nullptr;
  return rows;
}

std::vector<Field> zone_rows() {
  const std::string at = "lattice.zones[].";
  std::vector<Field> rows = {
      {.path = at + "name", .type = FieldType::kText, .required = true, .label = "name", .help = "Name of the zone in results and reports.",
       .stage = "fill"},
      {.path = at + "region_expression", .type = FieldType::kText, .required = true, .label = "region",
       .help = "The zone is where this expression is negative; in mm near its boundary: \"depth - 0.5\" is a skin of 0.5 mm.",
       .stage = "fill"},
      {.path = at + "content", .type = FieldType::kChoice, .value = "lattice", .choices = {"lattice", "solid", "void"},
       .label = "content", .help = "What the zone holds.", .stage = "fill"},
      {.path = at + "transition_mm", .unit = "mm", .value = 0.0, .min = 0, .max = 20, .label = "transition",
       .help = "Width over which the zone's lattice and the one beyond it blend.", .stage = "fill"},
  };
  const std::vector<Field> cell = cell_rows(at);
  rows.insert(rows.end(), cell.begin(), cell.end());
  return rows;
}

}  // namespace

std::vector<Field> lattice_fields() {
  std::vector<Field> rows = cell_rows("lattice.");
  const std::vector<Field> rest = {
      {.path = "lattice.zones", .type = FieldType::kList, .value = Json::array(), .label = "zones",
       .help = "Regions of the porous zone with a content of their own, in order of precedence; the rest is the core, which the keys above "
               "describe.",
       .members = zone_rows(), .stage = "fill"},
      {.path = "lattice.images", .type = FieldType::kList, .value = Json::array(), .label = "images",
       .help = "Images (NRRD, NIfTI, OpenVDB, in patient coordinates) whose values expressions may use by name.",
       .level = FieldLevel::kAdvanced,
       .members = {{.path = "lattice.images[].name", .type = FieldType::kText, .required = true, .label = "name",
                    .help = "The variable.", .stage = "fill"},
                   {.path = "lattice.images[].path", .type = FieldType::kPath, .required = true, .label = "file",
                    .help = "Relative to the case file.", .stage = "fill"}},
       .stage = "fill"},
      {.path = "lattice.period_error_max_fraction", .unit = "fraction", .value = 0.15, .min = 0.001, .max = 1, .label = "largest period error",
       .help = "Graded cell sizes and orientations that no layout of cells can follow closer than this (root mean square of the local "
               "period over the zone) are refused.",
       .level = FieldLevel::kAdvanced, .stage = "fill"},
      {.path = "lattice.islands", .type = FieldType::kChoice, .value = "keep", .choices = {"keep", "remove"}, .label = "loose pieces",
       .help = "Solid pieces that are joined to nothing, such as struts cut off at a face: kept (the check of separate surfaces then "
               "fails) or removed; always counted and listed.",
       .stage = "fill"},
      {.path = "lattice.voxel_mm", .unit = "mm", .min = 0.01, .max = 0.5, .label = "lattice voxel",
       .help = "Voxel of the field the lattice is meshed from; memory and file size grow fast with its inverse. Absent: a 16th "
               "of the cell or a quarter of its strut, whichever is less, at least 0.04; coarser where the part is large; never more "
               "than half the thinnest wall or strut.",
       .level = FieldLevel::kAdvanced, .stage = "fill"},
  };
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

}  // namespace spongiosa::workflow
