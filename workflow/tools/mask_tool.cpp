#include "workflow/tools/mask_tool.h"

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "geometry/ct/import.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "workflow/mask_edits.h"
#include "workflow/schema.h"
#include "workflow/tools/given_mask.h"

#include <algorithm>
#include <cctype>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

/// Before minutes of work, not after.
void check_endings(const MaskJob& job) {
  const std::string out = lower_case(job.out.filename().string()), surface = lower_case(job.surface.extension().string());
  const auto ends = [&](const char* ending) { return out.ends_with(ending); };
  if (!out.empty() && !ends(".nrrd") && !ends(".nii") && !ends(".nii.gz") && !ends(".mha"))
    fail_usage("the mask '{}' has no ending that names a format: use .nrrd, .nii, .nii.gz or .mha", job.out.string());
  if (!job.surface.empty() && surface != ".stl" && surface != ".ply" && surface != ".obj")
    fail_usage("the surface '{}' has no ending that names a format: use .stl, .ply or .obj", job.surface.string());
}

Json read_edits(const MaskJob& job) {
  if (job.edits.empty()) return Json::array();
  std::error_code ignored;
  if (!fs::is_regular_file(job.edits, ignored)) fail_input("there is no file '{}'", job.edits.string());
  const Json edits = checked_value(*find_field("segmentation.edits"), read_json(job.edits), "'" + job.edits.string() + "'");
  for (std::size_t n = 0; n < edits.size(); ++n)
    if (!edits[n].at("level").is_null())
      fail_input("'{}': segmentation.edits[{}].level names a vertebra of a case; here there is one mask: leave level out", job.edits.string(), n);
  return edits;
}

void write_surface(const fs::path& file, const g::TriangleMesh& mesh, const Progress& progress) {
  const std::string ending = lower_case(file.extension().string());
  if (ending == ".stl") return g::write_stl(file, mesh, "Spongiosa bone surface, mm, LPS", progress);
  if (ending == ".ply") return g::write_ply(file, mesh, progress);
  g::write_obj(file, mesh, progress);
}

Json file_entry(const fs::path& file) {
  return {{"file", file.filename().string()}, {"bytes", fs::file_size(file)}, {"sha256", sha256_file(file)}};
}

}  // namespace

Json run_mask_job(const MaskJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  check_endings(job);
  const Json edits = read_edits(job);
  if (job.mask.empty() && edits.empty()) fail_usage("nothing to do: give a mask to begin with (--mask) or edits (--edits)");
  if (job.label && job.mask.empty()) fail_usage("--label is the value of the mask to begin with: --mask is missing");
  std::vector<g::MaskEdit> operations;
  for (std::size_t n = 0; n < edits.size(); ++n) try {
      operations.push_back(mask_edit_from_json(edits[n], {job.edits.parent_path()}));
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) throw;
      fail_input("'{}': segmentation.edits[{}]: {}", job.edits.string(), n, error.what());
    }
  g::LabelImage given = load_given_mask(job.mask, job.label);
  g::ImportOptions options;
  if (!job.series_uid.empty()) options.series_uid = job.series_uid;
  const g::CtImport ct = g::import_ct(job.scan, options, progress.part(0.0, 0.4));
  announce(fmt::format("{} x {} x {} voxels", ct.hu.size[0], ct.hu.size[1], ct.hu.size[2]));
  g::FloatImage hu = ct.hu.like<float>();
  std::copy(ct.hu.data.begin(), ct.hu.data.end(), hu.data.begin());
  Json notes = ct.notes;
  g::LabelImage mask = on_grid_of(hu, std::move(given), job.mask, notes);

  Json changes = Json::array();
  for (const g::MaskChange& change : g::apply_mask_edits(mask, hu, operations, progress.part(0.4, 0.7))) changes.push_back(to_json(change));

  const auto voxels = std::count(mask.data.begin(), mask.data.end(), 1);
  Json document = {{"format", "spongiosa-mask"},   {"version", 1},
                   {"size_voxels", mask.size},     {"voxels", voxels},
                   {"volume_mm3", double(voxels) * mask.spacing_mm.prod()}, {"edits", std::move(changes)},
                   {"notes", std::move(notes)}};
  document["out"] = Json::array();
  if (!job.surface.empty()) {
    const g::TriangleMesh mesh = g::mask_surface(mask, hu, {job.surface_threshold_hu, job.surface_smoothing_mm}, progress.part(0.7, 0.9));
    write_surface(job.surface, mesh, progress.part(0.9, 0.95));
    document["surface"] = {{"triangles", mesh.triangles.size()}, {"area_mm2", mesh.area_mm2()}, {"volume_mm3", mesh.volume_mm3()}};
    document["out"].push_back(file_entry(job.surface));
  }
  if (!job.out.empty()) {
    progress.report(0.95, "writing the mask");
    g::write_image(job.out, mask);
    document["out"].push_back(file_entry(job.out));
  }
  return document;
}

}  // namespace spongiosa::workflow
