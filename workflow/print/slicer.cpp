#include "workflow/print/slicer.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::workflow {

SlicePlan plan_slices(const geometry::LevelSet& part, const SliceOptions& options) {
  if (!(options.layer_mm > 0.0) || !std::isfinite(options.layer_mm)) fail_input("the layer height is {} mm; expected a length above 0", options.layer_mm);
  if (!(options.step_mm >= 0.0) || !std::isfinite(options.step_mm)) fail_input("the step of samples is {} mm; expected a length above 0", options.step_mm);
  const geometry::Box box = part.solid_bounds();
  if (!(box.size().minCoeff() > 0.0)) fail_input("the grid '{}' holds no solid", part.name());
  SlicePlan plan;
  plan.step_mm = options.step_mm > 0.0 ? options.step_mm : part.voxel_mm();
  const double low = std::floor(box.min[2] / options.layer_mm), high = std::ceil(box.max[2] / options.layer_mm);
  if (high - low > 1e6) fail_input("layers of {} mm are {:.0f} for this part, more than a million", options.layer_mm, high - low);
  plan.bottom_mm = low * options.layer_mm;
  plan.layers = std::int64_t(high - low);
  for (int a = 0; a < 2; ++a) {
    // One sample outside all around.
    plan.first_mm[a] = box.min[a] - plan.step_mm;
    plan.size[std::size_t(a)] = std::int64_t(std::ceil(box.size()[a] / plan.step_mm)) + 3;
  }
  if (double(plan.size[0]) * double(plan.size[1]) > 1e9)
    fail_input("samples every {} mm are {:.0f} million for a layer, more than 1000 million", plan.step_mm, 1e-6 * double(plan.size[0]) * double(plan.size[1]));
  return plan;
}

void slice(const geometry::LevelSet& part, const SliceOptions& options, const std::function<void(const PrintLayer&)>& take,
           const Progress& progress) {
  const SlicePlan plan = plan_slices(part, options);
  constexpr std::int64_t kBatch = 16;
  bool begun = false;
  std::vector<PrintLayer> waiting;  // empty ones, which count only when something lies above them
  for (std::int64_t first = 0; first < plan.layers; first += kBatch) {
    progress.report(double(first) / double(plan.layers), "slicing");
    std::vector<PrintLayer> layers(std::size_t(std::min(kBatch, plan.layers - first)));
    tbb::parallel_for(std::size_t(0), layers.size(), [&](std::size_t n) {
      PrintLayer& layer = layers[n];
      const double number = double(first) + double(n);
      layer.bottom_mm = plan.bottom_mm + number * options.layer_mm;
      layer.top_mm = plan.bottom_mm + (number + 1.0) * options.layer_mm;
      std::vector<float> values(std::size_t(plan.size[0] * plan.size[1]));
      part.sample_grid(Vec3(plan.first_mm[0], plan.first_mm[1], 0.5 * (layer.bottom_mm + layer.top_mm)), plan.step_mm, {plan.size[0], plan.size[1], 1},
                       values.data());
      layer.contours = geometry::trace_contours(values.data(), plan.size, plan.first_mm, plan.step_mm);
      for (const geometry::Contour& contour : layer.contours) layer.area_mm2 += contour.area;
    });
    for (PrintLayer& layer : layers) {
      if (layer.contours.empty()) {
        if (begun) waiting.push_back(std::move(layer));
        continue;
      }
      begun = true;
      for (const PrintLayer& empty : waiting) take(empty);
      waiting.clear();
      take(layer);
    }
  }
  progress.report(1.0, "slicing");
}

}  // namespace spongiosa::workflow
