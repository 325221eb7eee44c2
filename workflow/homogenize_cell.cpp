#include "workflow/homogenize_cell.h"

#include "core/error.h"
#include "fea/homogenize/homogenize.h"
#include "fea/material/material.h"
#include "geometry/image/image_file.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <cmath>

namespace spongiosa::workflow {

namespace {

/// Slivers with less solid are left out; what that takes away is the difference of solid_fraction and density_fraction.
constexpr double kVoidShare = 0.01;

fea::PeriodicCell periodic_cell(const CellRequest& request, Json& document) {
  fea::PeriodicCell cell;
  cell.youngs_modulus_mpa = request.youngs_modulus_mpa;
  cell.poisson_ratio = request.poisson_ratio;
  cell.void_share = kVoidShare;
  if (!request.field.empty()) {
    const geometry::FloatImage image = geometry::read_float_image(request.field);
    if (image.size[0] != image.size[1] || image.size[0] != image.size[2] || image.size[0] > 512)
      fail_input("'{}' has {} x {} x {} voxels; expected a periodic cube of 2 to 512 voxels along every axis", request.field.string(),
                 image.size[0], image.size[1], image.size[2]);
    cell.n = int(image.size[0]);
    cell.solid_share = image.data;
    document["field"] = request.field.filename().string();
    return cell;
  }
  if (!(request.density_fraction > 0.0 && request.density_fraction < 1.0))
    fail_input("--density is {}; expected the solid share of the cell, a number above 0 and below 1", request.density_fraction);
  const lattice::CellPtr lattice_cell = lattice::find_cell(request.cell);
  if ((lattice_cell->info().aspect - Vec3::Ones()).norm() > 1e-12)
    fail_input("the cell '{}' is not a cube (aspect {} x {} x {}); homogenisation works on cubes so far", request.cell,
               lattice_cell->info().aspect[0], lattice_cell->info().aspect[1], lattice_cell->info().aspect[2]);
  const double level = lattice::level_for_density(*lattice_cell, request.density_fraction);
  cell.n = request.voxels;
  cell.solid_share = lattice::solid_share(*lattice_cell, level, request.voxels);
  document["cell"] = request.cell;
  document["density_fraction"] = request.density_fraction;
  document["level"] = level;
  return cell;
}

/// Young's modulus along a direction.
double modulus_along(const Mat6& compliance, const Vec3& direction) {
  const Vec3 n = direction.normalized();
  Vec6 stress;
  stress << n[0] * n[0], n[1] * n[1], n[2] * n[2], n[1] * n[2], n[0] * n[2], n[0] * n[1];
  return 1.0 / stress.dot(compliance * stress);
}

/// Voigt and Reuss means over all orientations. Sources: Hill 1952; any elasticity text.
struct Isotropic {
  double bulk, shear;
};
Isotropic voigt_mean(const Mat6& c) {
  const double normal = c(0, 0) + c(1, 1) + c(2, 2), cross = c(0, 1) + c(0, 2) + c(1, 2), shear = c(3, 3) + c(4, 4) + c(5, 5);
  return {(normal + 2.0 * cross) / 9.0, (normal - cross + 3.0 * shear) / 15.0};
}
Isotropic reuss_mean(const Mat6& s) {
  const double normal = s(0, 0) + s(1, 1) + s(2, 2), cross = s(0, 1) + s(0, 2) + s(1, 2), shear = s(3, 3) + s(4, 4) + s(5, 5);
  return {1.0 / (normal + 2.0 * cross), 15.0 / (4.0 * normal - 4.0 * cross + 3.0 * shear)};
}
/// Upper bounds with voids. Source: Hashin and Shtrikman 1963.
Isotropic hashin_shtrikman_bound(double bulk, double shear, double rho) {
  return {4.0 * shear * bulk * rho / (4.0 * shear + 3.0 * bulk * (1.0 - rho)),
          (9.0 * bulk + 8.0 * shear) * shear * rho / (20.0 * shear + 15.0 * bulk - 6.0 * (bulk + 2.0 * shear) * rho)};
}

/// What must hold for any solid; a result that breaks it is wrong and is not given out.
Json checked_bounds(const fea::HomogenizedCell& cell, const CellRequest& request) {
  const Mat6 solid = fea::isotropic_stiffness(request.youngs_modulus_mpa, request.poisson_ratio);
  const double bulk = request.youngs_modulus_mpa / (3.0 * (1.0 - 2.0 * request.poisson_ratio)), shear = solid(3, 3);
  const Isotropic bound = hashin_shtrikman_bound(bulk, shear, cell.solid_fraction);
  const Isotropic voigt = voigt_mean(cell.stiffness_mpa), reuss = reuss_mean(Mat6(cell.stiffness_mpa.inverse()));
  const Mat6 below_voigt = cell.solid_fraction * solid - cell.stiffness_mpa;
  const double smallest = Eigen::SelfAdjointEigenSolver<Mat6>(below_voigt, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
  const auto entry = [](double value, double limit) { return Json{{"value_mpa", value}, {"bound_mpa", limit}, {"holds", value <= limit * (1.0 + 1e-6)}}; };
  Json bounds = {{"hashin_shtrikman_bulk", entry(reuss.bulk, bound.bulk)},
                 {"hashin_shtrikman_shear", entry(reuss.shear, bound.shear)},
                 {"voigt", {{"smallest_margin_mpa", smallest}, {"holds", smallest >= -1e-6 * solid(0, 0)}}},
                 {"reuss", {{"bound_mpa", 0.0}, {"holds", true}}}};
  bounds["mean_bulk_modulus_mpa"] = {{"voigt", voigt.bulk}, {"reuss", reuss.bulk}};
  bounds["mean_shear_modulus_mpa"] = {{"voigt", voigt.shear}, {"reuss", reuss.shear}};
  for (const char* name : {"hashin_shtrikman_bulk", "hashin_shtrikman_shear", "voigt"})
    if (!bounds.at(name).at("holds").get<bool>())
      fail_computation("the effective stiffness breaks the bound '{}' ({}); this is an error of the program", name, bounds.at(name).dump());
  return bounds;
}

}  // namespace

Json homogenize_cell(const CellRequest& request, const Progress& progress) {
  if (request.cell.empty() == request.field.empty()) fail_usage("give either --cell NAME with --density, or --field FILE");
  Json document = Json::object();
  progress.report(0.0, "solid share of the voxels");
  const fea::PeriodicCell cell = periodic_cell(request, document);
  const fea::HomogenizedCell result = fea::homogenize(cell, progress.part(0.05, 1.0));
  const Mat6& c = result.stiffness_mpa;
  const Mat6 compliance = c.inverse();
  document["voxels_per_edge"] = result.n;
  document["youngs_modulus_mpa"] = request.youngs_modulus_mpa;
  document["poisson_ratio"] = request.poisson_ratio;
  document["solid_fraction"] = result.solid_fraction;
  document["dropped_solid_fraction"] = result.dropped_solid_fraction;
  document["stiffness_mpa"] = Json::array();
  for (int i = 0; i < 6; ++i) {
    Json row = Json::array();
    for (int j = 0; j < 6; ++j) row.push_back(c(i, j));
    document["stiffness_mpa"].push_back(row);
  }
  document["voigt_order"] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  document["youngs_modulus_along_mpa"] = {{"100", modulus_along(compliance, Vec3(1, 0, 0))}, {"010", modulus_along(compliance, Vec3(0, 1, 0))},
                                          {"001", modulus_along(compliance, Vec3(0, 0, 1))}, {"110", modulus_along(compliance, Vec3(1, 1, 0))},
                                          {"111", modulus_along(compliance, Vec3(1, 1, 1))}};
  document["shear_modulus_mpa"] = {{"yz", 1.0 / compliance(3, 3)}, {"xz", 1.0 / compliance(4, 4)}, {"xy", 1.0 / compliance(5, 5)}};
  document["poisson_ratio_xy"] = result.poisson_ratio_xy;
  document["zener_ratio"] = result.zener_ratio;
  document["bounds"] = checked_bounds(result, request);
  document["solver"] = {{"unknowns", result.unknowns}, {"iterations", result.iterations}, {"relative_residual", result.relative_residual}};
  return document;
}

}  // namespace spongiosa::workflow
