#include "lattice/build/fill.h"

#include "core/error.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/build/islands.h"
#include "lattice/build/part_grid.h"
#include "lattice/build/request.h"
#include "lattice/measure/inscribed_sphere.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::enclosed_volume_mm3;
using geometry::FloatImage;
using geometry::LevelSet;

constexpr double kPorosityTolerance = 0.0004;  ///< the promise is 0.0005
constexpr int kMostSteps = 12;
constexpr double kJoint_voxels = 2.0;

double volume(const FloatImage& field) { return enclosed_volume_mm3(field, Progress()); }

/// One threshold's part: its volume, and what was removed from it.
struct Trial {
  double solid_mm3 = 0.0;
  std::int64_t islands = 0;
  double islands_mm3 = 0.0;
};
Trial make_part(const PartGrid& grid, const PartFields& fields, const Plan& plan, double threshold, FloatImage& field) {
  fill_field(grid, fields, *plan.cell, plan.cell_size_mm, threshold, field);
  Trial trial;
  trial.solid_mm3 = volume(field);
  trial.islands = remove_islands(field);
  if (trial.islands > 0) {
    const double with_islands = trial.solid_mm3;
    trial.solid_mm3 = volume(field);
    trial.islands_mm3 = with_islands - trial.solid_mm3;
  }
  return trial;
}

/// Regula falsi with the unit cell's slope for the first step: the part differs from the periodic cell by its cut faces, the
/// removed pieces and the grid, all of which change little with the threshold.
class ThresholdSearch {
 public:
  ThresholdSearch(double threshold, double share_slope) : threshold_(threshold), slope_(share_slope) {}
  double threshold() const { return threshold_; }

  /// @param excess  solid share of the part minus the wanted one.
  void correct(double excess) {
    if (has_last_ && std::abs(threshold_ - last_threshold_) > 1e-9) {
      const double secant = (excess - last_excess_) / (threshold_ - last_threshold_);
      // A share that does not grow with the threshold is noise of the removed pieces.
      if (secant > 0.2 * slope_ && secant < 5.0 * slope_) slope_ = secant;
    }
    has_last_ = true;
    last_threshold_ = threshold_;
    last_excess_ = excess;
    threshold_ -= excess / slope_;
  }

 private:
  double threshold_, slope_;
  bool has_last_ = false;
  double last_threshold_ = 0.0, last_excess_ = 0.0;
};

}  // namespace

FillEstimate estimate_fill(const LevelSet& body, const LevelSet& porous, const FillRequest& request) {
  const Plan plan = plan_fill(body, porous, request);
  FillEstimate estimate{};
  estimate.cell_size_mm = plan.cell_size_mm;
  estimate.voxel_mm = plan.voxel_mm;
  estimate.pore_size_mm = plan.sizes.pore_diameter * plan.cell_size_mm;
  estimate.strut_size_mm = plan.sizes.strut_diameter * plan.cell_size_mm;
  const PartGrid grid(body, plan.voxel_mm);
  estimate.voxels = product(grid.size);
  const Vec3 size = body.solid_bounds().size();
  const double zone_mm3 = volume(sample_zone(PartGrid(body, 1.5 * body.voxel_mm()), body, porous));
  // Each grid edge that crosses the surface is a vertex, and a closed surface has twice as many triangles. The skin of the
  // body is about that of its box.
  const double h2 = plan.voxel_mm * plan.voxel_mm;
  const double vertices = 3.0 * crossings_per_line(*plan.cell, plan.threshold) / plan.cell_size_mm * zone_mm3 / h2 +
                          2.0 * (size[0] * size[1] + size[1] * size[2] + size[2] * size[0]) / h2;
  estimate.triangles = 2.0 * vertices;
  estimate.stl_bytes = 84.0 + 50.0 * estimate.triangles;
  // Three float fields while calibrating; then the part's field, the zone and its helper, and the distance transform with
  // its mask. The mesh and the index tables of building and checking it come on top of the part's field alone.
  const double mesh_bytes = vertices * sizeof(Vec3f) + estimate.triangles * 12.0;
  const double fields = double(estimate.voxels) * 13.0;
  estimate.memory_bytes = std::max(fields, 4.0 * double(estimate.voxels) + 3.0 * mesh_bytes);
  return estimate;
}

FilledPart fill_part(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const Progress& progress) {
  progress.report(0.0, "calibrating the cell");
  const Plan plan = plan_fill(body, porous, request);
  const PartGrid grid(body, plan.voxel_mm);
  FilledPart part;
  part.cell_size_mm = plan.cell_size_mm;
  part.voxel_mm = plan.voxel_mm;

  progress.report(0.03, fmt::format("sampling the part on {:.1f} million voxels", double(product(grid.size)) * 1e-6));
  {
    const FloatImage zone = sample_zone(grid, body, porous);
    part.porous_zone_mm3 = volume(zone);
  }
  if (!(part.porous_zone_mm3 > std::pow(plan.cell_size_mm, 3)))
    fail_input("lattice: the porous zone holds {:.2f} mm3, less than one cell of {:.2f} mm; ask for a smaller cell or pore",
               part.porous_zone_mm3, plan.cell_size_mm);
  double solid_zone_mm3 = 0.0;
  {
    const PartFields fields = sample_part(grid, body, porous);
    solid_zone_mm3 = volume(fields.solid_zone);
    part.field = grid.image();
    ThresholdSearch search(plan.threshold, plan.share_slope);
    for (;; ++part.calibration_steps) {
      progress.report(0.1 + 0.4 * part.calibration_steps / kMostSteps, fmt::format("filling with '{}'", plan.cell->name()));
      const Trial trial = make_part(grid, fields, plan, search.threshold(), part.field);
      part.islands_removed = trial.islands;
      part.islands_removed_mm3 = trial.islands_mm3;
      const double porosity = 1.0 - (trial.solid_mm3 - solid_zone_mm3) / part.porous_zone_mm3;
      if (std::abs(porosity - request.porosity_fraction) < kPorosityTolerance) break;
      if (part.calibration_steps == kMostSteps)
        fail_computation("lattice: after {} corrections the part's porosity is {:.2f} %, not the {:.2f} % asked for; {} loose pieces are "
                         "removed each time. Ask for less porosity or a smaller cell",
                         kMostSteps, 100 * porosity, 100 * request.porosity_fraction, trial.islands);
      search.correct(request.porosity_fraction - porosity);
    }
    part.threshold = search.threshold();
  }

  progress.report(0.5, "meshing");
  part.mesh = geometry::extract_surface(part.field, progress.part(0.5, 0.6));
  progress.report(0.6, "checking the mesh");
  part.mesh_report = geometry::check_mesh(part.mesh);
  part.part_solid_mm3 = part.mesh_report.volume_mm3;
  part.lattice_solid_mm3 = part.part_solid_mm3 - solid_zone_mm3;
  part.porosity_fraction = 1.0 - part.lattice_solid_mm3 / part.porous_zone_mm3;

  progress.report(0.7, "measuring pores and struts");
  FloatImage zone = sample_zone(grid, body, porous);
  part.pore_size_mm = largest_void_sphere(part.field, zone, progress.part(0.7, 0.85)).diameter_mm;
  // Where a strut meets the rim at an acute angle, the mesh rounds the corner by about a voxel: a joint, not a strut.
  for (float& z : zone.data) z += float(kJoint_voxels * grid.voxel_mm);
  part.strut_size_mm = largest_solid_sphere(part.field, zone, progress.part(0.85, 1.0)).diameter_mm;
  return part;
}

}  // namespace spongiosa::lattice
