#include "workflow/tools/femur_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "geometry/ct/import.h"
#include "geometry/image/image_file.h"
#include "workflow/tools/femur_picture.h"
#include "workflow/tools/given_mask.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

struct Scan {
  g::HuImage hu;
  g::LabelImage mask;
  Json notes = Json::array();
};

Scan load(const FemurJob& job, const Progress& progress) {
  Scan scan;
  g::LabelImage given = load_given_mask(job.mask, job.label);
  g::ImportOptions options;
  if (!job.series_uid.empty()) options.series_uid = job.series_uid;
  g::CtImport ct = g::import_ct(job.scan, options, progress);
  scan.hu = std::move(ct.hu);
  scan.notes = ct.notes;
  scan.mask = on_grid_of(scan.hu.like<float>(), std::move(given), job.mask, scan.notes);
  return scan;
}

Scan load(const g::FemurPhantom& phantom, const Progress& progress) {
  Scan scan;
  g::FemurPhantomScan made = g::scan_femur_phantom(phantom, progress);
  scan.hu = std::move(made.hu);
  scan.mask = std::move(made.labels);
  for (auto& value : scan.mask.data) value = value == 1;
  return scan;
}

double angle_deg(const Vec3& a, const Vec3& b) { return std::acos(std::clamp(a.dot(b), -1.0, 1.0)) * 180.0 / std::numbers::pi; }

Json errors_of(const g::FemurLandmarks& found, const g::FemurPhantom& truth) {
  Json errors = {{"head_centre_mm", (found.head_centre_Patient - truth.head_centre_Patient()).norm()},
                 {"head_radius_mm", found.head_radius_mm - truth.options().head_radius_mm},
                 {"neck_axis_deg", angle_deg(found.neck_direction_Patient, truth.neck_direction_Patient())},
                 {"shaft_axis_deg", angle_deg(found.shaft_direction_Patient, truth.shaft_direction_Patient())},
                 {"neck_shaft_angle_deg", found.neck_shaft_angle_deg - truth.options().neck_shaft_angle_deg},
                 {"lesser_trochanter_mm", nullptr}};
  if (found.lesser_trochanter_Patient) errors["lesser_trochanter_mm"] = (*found.lesser_trochanter_Patient - truth.lesser_trochanter_Patient()).norm();
  return errors;
}

}  // namespace

Json run_femur_job(const FemurJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  if (job.phantom && (!job.scan.empty() || !job.mask.empty())) fail_usage("--phantom makes its own scan and mask: leave SCAN and --mask out");
  if (!job.phantom && job.scan.empty()) fail_usage("SCAN is missing: give a scan with --mask, or --phantom");
  if (!job.phantom && job.mask.empty()) fail_usage("a mask of the femur is missing (--mask); make one with 'spongiosa mask'");
  const std::optional<g::FemurPhantom> phantom = job.phantom ? std::optional<g::FemurPhantom>(job.phantom_options) : std::nullopt;
  const Scan scan = phantom ? load(*phantom, progress.part(0.0, 0.3)) : load(job, progress.part(0.0, 0.3));
  announce(fmt::format("{} x {} x {} voxels", scan.hu.size[0], scan.hu.size[1], scan.hu.size[2]));
  g::FloatImage hu = scan.hu.like<float>();
  std::copy(scan.hu.data.begin(), scan.hu.data.end(), hu.data.begin());
  const g::FemurLandmarks landmarks = g::measure_femur(scan.mask, hu, job.femur, progress.part(0.3, 0.9));
  progress.report(0.9, "drawing the landmarks");
  make_writable_folder(job.out);
  Json document = {{"format", "spongiosa-femur"}, {"version", 1}, {"landmarks", g::to_json(landmarks)}, {"notes", scan.notes}};
  write_json(job.out / "landmarks.json", document["landmarks"]);
  g::write_png(job.out / "landmarks.png", femur_picture(scan.hu, scan.mask, landmarks));
  document["out"] = {"landmarks.json", "landmarks.png"};
  if (phantom) {
    document["truth"] = g::femur_truth_json(*phantom);
    document["errors"] = errors_of(landmarks, *phantom);
    write_json(job.out / "truth.json", document["truth"]);
    g::write_image(job.out / "ct.nrrd", scan.hu);
    g::write_image(job.out / "femur.nrrd", scan.mask);
    for (const char* file : {"truth.json", "ct.nrrd", "femur.nrrd"}) document["out"].push_back(file);
  }
  return document;
}

}  // namespace spongiosa::workflow
