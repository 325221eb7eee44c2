#include "workflow/tools/slice_tool.h"

#include "core/error.h"
#include "core/hash.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/print/slice_files.h"

#include <algorithm>

namespace spongiosa::workflow {

Json run_slice_job(const SliceJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  progress.report(0.0, "reading the level set");
  const geometry::LevelSet part = load_level_set(job.file.string(), job.grid);
  const SliceOptions options{job.layer_mm, job.step_mm};
  const SlicePlan plan = plan_slices(part, options);
  if (job.only && (*job.only < 0 || *job.only >= plan.layers))
    fail_input("there is no layer {}; this part has about {}, counted from 0", *job.only, plan.layers);
  announce(fmt::format("about {} layers of {:.4g} mm, {} x {} samples each", plan.layers, job.layer_mm, plan.size[0], plan.size[1]));

  std::unique_ptr<SliceFile> file;
  if (!job.out.empty()) {
    SliceFileHead head;
    head.label = part.name();
    head.layer_mm = job.layer_mm;
    head.min_mm = Vec3(plan.first_mm[0], plan.first_mm[1], plan.bottom_mm);
    head.max_mm = head.min_mm + Vec3(plan.step_mm * double(plan.size[0] - 1), plan.step_mm * double(plan.size[1] - 1), job.layer_mm * double(plan.layers));
    head.layers = plan.layers;
    file = open_slice_file(job.out, head);
  }
  Json layers = Json::array();
  double volume_mm3 = 0.0;
  slice(
      part, options,
      [&](const PrintLayer& layer) {
        if (file && (!job.only || *job.only == std::int64_t(layers.size()))) file->add(layer);
        const auto outlines = std::count_if(layer.contours.begin(), layer.contours.end(), [](const geometry::Contour& c) { return c.area > 0.0; });
        layers.push_back({{"bottom_mm", layer.bottom_mm},
                          {"top_mm", layer.top_mm},
                          {"area_mm2", layer.area_mm2},
                          {"outlines", outlines},
                          {"holes", std::int64_t(layer.contours.size()) - outlines}});
        volume_mm3 += layer.area_mm2 * job.layer_mm;
      },
      progress.part(0.05, 1.0));
  Json document = {{"format", "spongiosa-slices"},
                   {"version", 1},
                   {"source", {{"file", job.file.filename().string()}, {"sha256", sha256_file(job.file)}, {"grid", part.name()}, {"voxel_mm", part.voxel_mm()}}},
                   {"layer_mm", job.layer_mm},
                   {"step_mm", plan.step_mm},
                   {"volume_mm3", volume_mm3},
                   {"layers", std::move(layers)}};
  if (file) {
    file->commit();
    document["out"] = {{"file", job.out.filename().string()}, {"bytes", std::filesystem::file_size(job.out)}, {"sha256", sha256_file(job.out)}};
  }
  return document;
}

}  // namespace spongiosa::workflow
