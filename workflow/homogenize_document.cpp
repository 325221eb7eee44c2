#include "workflow/homogenize_document.h"

#include "core/error.h"
#include "fea/homogenize/conductivity.h"
#include "fea/homogenize/permeability.h"
#include "fea/homogenize/stress_amplification.h"
#include "fea/material/material.h"

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <Eigen/LU>

namespace spongiosa::workflow {

namespace {

constexpr const char* kComponents[6] = {"xx", "yy", "zz", "yz", "xz", "xy"};

template <class Matrix>
Json rows_json(const Matrix& m) {
  Json rows = Json::array();
  for (int i = 0; i < m.rows(); ++i) {
    Json row = Json::array();
    for (int j = 0; j < m.cols(); ++j) row.push_back(m(i, j));
    rows.push_back(row);
  }
  return rows;
}

Json vector_json(const Vec3& v) { return {v[0], v[1], v[2]}; }

Json bounds_json(const fea::HomogenizedCell& cell, const CellRequest& request) {
  const Mat6 solid = fea::isotropic_stiffness(request.youngs_modulus_mpa, request.poisson_ratio);
  const fea::BulkAndShear material{request.youngs_modulus_mpa / (3.0 * (1.0 - 2.0 * request.poisson_ratio)), solid(3, 3)};
  const fea::BulkAndShear bound = fea::hashin_shtrikman_upper(material, cell.solid_fraction);
  const fea::ElasticConstants& e = cell.elastic;
  const Mat6 below_voigt = cell.solid_fraction * solid - cell.stiffness_mpa;
  const double smallest = Eigen::SelfAdjointEigenSolver<Mat6>(below_voigt, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
  const auto entry = [](double value, double limit) { return Json{{"value_mpa", value}, {"bound_mpa", limit}, {"holds", value <= limit * (1.0 + 1e-6)}}; };
  Json bounds = {{"hashin_shtrikman_bulk", entry(e.reuss.bulk_mpa, bound.bulk_mpa)},
                 {"hashin_shtrikman_shear", entry(e.reuss.shear_mpa, bound.shear_mpa)},
                 {"voigt", {{"bulk_mpa", cell.solid_fraction * material.bulk_mpa}, {"shear_mpa", cell.solid_fraction * material.shear_mpa},
                            {"smallest_margin_mpa", smallest}, {"holds", smallest >= -1e-6 * solid(0, 0)}}},
                 {"reuss", {{"bound_mpa", 0.0}, {"holds", true}}}};
  bounds["mean_bulk_modulus_mpa"] = {{"voigt", e.voigt.bulk_mpa}, {"reuss", e.reuss.bulk_mpa}};
  bounds["mean_shear_modulus_mpa"] = {{"voigt", e.voigt.shear_mpa}, {"reuss", e.reuss.shear_mpa}};
  for (const char* name : {"hashin_shtrikman_bulk", "hashin_shtrikman_shear", "voigt"})
    if (!bounds.at(name).at("holds").get<bool>())
      fail_computation("the effective stiffness breaks the bound '{}' ({}); this is an error of the program", name, bounds.at(name).dump());
  return bounds;
}

Json amplification_json(const fea::HomogenizedCell& cell) {
  Json result = {{"measure", "von Mises in the solid per unit macroscopic stress component; patch recovery in the middle of each voxel's solid, weighted by solid share"}};
  const auto amplification = fea::stress_amplification(cell);
  for (std::size_t s = 0; s < 6; ++s)
    result[kComponents[s]] = {{"p50", amplification[s].p50}, {"p95", amplification[s].p95}, {"p99", amplification[s].p99},
                              {"p99_9", amplification[s].p999}, {"peak", amplification[s].peak}};
  return result;
}

Json yield_json(const fea::HomogenizedCell& cell) {
  constexpr double kYielded = 0.01;
  const fea::YieldSurface surface = fea::yield_surface(cell, kYielded);
  Json uniaxial;
  for (int s = 0; s < 6; ++s) uniaxial[kComponents[s]] = surface.uniaxial[s];
  return {{"definition", "elastic estimate: macroscopic stress, in multiples of the solid's yield stress, at which 1 % of the solid's volume reaches it"},
          {"yielded_solid_fraction", surface.yielded_solid_fraction},
          {"relative_yield_stress", uniaxial},
          {"relative_yield_stress_hydrostatic", surface.hydrostatic},
          {"ellipsoid", matrix_json(surface.shape)},
          {"ellipsoid_closed", surface.closed},
          {"fit_error_rms", surface.fit_error_rms},
          {"fit_error_max", surface.fit_error_max},
          {"directions", surface.directions}};
}

}  // namespace

Json matrix_json(const Mat6& m) { return rows_json(m); }
Json matrix_json(const Mat3& m) { return rows_json(m); }

Mat3 frame_axes(const std::array<Vec3, 2>& frame) {
  const Vec3 x = frame[0], z = frame[1];
  if (!(x.norm() > 0.0) || !(z.norm() > 0.0) || x.normalized().cross(z.normalized()).norm() < 1e-3)
    fail_usage("--x-axis and --z-axis: expected two directions that are neither zero nor parallel");
  Mat3 axes;
  axes.col(0) = x.normalized();
  axes.col(1) = z.cross(x).normalized();
  axes.col(2) = axes.col(0).cross(axes.col(1));
  return axes;
}

void describe_stiffness(const fea::HomogenizedCell& cell, const CellRequest& request, Json& document) {
  const fea::ElasticConstants& e = cell.elastic;
  const Mat6 compliance = cell.stiffness_mpa.inverse();
  document["youngs_modulus_mpa"] = request.youngs_modulus_mpa;
  document["poisson_ratio"] = request.poisson_ratio;
  document["solid_fraction"] = cell.solid_fraction;
  document["dropped_solid_fraction"] = cell.dropped_solid_fraction;
  document["networks"] = cell.pieces;
  document["stiffness_mpa"] = matrix_json(cell.stiffness_mpa);
  document["voigt_order"] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  if (request.frame) {
    const Mat3 axes = frame_axes(*request.frame);
    document["frame"] = {{"axes", matrix_json(axes)}, {"stiffness_mpa", matrix_json(fea::stiffness_in_frame(cell.stiffness_mpa, axes))}};
  }
  const auto along = [&](double x, double y, double z) { return fea::youngs_modulus_along_mpa(compliance, Vec3(x, y, z)); };
  document["youngs_modulus_along_mpa"] = {{"100", along(1, 0, 0)}, {"010", along(0, 1, 0)}, {"001", along(0, 0, 1)},
                                          {"110", along(1, 1, 0)}, {"111", along(1, 1, 1)}};
  document["youngs_modulus_range_mpa"] = {{"min", e.youngs_modulus_min_mpa}, {"min_direction", vector_json(e.softest_direction)},
                                          {"max", e.youngs_modulus_max_mpa}, {"max_direction", vector_json(e.stiffest_direction)}};
  document["shear_modulus_mpa"] = {{"yz", e.shear_modulus_mpa[0]}, {"xz", e.shear_modulus_mpa[1]}, {"xy", e.shear_modulus_mpa[2]}};
  document["bulk_modulus_mpa"] = e.reuss.bulk_mpa;
  document["poisson_ratio_xy"] = e.poisson_ratio(0, 1);
  document["poisson_ratios"] = matrix_json(e.poisson_ratio);
  document["zener_ratio"] = e.zener_ratio;
  document["anisotropy_index"] = e.anisotropy_index;
  document["bounds"] = bounds_json(cell, request);
  document["stress_amplification"] = amplification_json(cell);
  document["yield_surface"] = yield_json(cell);
  document["solver"] = {{"unknowns", cell.unknowns}, {"iterations", cell.iterations}, {"relative_residual", cell.relative_residual}};
}

void describe_transport(const fea::PeriodicCell& cell, double cell_size_mm, Json& document, const Progress& progress) {
  constexpr double kConduction = 1e-6, kFlow = 1e-5;
  std::vector<float> pore(cell.solid_share.size());
  for (std::size_t c = 0; c < pore.size(); ++c) pore[c] = std::max(0.0f, 1.0f - cell.solid_share[c]);
  Json transport;
  const auto conduction = [&](const char* name, const std::vector<float>& share, const Progress& part) {
    const fea::PeriodicConductivity k = fea::effective_conductivity(cell.size, share, kConduction, part);
    transport[name] = {{"relative", matrix_json(k.relative)},
                       {"mean", k.relative.trace() / 3.0},
                       {"phase_fraction", k.phase_fraction},
                       {"hashin_shtrikman_upper", fea::hashin_shtrikman_conductivity(k.phase_fraction)},
                       {"iterations", k.iterations}};
  };
  conduction("conductivity_of_solid", cell.solid_share, progress.part(0.0, 0.2));
  conduction("conductivity_of_pore_space", pore, progress.part(0.2, 0.4));
  const fea::PeriodicPermeability flow = fea::permeability(cell.size, cell.solid_share, kFlow, progress.part(0.4, 1.0));
  const double edge_mm = cell_size_mm / double(cell.size[0]);
  const Mat3 k_mm2 = edge_mm * edge_mm * flow.per_edge_squared;
  transport["permeability"] = {{"cell_size_mm", cell_size_mm},
                               {"per_cell_size_squared", matrix_json(Mat3(k_mm2 / (cell_size_mm * cell_size_mm)))},
                               {"mm2", matrix_json(k_mm2)},
                               {"mean_m2", k_mm2.trace() / 3.0 * 1e-6},
                               {"void_fraction", flow.void_fraction},
                               {"steps", flow.steps}};
  document["transport"] = transport;
}

}  // namespace spongiosa::workflow
