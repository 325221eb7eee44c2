#include "geometry/bone/scan_quality.h"

#include "geometry/bone/detail/levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace spongiosa::geometry {
namespace {

constexpr double kSpacingGood_mm = 1.0, kSpacingMost_mm = 2.0, kPixelMost_mm = 0.4;
constexpr double kNoiseMost_hu = 60.0, kContrastLeast = 3.0, kMetal_hu = 3000.0, kMetalMost_mm3 = 5.0;

const char* kReference = "clinical-regulatory reference 2.6";
const char* kProject = "project policy";

ScanQualityItem at_most(std::string name, std::optional<double> value, std::string unit, double limit, std::string limit_text, std::string source) {
  ScanQualityItem item{std::move(name), value, "", std::move(unit), std::move(limit_text), ScanVerdict::kUnknown, std::move(source)};
  if (value) item.verdict = *value <= limit + 1e-9 ? ScanVerdict::kGood : ScanVerdict::kDoubtful;
  return item;
}

std::string upper(const std::string& text) {
  std::string result;
  for (const char c : text) result += char(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

/// Mean of the noise-reduced values of all labelled voxels.
double mean_bone_hu(const Segmentation& segmentation) {
  double sum = 0.0, count = 0.0;
  for (std::size_t n = 0; n < segmentation.labels.data.size(); ++n)
    if (segmentation.labels.data[n] > 0) {
      sum += segmentation.hu_denoised.data[n];
      count += 1.0;
    }
  return count > 0.0 ? sum / count : 0.0;
}

/// Volume of what only metal is bright enough for, in the region of interest.
double metal_mm3(const HuImage& hu, const LabelImage& region) {
  const Vec3 corner[2] = {region.to_patient(Vec3::Zero()),
                          region.to_patient(Vec3(double(region.size[0] - 1), double(region.size[1] - 1), double(region.size[2] - 1)))};
  Index3 low, high;
  const Vec3 a = hu.to_index(corner[0]), b = hu.to_index(corner[1]);
  for (int axis = 0; axis < 3; ++axis) {
    low[std::size_t(axis)] = std::max<std::int64_t>(0, std::llround(std::min(a[axis], b[axis])));
    high[std::size_t(axis)] = std::min<std::int64_t>(hu.size[std::size_t(axis)] - 1, std::llround(std::max(a[axis], b[axis])));
  }
  std::int64_t voxels = 0;
  for (std::int64_t k = low[2]; k <= high[2]; ++k)
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t i = low[0]; i <= high[0]; ++i) voxels += double(hu.at(i, j, k)) >= kMetal_hu;
  return double(voxels) * hu.spacing_mm.prod();
}

/// Area of labelled bone on the scan's lateral faces: what the field of view cut off. The first and last slices end every scan.
double cut_off_mm2(const HuImage& hu, const LabelImage& labels) {
  double area = 0.0;
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < labels.size[1]; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i) {
        if (labels.at(i, j, k) == 0) continue;
        const Vec3 index = hu.to_index(labels.to_patient(Vec3(double(i), double(j), double(k))));
        for (int axis = 0; axis < 2; ++axis)
          if (index[axis] < 0.5 || index[axis] > double(hu.size[std::size_t(axis)]) - 1.5)
            area += labels.spacing_mm[1 - axis] * labels.spacing_mm[2];
      }
  return area;
}

}  // namespace

std::optional<bool> is_sharp_kernel(const std::string& kernel) {
  const std::string name = upper(kernel);
  static const std::set<std::string> kSharp = {"BONE", "BONEPLUS", "BONE+", "EDGE", "LUNG", "C", "D", "E", "L", "YC", "YD", "YE"};
  static const std::set<std::string> kSmooth = {"SOFT", "STANDARD", "STD", "DETAIL", "CHEST", "A", "B", "YA", "YB"};
  if (kSharp.count(name)) return true;
  if (kSmooth.count(name)) return false;
  // Letters, then the number that tells the sharpness: B60f, Br64d, H70s; FC30.
  std::size_t letters = 0;
  while (letters < name.size() && std::isalpha(static_cast<unsigned char>(name[letters]))) ++letters;
  std::size_t digits = letters;
  while (digits < name.size() && std::isdigit(static_cast<unsigned char>(name[digits]))) ++digits;
  if (letters == 0 || letters > 2 || digits - letters != 2) return std::nullopt;
  const int number = std::stoi(name.substr(letters, 2));
  if (name.starts_with("FC")) return (number >= 30 && number <= 59) || number >= 80;
  if (std::string("BHUTIQ").find(name[0]) != std::string::npos) return number >= 60;
  return std::nullopt;
}

std::vector<ScanQualityItem> scan_quality(const HuImage& hu, const Segmentation& segmentation, const ScanHeader& header) {
  std::vector<ScanQualityItem> items;
  // Three to six months, less where a tumour, an infection or a fracture goes on.
  constexpr double kAgeMost_days = 183.0;
  items.push_back(at_most("age of the scan", header.age_days ? std::optional(double(*header.age_days)) : std::nullopt, "days", kAgeMost_days,
                          fmt::format("at most {:g} days; less with tumour, infection or fracture", kAgeMost_days), kReference));
  const std::string spacing_limit = fmt::format("at most {:g} mm; never above {:g} mm", kSpacingGood_mm, kSpacingMost_mm);
  items.push_back(at_most("slice spacing", hu.spacing_mm[2], "mm", kSpacingGood_mm, spacing_limit, kReference));
  items.push_back(at_most("slice thickness", header.slice_thickness_mm, "mm", kSpacingGood_mm, spacing_limit, kReference));
  items.push_back(at_most("pixel", std::max(hu.spacing_mm[0], hu.spacing_mm[1]), "mm", kPixelMost_mm,
                          fmt::format("at most {:g} mm for the spine", kPixelMost_mm), kReference));

  ScanQualityItem kernel{"kernel", {}, header.kernel.empty() ? "not stated" : header.kernel, "", "not sharp, where HU give stiffness",
                         ScanVerdict::kUnknown, kReference};
  if (const auto sharp = is_sharp_kernel(header.kernel)) kernel.verdict = *sharp ? ScanVerdict::kDoubtful : ScanVerdict::kGood;
  items.push_back(kernel);

  const double noise_hu = segmentation.noise_sd_hu;
  items.push_back(at_most("noise in soft tissue, standard deviation", noise_hu > 0.0 ? std::optional(noise_hu) : std::nullopt, "HU",
                          kNoiseMost_hu, fmt::format("at most {:g} HU", kNoiseMost_hu), kProject));
  ScanQualityItem contrast{"contrast of bone to soft tissue over noise", {}, "", "", fmt::format("at least {:g}", kContrastLeast),
                           ScanVerdict::kUnknown, kProject};
  if (noise_hu > 0.0) {
    contrast.value = (mean_bone_hu(segmentation) - bone_detail::soft_tissue_mode_hu(segmentation.hu_denoised)) / noise_hu;
    contrast.verdict = *contrast.value >= kContrastLeast ? ScanVerdict::kGood : ScanVerdict::kDoubtful;
  }
  items.push_back(contrast);
  items.push_back(at_most(fmt::format("metal near the vertebrae ({:g} HU and more)", kMetal_hu), metal_mm3(hu, segmentation.labels), "mm3",
                          kMetalMost_mm3, fmt::format("at most {:g} mm3", kMetalMost_mm3), kProject));
  items.push_back(at_most("bone cut off by the field of view", cut_off_mm2(hu, segmentation.labels), "mm2", 0.0, "none", kReference));
  return items;
}

}  // namespace spongiosa::geometry
