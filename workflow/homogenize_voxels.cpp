#include "workflow/homogenize_voxels.h"

#include "core/error.h"
#include "geometry/image/image_file.h"
#include "geometry/levelset/level_set.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/connectivity.h"
#include "lattice/measure/solid_share.h"
#include "workflow/level_set_shares.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

/// Slivers with less solid are left out; what that takes away is the difference of solid_fraction and density_fraction.
constexpr double kVoidShare = 0.01;
constexpr double kLooseShare = 0.01;  ///< of the solid; more in loose pieces means that the cell is not connected
constexpr std::int64_t kMostVoxels = 512;

/// Refuses what is not connected, and says where that begins.
void check_connected(const lattice::Cell& cell, double level, double density) {
  const lattice::Connectivity found = lattice::measure_connectivity(cell, level);
  if (found.solid_connected && found.solid_loose_share <= kLooseShare * density) return;
  const std::optional<lattice::DensityRange> range = lattice::usable_densities(cell);
  if (!range || range->least <= density)
    fail_input("the solid of cell '{}' is not connected at a density of {}, so it has no stiffness", cell.name(), density);
  fail_input("the solid of cell '{}' is not connected at a density of {}, so it has no stiffness; it is connected from about {:.3f} on", cell.name(),
             density, range->least);
}

Json size_json(const Index3& size) { return {size[0], size[1], size[2]}; }

fea::PeriodicCell cell_of(const CellRequest& request, const Index3& size, std::vector<float> share) {
  fea::PeriodicCell cell;
  cell.size = size;
  cell.solid_share = std::move(share);
  cell.youngs_modulus_mpa = request.youngs_modulus_mpa;
  cell.poisson_ratio = request.poisson_ratio;
  cell.void_share = kVoidShare;
  return cell;
}

/// Cubes that fill the level set's box.
VoxelBox voxel_box(const geometry::LevelSet& solid, const CellRequest& request, double& distortion) {
  geometry::Box box = solid.solid_bounds();
  if (request.box_mm) {
    const auto& b = *request.box_mm;
    box.min = Vec3(b[0], b[1], b[2]);
    box.max = Vec3(b[3], b[4], b[5]);
    if (!((box.max - box.min).minCoeff() > 0.0)) fail_usage("--box-mm: expected x0,y0,z0,x1,y1,z1 with x1 > x0, y1 > y0 and z1 > z0");
  }
  VoxelBox voxels;
  voxels.first_mm = box.min;
  voxels.voxel_mm = box.size().maxCoeff() / request.voxels;
  for (int a = 0; a < 3; ++a) {
    const double count = box.size()[a] / voxels.voxel_mm;
    voxels.size[std::size_t(a)] = std::max<std::int64_t>(2, 2 * std::llround(0.5 * count));
    distortion = std::max(distortion, std::abs(double(voxels.size[std::size_t(a)]) / count - 1.0));
  }
  return voxels;
}

}  // namespace

CubeCount cubes_of_aspect(const Vec3& aspect, int voxels) {
  CubeCount best;
  best.size = {voxels, voxels, voxels};
  const Vec3 ratio = aspect / aspect[0];
  if ((ratio - Vec3::Ones()).norm() < 1e-12) return best;
  best.distortion = 1.0;
  for (const int unit : {8, 4}) {
    if (best.distortion <= 0.005) break;
    for (std::int64_t nx = std::max(unit, voxels / unit * unit - 2 * unit); nx <= voxels + 2 * unit; nx += unit) {
      CubeCount trial;
      for (std::size_t a = 0; a < 3; ++a) {
        const double edge = double(nx) * ratio[Eigen::Index(a)];
        trial.size[a] = std::max<std::int64_t>(unit, unit * std::llround(edge / unit));
        trial.distortion = std::max(trial.distortion, std::abs(double(trial.size[a]) / edge - 1.0));
      }
      if (trial.distortion < best.distortion) best = trial;
    }
  }
  return best;
}

fea::PeriodicCell voxels_of_cell(const lattice::Cell& cell, double density_fraction, const CellRequest& request, Json& document) {
  if (!(density_fraction > 0.0 && density_fraction < 1.0))
    fail_input("--density is {}; expected the solid share of the cell, a number above 0 and below 1", density_fraction);
  if (request.voxels < 4 || request.voxels > 256) fail_input("--voxels is {}; expected 4 to 256", request.voxels);
  const double level = lattice::level_for_density(cell, density_fraction);
  check_connected(cell, level, density_fraction);
  const CubeCount cubes = cubes_of_aspect(cell.info().aspect, request.voxels);
  document["cell"] = cell.name();
  document["density_fraction"] = density_fraction;
  document["level"] = level;
  document["voxels"] = size_json(cubes.size);
  document["edge_distortion"] = cubes.distortion;
  return cell_of(request, cubes.size, lattice::solid_share(cell, level, cubes.size));
}

fea::PeriodicCell voxels_of_field(const CellRequest& request, Json& document, const Progress& progress) {
  document["field"] = request.field.filename().string();
  if (request.field.extension() == ".vdb") {
    if (request.voxels < 4 || request.voxels > 256) fail_input("--voxels is {}; expected 4 to 256", request.voxels);
    const std::vector<geometry::LevelSet> grids = geometry::read_vdb(request.field);
    if (grids.empty()) fail_input("'{}' holds no level set", request.field.string());
    document["level_set"] = grids.front().name();
    double distortion = 0.0;
    const VoxelBox box = voxel_box(grids.front(), request, distortion);
    document["voxels"] = size_json(box.size);
    document["voxel_mm"] = box.voxel_mm;
    document["edge_distortion"] = distortion;
    return cell_of(request, box.size, solid_shares(grids.front(), box, progress));
  }
  const geometry::FloatImage image = geometry::read_float_image(request.field);
  for (const std::int64_t n : image.size)
    if (n < 2 || n > kMostVoxels)
      fail_input("'{}' has {} x {} x {} voxels; expected a periodic block of 2 to {} along every axis", request.field.string(), image.size[0],
                 image.size[1], image.size[2], kMostVoxels);
  if ((image.spacing_mm / image.spacing_mm[0] - Vec3::Ones()).norm() > 1e-3)
    fail_input("'{}' has voxels of {} x {} x {} mm; expected cubes", request.field.string(), image.spacing_mm[0], image.spacing_mm[1],
               image.spacing_mm[2]);
  document["voxels"] = size_json(image.size);
  document["edge_distortion"] = 0.0;
  return cell_of(request, image.size, image.data);
}

}  // namespace spongiosa::workflow
