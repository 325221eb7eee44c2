/// Stage 2: one label per vertebra.

#include "core/hash.h"
#include "core/log.h"
#include "geometry/image/image_file.h"
#include "workflow/mask_edits.h"
#include "workflow/stages/stage_files.h"
#include "geometry/bone/scan_quality.h"
#include "workflow/stages/stages.h"

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// The region of interest round the seeds; voxels of 0.7 x 0.7 x 1 mm, as spine protocols have, until the scan is imported.
Json estimate(const StageContext& context) {
  Vec3 low = Vec3::Constant(1e300), high = -low, voxel_mm(0.7, 0.7, 1.0);
  for (const g::VertebraSeed& seed : seeds_of(context.design)) {
    low = low.cwiseMin(seed.p_Patient);
    high = high.cwiseMax(seed.p_Patient);
  }
  Vec3 size_mm = high - low + context.design.number("anatomy.margin_mm") * Vec3(2.0, 2.5, 2.0);
  if (std::filesystem::exists(context.stage_folder("01_import") / "manifest.json")) {
    const Json scan = context.results_of("01_import");
    voxel_mm = vec3_from_json(scan.at("spacing_mm"));
    size_mm = size_mm.cwiseMin(voxel_mm.cwiseProduct(vec3_from_json(scan.at("size_voxels"))));
  }
  const double voxels = size_mm.prod() / voxel_mm.prod();
  // Measured on the examples: about 70 bytes per voxel at the peak; two compressed images on the disk.
  return {{"voxels", voxels}, {"memory_bytes", 70.0 * voxels}, {"file_bytes", 4.0 * voxels}};
}

g::ScanHeader scan_header(const Json& scan) {
  g::ScanHeader header;
  if (const Json& thickness = scan.at("slice_thickness_mm"); thickness.is_number()) header.slice_thickness_mm = thickness.get<double>();
  if (const Json& kernel = scan.at("kernel"); kernel.is_string()) header.kernel = kernel.get<std::string>();
  if (const Json& age = scan.at("age_days"); age.is_number()) header.age_days = age.get<int>();
  return header;
}

/// The sheet as rows; what is doubtful is a warning too.
Json quality_to_json(const std::vector<g::ScanQualityItem>& items, Manifest& manifest) {
  Json rows = Json::array();
  for (const g::ScanQualityItem& item : items) {
    const char* verdict = item.verdict == g::ScanVerdict::kGood ? "good" : item.verdict == g::ScanVerdict::kDoubtful ? "doubtful" : "unknown";
    rows.push_back({{"item", item.name}, {"value", item.value ? Json(*item.value) : item.text.empty() ? Json() : Json(item.text)}, {"unit", item.unit},
                    {"limit", item.limit}, {"verdict", verdict}, {"source", item.source}});
    if (item.verdict != g::ScanVerdict::kDoubtful) continue;
    const std::string number = !item.value ? "" : item.unit == "days" ? fmt::format("{:.0f}", *item.value) : fmt::format("{:.3g}", *item.value);
    const std::string value = item.value ? number + " " + item.unit : item.text;
    manifest.note(fmt::format("Warning: imaging quality, {}: {}; recommended: {}.", item.name, value, item.limit));
  }
  return rows;
}

/// As for the scan: below --data, then beside the case.
std::vector<std::filesystem::path> mask_folders(const StageContext& context) { return {context.data, context.design.folder()}; }

void run(StageContext& context) {
  const auto seeds = seeds_of(context.design);
  g::SegmentOptions options;
  options.threshold_hu = context.design.optional_number("anatomy.threshold_hu");
  options.margin_mm = context.design.number("anatomy.margin_mm");
  options.reach_mm = context.design.number("anatomy.reach_mm");
  options.smoothing_mm = context.design.number("anatomy.smoothing_mm");
  const g::HuImage ct = load_ct(context);
  g::Segmentation segmentation = g::segment_vertebrae(ct, seeds, options, context.progress.part(0.0, 0.85));
  const Json edits = apply_edits(segmentation, seeds, context.design.at("segmentation.edits"), mask_folders(context), context.progress.part(0.85, 0.9));

  context.progress.report(0.9, "writing label map");
  g::write_image(context.folder / "labels.nrrd", segmentation.labels);
  g::write_image(context.folder / "denoised.nrrd", segmentation.hu_denoised);
  context.manifest.output(context.folder / "labels.nrrd", "label map of the vertebrae");
  context.manifest.output(context.folder / "denoised.nrrd", "noise-reduced CT, Hounsfield units");
  for (const std::string& warning : segmentation.warnings) {
    context.manifest.note("Warning: " + warning + ".");
    log_warning("{}", warning);
  }
  for (const std::string& note : segmentation.notes) context.manifest.note(note);
  for (const Json& edit : edits)
    context.manifest.note(fmt::format("{} edited by {}: {:.0f} mm^3 added, {:.0f} mm^3 removed.", edit.at("level").get<std::string>(),
                                      edit.at("op").get<std::string>(), edit.at("added_mm3").get<double>(), edit.at("removed_mm3").get<double>()));

  Json& results = context.manifest.results();
  results["threshold_hu"] = segmentation.threshold_hu;
  results["threshold_is_automatic"] = !options.threshold_hu.has_value();
  results["noise_sd_hu"] = segmentation.noise_sd_hu;
  results["quality"] = quality_to_json(g::scan_quality(ct, segmentation, scan_header(context.results_of("01_import").at("scan"))), context.manifest);
  results["edits"] = edits;
  results["vertebrae"] = Json::array();
  for (std::size_t n = 0; n < seeds.size(); ++n)
    results["vertebrae"].push_back(
        {{"level", seeds[n].level}, {"label", n + 1}, {"volume_mm3", segmentation.volume_mm3[n]}, {"threshold_hu", segmentation.seed_threshold_hu[n]}, {"seed_mm", to_json(seeds[n].p_Patient)}});
}

/// The masks that edits name lie outside the results folder.
std::string mask_hash(const StageContext& context) {
  std::string all;
  for (const Json& edit : context.design.at("segmentation.edits"))
    if (const std::filesystem::path file = other_mask_of(edit, mask_folders(context)); !file.empty()) all += sha256_file(file);
  return all.empty() ? all : sha256(all);
}

}  // namespace

Stage segment_stage() {
  Stage stage;
  stage.id = "02_segment";
  stage.verb = "segment";
  stage.title = "Segment bone";
  stage.version = 4;
  stage.parameters = {"anatomy.seeds_mm", "anatomy.threshold_hu", "anatomy.margin_mm", "anatomy.reach_mm", "anatomy.smoothing_mm", "segmentation"};
  stage.upstream = {"01_import"};
  stage.external_hash = mask_hash;
  stage.estimate = estimate;
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
