#include "workflow/tools/given_mask.h"

#include "core/error.h"
#include "geometry/bone/mask_edit.h"
#include "geometry/image/image_file.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

double volume_mm3(const g::LabelImage& mask) { return double(std::count(mask.data.begin(), mask.data.end(), 1)) * mask.spacing_mm.prod(); }

}  // namespace

g::LabelImage load_given_mask(const std::filesystem::path& file, const std::optional<int>& label) {
  if (file.empty()) return {};
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) fail_input("there is no mask '{}'", file.string());
  g::LabelImage mask = g::read_label_image(file);
  for (auto& value : mask.data) value = label ? value == *label : value != 0;
  if (volume_mm3(mask) == 0.0) fail_input("'{}' holds nothing{}", file.string(), label ? fmt::format(" with the label {}", *label) : "");
  return mask;
}

g::LabelImage on_grid_of(const g::FloatImage& hu, g::LabelImage given, const std::filesystem::path& file, Json& notes) {
  g::LabelImage mask = hu.like<std::uint8_t>(0);
  if (given.data.empty()) return mask;
  const double asked_mm3 = volume_mm3(given);
  g::MaskEdit take;
  take.operation = g::MaskOperation::kUnion;
  take.other = std::move(given);
  double taken_mm3 = 0.0;
  try {
    taken_mm3 = g::apply_mask_edit(mask, hu, take).volume_after_mm3;
  } catch (const Error& error) {
    if (error.code() != ExitCode::kBadInput) throw;
    fail_input("'{}' lies outside the scan: both must be in the same patient coordinates", file.string());
  }
  if (std::abs(taken_mm3 - asked_mm3) > 0.001 * asked_mm3)
    notes.push_back(fmt::format("the mask has {:.0f} mm3 in its file and {:.0f} mm3 on the scan's grid: the grids differ, or parts lie outside the scan", asked_mm3,
                                taken_mm3));
  return mask;
}

}  // namespace spongiosa::workflow
