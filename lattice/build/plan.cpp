#include "lattice/build/plan.h"

#include "core/error.h"
#include "lattice/build/meshed_density.h"
#include "lattice/build/part_field.h"
#include "lattice/grading/calibrate.h"
#include "lattice/grading/graded_phases.h"
#include "lattice/grading/targets.h"
#include "lattice/measure/connectivity.h"
#include "lattice/measure/unit_cell.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::LevelSet;

constexpr double kLeastVoxelsPerCell = 8.0;
constexpr double kWallVoxels = 2.0;       ///< that the default grid gives the thinnest wall or strut
constexpr double kMargin = 0.05;  ///< of density, on each side of what is asked: room for the correction on the part
constexpr double kBorderMargin = 0.1;  ///< the same at borders, as far as the cell is usable

void check_size(const std::string& name, double value, double low, double high) {
  if (!(value >= low && value <= high)) fail_input("lattice: {} is {} mm; expected {}..{} mm", name, value, low, high);
}

/// What a lattice request says of porosity and sizes, in the words of error messages.
void check_counts(const LatticeRequest& r, const std::string& who) {
  const int porosity = int(r.porosity_fraction.has_value()) + int(!r.porosity_expression.empty());
  const int sizes = int(r.pore_size_mm.has_value()) + int(r.strut_size_mm.has_value()) + int(r.cell_size_mm.has_value()) +
                    int(!r.cell_size_expression.empty());
  if (porosity > 1) fail_input("{}: both porosity_fraction and porosity_expression are given; give one of them", who);
  if (porosity + sizes > 2)
    fail_input("{}: more is given than a lattice can meet: porosity and one of pore_size_mm, strut_size_mm, cell_size_mm determine it, or "
               "two of them",
               who);
  if (sizes == 0)
    fail_input("{}: neither pore_size_mm nor strut_size_mm nor cell_size_mm is given; give one of them (for example a pore size of 0.6 mm)",
               who);
  if (porosity + sizes < 2)
    fail_input("{}: neither porosity_fraction nor a second size is given; give one of them (for example a porosity of 0.7)", who);
  if (r.porosity_fraction && !(*r.porosity_fraction >= 0.05 && *r.porosity_fraction <= 0.95))
    fail_input("{}: a porosity of {:.1f} % was asked for; expected 5..95 %", who, 100 * *r.porosity_fraction);
  if (r.pore_size_mm) check_size("pore_size_mm", *r.pore_size_mm, 0.05, 10.0);
  if (r.strut_size_mm) check_size("strut_size_mm", *r.strut_size_mm, 0.02, 10.0);
  if (r.cell_size_mm) check_size("cell_size_mm", *r.cell_size_mm, 0.1, 20.0);
}

CellTargets targets_of(const LatticeRequest& r) {
  CellTargets targets;
  targets.porosity_fraction = r.porosity_fraction;
  targets.pore_size_mm = r.pore_size_mm;
  targets.pore_definition = r.pore_definition;
  targets.strut_size_mm = r.strut_size_mm;
  targets.cell_size_mm = r.cell_size_mm;
  return targets;
}

/// Of two cells blended, whose densities in between no table knows.
void check_blend(const Cell& cell, double density, const std::string& who) {
  constexpr double kLoose = 0.002;  // share of a cell that may be loose pieces or closed pores
  const Connectivity c = measure_connectivity(cell, level_for_density(cell, density));
  if (!c.solid_connected || c.solid_loose_share >= kLoose)
    fail_input("{}: '{}' at {:.1f} % porosity falls apart ({:.1f} % of the volume is loose); ask for less porosity or other cells", who, cell.name(),
               100 * (1 - density), 100 * c.solid_loose_share);
  if (!c.void_open || c.void_closed_share >= kLoose)
    fail_input("{}: '{}' at {:.1f} % porosity closes its pores ({:.1f} % of the volume has no way out); ask for more porosity or other cells", who,
               cell.name(), 100 * (1 - density), 100 * c.void_closed_share);
}

class Planner {
 public:
  Planner(const LevelSet& zone, const FieldSources& sources, double period_error_max_fraction)
      : zone_(zone), sources_(sources), period_error_max_(period_error_max_fraction) {}

  /// @param within  negative where the zone's lattice is seen; empty for all of the porous zone
  LatticePlan plan(const LatticeRequest& request, const std::string& who, const std::string& within, const Progress& progress) const {
    check_counts(request, who);
    LatticePlan plan;
    plan.zone.cell = cell_of(request);
    const Cell& cell = *plan.zone.cell;

    CellTargets targets = targets_of(request);
    if (!request.porosity_expression.empty()) {
      const Field porosity(request.porosity_expression, sources_, progress);
      const FieldExtent extent = check_field(porosity, {who + ": porosity", "", 0.05, 0.95}, zone_);
      for (const double p : {extent.least, extent.most}) require_usable_density(cell, 1.0 - p, who);
      plan.zone.density = Field("1-(" + request.porosity_expression + ")", sources_, progress);
      set_border_shifts(1.0 - extent.most, 1.0 - extent.least, plan);
      targets.porosity_fraction = extent.mean;
    }
    if (!request.cell_size_expression.empty()) {
      const FieldExtent extent = check_field(Field(request.cell_size_expression, sources_, progress), {who + ": cell size", "mm", 0.1, 20.0}, zone_);
      targets.cell_size_mm = extent.mean;
    }
    const SolvedCell solved = solve_targets(cell, targets, who);
    const double mean_density = solved.density_fraction;
    if (!plan.zone.density) {
      plan.zone.density = Field(mean_density);
      set_border_shifts(mean_density, mean_density, plan);
    }
    if (!request.blend_cell.empty()) {
      CellSpec second;
      second.name = request.blend_cell;
      plan.zone.blend = std::make_shared<CellBlend>(plan.zone.cell, make_cell(second));
      plan.zone.weight = Field(request.blend_expression, sources_, progress);
      check_field(*plan.zone.weight, {who + ": blend", "", 0.0, 1.0}, zone_);
      check_field(*plan.zone.density, {who + ": density", "", CellBlend::least_density(), CellBlend::most_density()}, zone_);
      for (const double weight : {0.5, 1.0}) check_blend(*plan.zone.blend->at_weight(weight), mean_density, who);
    }
    lay_out(request, who, within, solved.cell_size_mm, plan, progress);
    plan.pore_size_mm = solved.sizes.pore_diameter * plan.cell_size_mm;
    plan.strut_size_mm = plan.thinnest_wall_mm = solved.sizes.strut_diameter * plan.cell_size_mm;
    if (plan.least_density < mean_density - 0.01)
      plan.thinnest_wall_mm = measure_unit_cell(cell, level_for_density(cell, plan.least_density)).strut_diameter * plan.cell_size_mm;
    plan.sizes_mm = solved.sizes_mm;
    plan.crossings_per_mm = crossings_per_line(cell, solved.level) / plan.cell_size_mm;
    return plan;
  }

 private:
  CellPtr cell_of(const LatticeRequest& request) const { return make_cell(request.cell); }

  /// How far the densities at borders may be corrected.
  static void set_border_shifts(double least, double most, LatticePlan& plan) {
    const std::optional<DensityRange> usable = usable_densities(*plan.zone.cell);
    plan.least_density = least;
    plan.most_density = most;
    plan.zone.border_shift_least = usable ? std::clamp(usable->least - least, -kBorderMargin, 0.0) : 0.0;
    plan.zone.border_shift_most = usable ? std::clamp(usable->most - most, 0.0, kBorderMargin) : 0.0;
  }

  /// Phase map of cells of size `a`, mm, unless an expression says their size.
  void lay_out(const LatticeRequest& request, const std::string& who, const std::string& within, double a, LatticePlan& plan,
               const Progress& progress) const {
    const Vec3 aspect = plan.zone.cell->info().aspect;
    const CellPlacement placement{Vec3::Zero(), cell_rotation(request.rotation_deg)};
    const bool turns = std::any_of(request.turn_expressions.begin(), request.turn_expressions.end(), [](const auto& text) { return !text.empty(); });
    const bool grades = !request.cell_size_expression.empty();
    if (grades || turns) {
      if (request.frame != "cartesian")
        fail_input("{}: {} and frame = {} exclude each other; graded sizes and directions are laid out along the axes", who,
                   turns ? "turn expressions" : "cell_size_expression", request.frame);
      const std::string size_expression = grades ? request.cell_size_expression : fmt::format("{:.17g}", a);
      const Field size(size_expression, sources_, progress);
      const FieldExtent extent = check_field(size, {who + ": cell size", "mm", 0.1, 20.0}, zone_);
      GradedPhasesRequest graded;
      for (int axis = 0; axis < 3; ++axis) {
        if (const std::string& turn = request.turn_expressions[std::size_t(axis)]; !turn.empty()) {
          graded.wanted.turns_deg[std::size_t(axis)] = Field(turn, sources_, progress);
          check_field(graded.wanted.turns_deg[std::size_t(axis)], {who + ": turn", "deg", -3600.0, 3600.0}, zone_);
        }
        graded.wanted.edges_mm[std::size_t(axis)] = Field(fmt::format("({})*{}", size_expression, aspect[axis]), sources_, progress);
      }
      graded.wanted.rotation = placement.rotation;
      graded.period_rms_limit_fraction = period_error_max_;
      const GradedPhases phases = integrate_phases(graded, zone_, progress);
      plan.zone.map = phases.map;
      plan.cell_size_mm = extent.mean;
      plan.smallest_cell_mm = extent.least;
      plan.zone.cell_size_mm = extent.most;
      plan.notes.push_back(fmt::format(
          "{}: cells of {:.3f} to {:.3f} mm laid out by phase integration; local edge length against the wanted one: {:.1f} % root mean "
          "square, {:.1f} % at the 99th percentile; shear {:.1f} deg, direction {:.1f} deg root mean square.",
          who, extent.least, extent.most, 100 * phases.report.period_fraction.rms, 100 * phases.report.period_fraction.percentile_99,
          phases.report.shear_deg.rms, phases.report.orientation_deg.rms));
      return;
    }
    plan.cell_size_mm = plan.smallest_cell_mm = plan.zone.cell_size_mm = a;
    if (request.frame == "surface") {
      lay_out_along_surface(who, within, a, plan, progress);
      return;
    }
    if (request.frame == "cylindrical") {
      plan.zone.map = cylindrical_phases({.cell_edges_mm = a * aspect, .reference_radius_mm = outer_radius(false), .cells_round = {}, .placement = placement});
    } else if (request.frame == "spherical") {
      plan.zone.map = spherical_phases({.radial_edge_mm = a * aspect[0], .reference_radius_mm = outer_radius(true), .tangential_edge_mm = a * aspect[1],
                                        .cells_round = {}, .placement = placement});
    } else if (request.frame == "cartesian") {
      plan.zone.map = uniform_phases(a * aspect, placement);
    } else {
      fail_input("{}: frame is '{}'; expected cartesian, cylindrical, spherical or surface", who, request.frame);
    }
    for (const PhaseSingularity& s : plan.zone.map->singularities())
      plan.notes.push_back(fmt::format("{}: the directions of cells have a singular place of index {:g} ({}) at ({:.2f}, {:.2f}, {:.2f}) mm in "
                                       "the implant's frame.",
                                       who, s.index, s.what, s.place_Frame[0], s.place_Frame[1], s.place_Frame[2]));
  }

  /// Layers of cells below the surface of the body.
  void lay_out_along_surface(const std::string& who, const std::string& within, double cell_size_mm, LatticePlan& plan, const Progress& progress) const {
    const Vec3 aspect = plan.zone.cell->info().aspect;
    if (std::abs(aspect[1] - aspect[2]) > 1e-9 * aspect[1])
      fail_input("{}: cell '{}' has unequal edges along its second and third axes, which lie in the surface; use a cell with equal ones", who,
                 plan.zone.cell->name());
    const Field depth(within.empty() ? "max(depth, 0)" : "if((" + within + ") < 0, max(depth, 0), 0)", sources_, progress);
    SurfaceLayersRequest layers;
    layers.layer_mm = cell_size_mm * aspect[0];
    layers.tangential_mm = cell_size_mm * aspect[1];
    layers.depth_mm = check_field(depth, {who + ": depth", "mm", 0.0, 1e6}, zone_).most;
    layers.period_rms_limit_fraction = period_error_max_;
    plan.zone.layers = std::make_shared<SurfaceLayers>(*sources_.body(), layers, progress);
    const SurfaceLayers::Errors& errors = plan.zone.layers->errors();
    const std::vector<Vec3>& corners = plan.zone.layers->corners();
    std::string places, corner_places;
    const auto add = [](std::string& list, const Vec3& p) { list += fmt::format("{}({:.2f}, {:.2f}, {:.2f})", list.empty() ? "" : ", ", p[0], p[1], p[2]); };
    for (const PhaseSingularity& s : plan.zone.layers->singularities()) add(places, s.place_Frame);
    for (const Vec3& corner : corners) add(corner_places, corner);
    plan.notes.push_back(fmt::format(
        "{}: layers of {:.3f} mm below the surface in {} charts, whose lattices are united over bands of one cell. Root mean squares: layer "
        "{:.1f} % off, its direction {:.1f} deg off the normal, edges in the surface {:.1f} %, shear {:.1f} deg. Edges in the surface are {:.2f} to "
        "{:.2f} times those at the surface, as the normals come together or part. {} singular points of the directions in the surface, of "
        "total index {:g}{}{}; {} places where three charts meet{}{}.",
        who, layers.layer_mm, plan.zone.layers->charts(), 100 * errors.layer_rms_fraction, errors.normal_rms_deg, 100 * errors.tangential_rms_fraction,
        errors.shear_rms_deg, errors.narrowest_fraction, errors.widest_fraction, plan.zone.layers->singularities().size(),
        plan.zone.layers->index_sum(), places.empty() ? "" : ", at mm in the implant's frame: ", places, corners.size(),
        corner_places.empty() ? "" : ", at ", corner_places));
  }

  /// Where cylindrical and spherical cells have the size asked for: the zone's farthest place from axis or centre.
  double outer_radius(bool spherical) const {
    const geometry::Box box = zone_.solid_bounds();
    Vec3 far = box.min.cwiseAbs().cwiseMax(box.max.cwiseAbs());
    if (!spherical) far[2] = 0.0;
    return 0.70710678 * far.norm();
  }

  const LevelSet& zone_;
  const FieldSources& sources_;
  double period_error_max_;
};

/// Levels of a zone's cell, for the densities asked for and room for their corrections.
void set_levels(const LatticePlan& plan, double voxel_mm, Zone& zone) {
  const MeshedLevels densities{plan.least_density, plan.most_density, kMargin - zone.border_shift_least, kMargin + zone.border_shift_most};
  zone.level = meshed_levels(*zone.cell, densities, plan.cell_size_mm * zone.cell->info().aspect, voxel_mm);
}

double default_voxel_mm(const LevelSet& body, double cell_size_mm, double strut_mm) {
  constexpr double kFinest_mm = 0.04;
  // Walls come before memory: those of less than one and a half samples have holes.
  const double wanted = std::min(std::max(std::min(cell_size_mm / 16.0, strut_mm / 4.0), kFinest_mm), strut_mm / kWallVoxels);
  const double coarsest = std::max(wanted, std::min(cell_size_mm / 12.0, strut_mm / kWallVoxels));
  const double bounded = wanted * std::cbrt(double(product(PartGrid(body, wanted).size)) / double(kDefaultVoxels));
  return std::clamp(bounded, wanted, coarsest);
}

}  // namespace

Mat3 cell_rotation(const Vec3& degrees) {
  const Vec3 a = degrees * (3.14159265358979323846 / 180.0);
  return (Eigen::AngleAxisd(a[2], Vec3::UnitZ()) * Eigen::AngleAxisd(a[1], Vec3::UnitY()) * Eigen::AngleAxisd(a[0], Vec3::UnitX()))
      .toRotationMatrix();
}

Plan plan_fill(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const FieldSources& sources,
               const Progress& progress) {
  if (request.voxel_mm) check_size("voxel_mm", *request.voxel_mm, 0.005, 1.0);
  if ((body.frame().origin_Patient - porous.frame().origin_Patient).norm() > 1e-9 ||
      (body.frame().axes_Patient - porous.frame().axes_Patient).norm() > 1e-12)
    fail_input("lattice: body '{}' and porous zone '{}' are in different frames", body.name(), porous.name());
  const Planner planner(porous, sources, request.period_error_max_fraction);
  Plan plan;
  double& finest_strut_mm = plan.thinnest_wall_mm;
  const auto count = [&](const LatticePlan& of) {
    plan.smallest_cell_mm = plan.smallest_cell_mm > 0.0 ? std::min(plan.smallest_cell_mm, of.smallest_cell_mm) : of.smallest_cell_mm;
    const double strut = of.thinnest_wall_mm * of.smallest_cell_mm / of.cell_size_mm;
    finest_strut_mm = finest_strut_mm > 0.0 ? std::min(finest_strut_mm, strut) : strut;
    plan.notes.insert(plan.notes.end(), of.notes.begin(), of.notes.end());
  };
  std::vector<LatticePlan> lattices;
  for (const ZoneRequest& zone : request.zones) {
    const std::string who = "lattice zone '" + zone.name + "'";
    Zone planned;
    double size_mm = 0.0;
    if (zone.content == "lattice") {
      const LatticePlan lattice = planner.plan(zone.lattice, who, fmt::format("({})-{}", zone.region_expression, 0.5 * zone.transition_mm), progress);
      count(lattice);
      planned = lattice.zone;
      size_mm = lattice.cell_size_mm;
      lattices.push_back(lattice);
    } else if (zone.content == "solid" || zone.content == "void") {
      planned.fill = zone.content == "solid" ? ZoneFill::kSolid : ZoneFill::kVoid;
    } else {
      fail_input("{}: content is '{}'; expected lattice, solid or void", who, zone.content);
    }
    planned.name = zone.name;
    planned.transition_mm = zone.transition_mm;
    planned.region = Field(zone.region_expression, sources, progress);
    plan.zones.push_back(planned);
    plan.sizes_mm.push_back(size_mm);
  }
  plan.core = planner.plan(request.core, "lattice", {}, progress);
  count(plan.core);
  plan.core.zone.name = "core";
  plan.zones.push_back(plan.core.zone);
  plan.sizes_mm.push_back(plan.core.cell_size_mm);

  lattices.push_back(plan.core);

  plan.voxel_mm = request.voxel_mm ? *request.voxel_mm : default_voxel_mm(body, plan.smallest_cell_mm, finest_strut_mm);
  if (plan.smallest_cell_mm < kLeastVoxelsPerCell * plan.voxel_mm)
    fail_input("lattice: a cell of {:.3f} mm has only {:.1f} voxels of {:.3f} mm; at least {:.0f} are needed, 16 are recommended. Ask for "
               "a voxel of at most {:.3f} mm",
               plan.smallest_cell_mm, plan.smallest_cell_mm / plan.voxel_mm, plan.voxel_mm, kLeastVoxelsPerCell,
               plan.smallest_cell_mm / kLeastVoxelsPerCell);
  if (plan.thinnest_wall_mm < kLeastWallVoxels * plan.voxel_mm)
    plan.notes.push_back(fmt::format("lattice: the thinnest walls or struts, {:.3f} mm, are {:.2f} voxels of {:.3f} mm: they come out with holes and the "
                                     "lattice's porosity is only that asked for on average. Ask for a voxel of at most {:.3f} mm",
                                     plan.thinnest_wall_mm, plan.thinnest_wall_mm / plan.voxel_mm, plan.voxel_mm,
                                     plan.thinnest_wall_mm / kLeastWallVoxels));
  const geometry::Box outer = body.solid_bounds(), inner = porous.solid_bounds();
  const Vec3 zone = outer.max.cwiseMin(inner.max) - outer.min.cwiseMax(inner.min);
  if (!(zone.minCoeff() > plan.core.smallest_cell_mm))
    fail_input("lattice: the porous zone '{}' is smaller than one cell of {:.2f} mm in some direction; ask for a smaller cell or pore",
               porous.name(), plan.core.smallest_cell_mm);
  auto lattice = lattices.begin();
  for (Zone& zone : plan.zones)
    if (zone.fill == ZoneFill::kLattice) set_levels(*lattice++, plan.voxel_mm, zone);
  return plan;
}

}  // namespace spongiosa::lattice
