#pragma once
/// A simulated stiffness against real tests: what `spongiosa compare-test` does.

#include "core/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct CompareTestJob {
  std::vector<std::filesystem::path> tests;       ///< one CSV per specimen (see read_force_displacement)
  std::filesystem::path simulated;                ///< microfe.json of the simulated test; empty: stiffness_n_per_mm is given
  std::string load = "compression";               ///< of microfe.json
  double stiffness_n_per_mm = 0.0;                ///< of the simulation, when `simulated` is empty
  double from_share = 0.2, to_share = 0.7;        ///< of each specimen's largest force: the part of the curve that is fitted
  double machine_compliance_mm_per_n = 0.0;       ///< taken off the measured displacement
  double numerical_uncertainty_fraction = -1.0;   ///< of the simulation (grid convergence index); negative: not known
  double limit_fraction = 0.10;                   ///< largest comparison error that passes
  std::filesystem::path out;                      ///< folder for compare-test.json, .html, .pdf; empty: none
  bool pdf = true;
};

/// Comparison error E = S - D of the simulated stiffness and the specimens' mean; uncertainty of the mean by Student's t (95 %), of validation
/// u = sqrt(u_D^2 + u_num^2) (ASME V&V 20's measure; from memory). With one specimen there is no u_D, and the document says so.
/// @return {format: "spongiosa-compare-test", version, specimens: [{file, sha256, stiffness_n_per_mm, r_squared, points, largest_force_n}], measured_mean_n_per_mm,
///   measured_sd_n_per_mm, measured_ci95_n_per_mm, simulated_n_per_mm, error_fraction, numerical_uncertainty_fraction, validation_uncertainty_fraction, limit_fraction,
///   verdict, statements}
/// @throws Error(kUsage), Error(kBadInput), Error(kIo)
Json run_compare_test_job(const CompareTestJob& job);

}  // namespace spongiosa::workflow
