#include "workflow/tools/compare_test_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "workflow/report/compare_test_html.h"
#include "workflow/report/report.h"
#include "workflow/study/force_displacement.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

double simulated_stiffness(const CompareTestJob& job) {
  if (job.simulated.empty()) {
    if (!(job.stiffness_n_per_mm > 0.0)) fail_usage("compare-test needs the simulated test: --simulated microfe.json, or --stiffness-n-per-mm");
    return job.stiffness_n_per_mm;
  }
  const Json document = read_json(job.simulated);
  if (!document.is_object() || document.value("format", "") != "spongiosa-microfe") fail_input("'{}' is not a microfe.json of 'spongiosa microfe'", job.simulated.string());
  std::string known;
  for (const Json& load : document.at("loads")) {
    if (load.at("load") == job.load && load.at("stiffness_unit") == "N/mm") return load.at("stiffness");
    known += (known.empty() ? "" : ", ") + load.at("load").get<std::string>();
  }
  fail_input("'{}' has no load '{}' with a stiffness in N/mm; it has {}", job.simulated.string(), job.load, known);
}

}  // namespace

Json run_compare_test_job(const CompareTestJob& job) {
  if (!(job.from_share >= 0.0 && job.from_share < job.to_share && job.to_share <= 1.0))
    fail_usage("--from {:g} --to {:g}: expected 0 <= from < to <= 1", job.from_share, job.to_share);
  if (!(job.machine_compliance_mm_per_n >= 0.0)) fail_usage("--machine-compliance-mm-per-n must not be negative");
  const double simulated = simulated_stiffness(job);
  Json specimens = Json::array(), curves = Json::array();
  double sum = 0.0;
  for (const fs::path& file : job.tests) {
    ForceDisplacement curve = read_force_displacement(file);
    for (std::size_t i = 0; i < curve.force_n.size(); ++i) curve.displacement_mm[i] -= job.machine_compliance_mm_per_n * curve.force_n[i];
    const FittedStiffness fit = fit_stiffness(curve, job.from_share, job.to_share);
    specimens.push_back({{"file", file.filename().string()}, {"sha256", sha256_file(file)}, {"stiffness_n_per_mm", fit.stiffness_n_per_mm}, {"intercept_n", fit.intercept_n},
                         {"r_squared", fit.r_squared}, {"points", fit.points}, {"largest_force_n", fit.largest_force_n}});
    curves.push_back({{"displacement_mm", curve.displacement_mm}, {"force_n", curve.force_n}});
    sum += fit.stiffness_n_per_mm;
  }
  const double count = double(specimens.size()), mean = sum / count;
  double squares = 0.0;
  for (const Json& s : specimens) squares += std::pow(s.at("stiffness_n_per_mm").get<double>() - mean, 2);
  const bool repeated = specimens.size() > 1, numerical = job.numerical_uncertainty_fraction >= 0.0;
  const double sd = repeated ? std::sqrt(squares / (count - 1.0)) : 0.0;
  const double ci = repeated ? student_t95(int(count) - 1) * sd / std::sqrt(count) : 0.0;
  const double error = simulated / mean - 1.0;

  Json document = {{"format", "spongiosa-compare-test"}, {"version", 1}, {"load", job.load}, {"specimens", specimens}};
  document["measured_mean_n_per_mm"] = mean;
  document["measured_sd_n_per_mm"] = repeated ? Json(sd) : Json();
  document["measured_ci95_n_per_mm"] = repeated ? Json(ci) : Json();
  document["simulated_n_per_mm"] = simulated;
  document["error_fraction"] = error;
  document["numerical_uncertainty_fraction"] = numerical ? Json(job.numerical_uncertainty_fraction) : Json();
  document["validation_uncertainty_fraction"] =
      repeated && numerical ? Json(std::hypot(ci / mean, job.numerical_uncertainty_fraction * simulated / mean)) : Json();
  document["limit_fraction"] = job.limit_fraction;
  document["verdict"] = std::abs(error) <= job.limit_fraction ? "pass" : "fail";
  Json statements = Json::array();
  statements.push_back(fmt::format("Stiffness: slope of the line through the points between {:g} and {:g} of a specimen's largest force, on the way to it.", job.from_share, job.to_share));
  if (job.machine_compliance_mm_per_n > 0.0) statements.push_back(fmt::format("{:g} mm/N of machine compliance was taken off the displacements.", job.machine_compliance_mm_per_n));
  else statements.push_back("The compliance of the testing machine was not taken off: displacements must have been measured at the specimen.");
  if (!repeated) statements.push_back("One specimen: the uncertainty of the measurement is not known.");
  if (!numerical) statements.push_back("The numerical uncertainty of the simulation is not known (a convergence study gives it).");
  if (const Json& u = document["validation_uncertainty_fraction"]; u.is_number())
    statements.push_back(std::abs(error) > u.get<double>() ? "The error is larger than its uncertainty: its sign and size tell about the model."
                                                           : "The error is smaller than its uncertainty: the data cannot tell the model's error from noise.");
  document["statements"] = statements;
  document["curves"] = curves;
  if (!job.out.empty()) {
    make_writable_folder(job.out);
    write_json(job.out / "compare-test.json", document);
    write_text_file(job.out / "compare-test.html", compare_test_html(document));
    if (job.pdf) write_pdf(job.out / "compare-test.html", job.out / "compare-test.pdf");
  }
  return document;
}

}  // namespace spongiosa::workflow
