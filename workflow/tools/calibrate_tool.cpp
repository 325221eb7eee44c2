#include "workflow/tools/calibrate_tool.h"

#include "core/error.h"
#include "geometry/bone/hu_calibration.h"
#include "geometry/ct/import.h"
#include "workflow/schema.h"

#include <cmath>
#include <cstdlib>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// A ball of the scan whose value is known.
struct Region {
  std::string name;
  Vec3 centre_Patient;
  double radius_mm, expected;
};

/// Numbers between commas, from the `first` item on.
std::vector<double> numbers(const std::string& text, std::size_t first, std::size_t count, const char* form) {
  std::vector<std::string> items{""};
  for (const char c : text) {
    if (c == ',')
      items.emplace_back();
    else
      items.back() += c;
  }
  std::vector<double> result;
  for (std::size_t n = first; n < items.size(); ++n) {
    char* end = nullptr;
    result.push_back(std::strtod(items[n].c_str(), &end));
    if (items[n].empty() || *end != '\0' || !std::isfinite(result.back())) fail_usage("the region '{}' is not of the form {}", text, form);
  }
  if (result.size() != count) fail_usage("the region '{}' is not of the form {}", text, form);
  return result;
}

std::vector<Region> regions_of(const CalibrateJob& job) {
  std::vector<Region> regions;
  for (std::size_t n = 0; n < job.rods.size(); ++n) {
    const auto v = numbers(job.rods[n], 0, 5, "x,y,z,radius,density");
    if (!(v[4] >= -0.5 && v[4] <= 2.0)) fail_input("rod {}: its density is {:g} g/cm3; expected -0.5..2 (a density in mg/cm3 is a thousand times that)", n + 1, v[4]);
    regions.push_back({fmt::format("rod {}", n + 1), Vec3(v[0], v[1], v[2]), v[3], v[4]});
  }
  for (const std::string& text : job.tissues) {
    const auto v = numbers(text, 1, 4, "name,x,y,z,radius");
    const std::string name = text.substr(0, text.find(','));
    regions.push_back({name, Vec3(v[0], v[1], v[2]), v[3], g::nominal_tissue_hu(name)});
  }
  return regions;
}

double schema_default(const char* path) { return find_field(path)->value.get<double>(); }

}  // namespace

Json run_calibrate_job(const CalibrateJob& job, const Progress& progress) {
  const bool tissues = job.find_tissues || !job.tissues.empty();
  if (tissues == !job.rods.empty()) fail_usage("give either rods of a phantom (--rod) or tissues (--tissue, --find-tissues), not both");
  const std::vector<Region> regions = regions_of(job);
  g::ImportOptions options;
  if (!job.series_uid.empty()) options.series_uid = job.series_uid;
  const g::CtImport ct = g::import_ct(job.scan, options, progress.part(0.0, 0.9));
  progress.report(0.9, "measuring regions");
  std::vector<g::CalibrationPoint> points;
  if (job.find_tissues) points = g::find_tissues(ct.hu);
  for (const Region& region : regions)
    points.push_back({region.name, g::region_values(ct.hu, region.centre_Patient, region.radius_mm, region.name), region.expected, 0.0});
  const g::HuFit fit = g::fit_hu(std::move(points));

  // Two points lie on every line.
  const auto residual = [&](const std::string& text) { return fit.points.size() > 2 ? "RMS residual " + text : std::string("two points, which no residual can doubt"); };
  // As the case's nominal calibration: ash = 0.877 QCT + 0.079 g/cm3 (Schileo 2008, from memory), apparent = ash / 0.6 (from memory).
  double slope = 0.877 / 0.6 * fit.slope, intercept = (0.877 * fit.intercept + 0.079) / 0.6;
  std::string statement = fmt::format("calibrated by {} K2HPO4 rods of a phantom in the scan: {}; ash = 0.877 QCT + 0.079 g/cm3 "
                                      "(Schileo 2008, from memory, not verified), apparent = ash / 0.6 (from memory, not verified)",
                                      fit.points.size(), residual(fmt::format("{:.4f} g/cm3", fit.rms_residual)));
  if (tissues) {
    const double nominal_slope = schema_default("material.hu_slope_g_cm3_per_hu"), nominal_intercept = schema_default("material.hu_intercept_g_cm3");
    slope = nominal_slope * fit.slope;
    intercept = nominal_slope * fit.intercept + nominal_intercept;
    statement = fmt::format("HU corrected by {} tissues in the scan (nominal values at 120 kV, recalled), then the nominal density: {}; "
                            "no density standard was in the scan",
                            fit.points.size(), residual(fmt::format("{:.1f} HU", fit.rms_residual)));
  }
  Json rows = Json::array();
  for (const auto& p : fit.points)
    rows.push_back({{"name", p.name},
                    {"measured_hu", p.measured.mean_hu},
                    {"sd_hu", p.measured.sd_hu},
                    {"voxels", p.measured.voxels},
                    {tissues ? "expected_hu" : "expected_g_cm3", p.expected},
                    {tissues ? "residual_hu" : "residual_g_cm3", p.residual}});
  Json document = {{"format", "spongiosa-calibration"}, {"version", 1}, {"method", tissues ? "tissues" : "phantom-rods"}, {"points", std::move(rows)}};
  document[tissues ? "rms_residual_hu" : "rms_residual_g_cm3"] = fit.rms_residual;
  if (tissues) document["corrected_hu"] = {{"slope", fit.slope}, {"intercept_hu", fit.intercept}};
  document["case"] = {{"material.hu_slope_g_cm3_per_hu", slope},
                      {"material.hu_intercept_g_cm3", intercept},
                      {"material.hu_calibration_statement", statement}};
  return document;
}

}  // namespace spongiosa::workflow
