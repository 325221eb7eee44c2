#include "geometry/bone/detail/plausibility.h"

#include "core/error.h"
#include "geometry/bone/detail/sources.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace spongiosa::geometry::bone_detail {
namespace {

constexpr double kBendRefused_deg = 60.0, kBendWarned_deg = 40.0;
constexpr double kSpanRefused = 1.6, kVolumeWarned = 1.7, kVolumeRefused = 2.5;

bool is_sacral(const VertebraSeed& seed) { return !seed.level.empty() && seed.level[0] == 'S'; }

/// Seeds from cranial to caudal.
std::vector<std::size_t> down_the_column(const std::vector<VertebraSeed>& seeds) {
  std::vector<std::size_t> order(seeds.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seeds[a].p_Patient[2] > seeds[b].p_Patient[2]; });
  return order;
}

/// Whole vertebra, relative to L3: rough sizes from memory, not verified. Only ratios of neighbours enter, against limits of 1.7 and 2.5.
double relative_volume(const std::string& level) {
  static const std::map<std::string, double> sizes = {
      {"C1", 0.22}, {"C2", 0.26}, {"C3", 0.18}, {"C4", 0.18}, {"C5", 0.19}, {"C6", 0.21}, {"C7", 0.27}, {"T1", 0.34},
      {"T2", 0.32}, {"T3", 0.32}, {"T4", 0.33}, {"T5", 0.36}, {"T6", 0.40}, {"T7", 0.44}, {"T8", 0.49}, {"T9", 0.53},
      {"T10", 0.60}, {"T11", 0.67}, {"T12", 0.76}, {"L1", 0.84}, {"L2", 0.93}, {"L3", 1.0}, {"L4", 1.02}, {"L5", 1.0}};
  const auto found = sizes.find(level);
  return found == sizes.end() ? 1.0 : found->second;
}

/// Unit vector along the column at place `n` of the row, and the mean distance to its neighbours.
std::pair<Vec3, double> axis_at(const std::vector<VertebraSeed>& seeds, const std::vector<std::size_t>& row, std::size_t n) {
  const std::size_t before = n > 0 ? n - 1 : n, after = std::min(n + 1, row.size() - 1);
  const Vec3 whole = seeds[row[before]].p_Patient - seeds[row[after]].p_Patient;
  double spacing = 0.0;
  for (const std::size_t other : {before, after})
    if (other != n) spacing += (seeds[row[other]].p_Patient - seeds[row[n]].p_Patient).norm();
  return {whole.normalized(), spacing / double((before != n) + (after != n))};
}

/// "T3" below "T2", "C7" above "T1"; empty beyond L5 and C1.
std::string next_level(const std::string& level, int step) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [letter, count] : {std::pair{'C', 7}, {'T', 12}, {'L', 5}})
      for (int n = 1; n <= count; ++n) all.push_back(letter + std::to_string(n));
    return all;
  }();
  const auto found = std::find(names.begin(), names.end(), level);
  if (found == names.end()) return "";
  const std::ptrdiff_t at = found - names.begin() + step;
  return at < 0 || at >= std::ptrdiff_t(names.size()) ? "" : names[std::size_t(at)];
}

/// "add a seed for T3" at an end of the row, else what else may help.
std::string advice(const std::vector<VertebraSeed>& seeds, const std::vector<std::size_t>& row, std::size_t n) {
  std::string missing;
  if (n == 0) missing = next_level(seeds[row[n]].level, -1);
  if (n + 1 == row.size()) missing = next_level(seeds[row[n]].level, 1);
  if (missing.empty()) return "move its seed to the middle of the body, or raise anatomy.threshold_hu";
  return "give a seed for " + missing + " too (anatomy.seeds_mm." + missing + ")";
}

}  // namespace

void require_straight_row(const std::vector<VertebraSeed>& seeds, std::vector<std::string>& warnings) {
  const std::vector<std::size_t> row = down_the_column(seeds);
  for (std::size_t n = 1; n + 1 < row.size(); ++n) {
    const Vec3 &above = seeds[row[n - 1]].p_Patient, &here = seeds[row[n]].p_Patient, &below = seeds[row[n + 1]].p_Patient;
    const double cosine = (here - above).normalized().dot((below - here).normalized());
    const double bend_deg = std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / 3.14159265358979323846;
    if (bend_deg > kBendRefused_deg)
      fail_input("seed {} at {} bends the row of seeds by {:.0f} degrees, which no spine does: move it to the middle of the body (it may be in "
                 "the spinal canal)",
                 seeds[row[n]].level, point_text(here), bend_deg);
    if (bend_deg > kBendWarned_deg)
      warnings.push_back(fmt::format("{}: the row of seeds bends by {:.0f} degrees there; look at the label map whether the seed is in the body",
                                     seeds[row[n]].level, bend_deg));
  }
}

void require_alike_bodies(const std::vector<VertebraSeed>& seeds, const GreyLevels& levels, std::vector<std::string>& warnings) {
  std::vector<double> bright;
  for (std::size_t n = 0; n < seeds.size(); ++n)
    if (levels.seeds[n].bright) bright.push_back(levels.seeds[n].inside_hu);
  if (bright.empty()) return;
  std::nth_element(bright.begin(), bright.begin() + std::ptrdiff_t(bright.size() / 2), bright.end());
  const double usual_hu = bright[bright.size() / 2];
  for (std::size_t n = 0; n < seeds.size(); ++n) {
    if (levels.seeds[n].bright || usual_hu <= levels.soft_hu + 150.0) continue;
    // Marrow of an old patient can be as dark as 50 HU above muscle; only what is darker than any marrow is refused.
    if (levels.seeds[n].inside_hu < levels.soft_hu)
      fail_input("seed {} at {} is not inside a vertebral body: {:.0f} HU there, as dark as soft tissue, but {:.0f} HU in the other bodies; move it "
                 "to the middle of the body (it may be in the spinal canal or a disc)",
                 seeds[n].level, point_text(seeds[n].p_Patient), levels.seeds[n].inside_hu, usual_hu);
    if (levels.seeds[n].inside_hu < levels.soft_hu + 50.0)
      warnings.push_back(fmt::format("{}: {:.0f} HU at the seed, nearly as dark as soft tissue, but {:.0f} HU in the other bodies; look at the label "
                                     "map whether the seed is in the body",
                                     seeds[n].level, levels.seeds[n].inside_hu, usual_hu));
  }
}

std::vector<LabelShape> label_shapes(const LabelImage& labels, const std::vector<VertebraSeed>& seeds, bool cut_low, bool cut_high) {
  constexpr double kRadius_mm = 6.0, kBin_mm = 1.0, kFilled = 0.3;
  const std::vector<std::size_t> row = down_the_column(seeds);
  std::vector<LabelShape> shapes(seeds.size());
  std::vector<Vec3> axes(seeds.size(), Vec3::UnitZ());
  if (seeds.size() > 1)
    for (std::size_t n = 0; n < row.size(); ++n) std::tie(axes[row[n]], shapes[row[n]].seed_spacing_mm) = axis_at(seeds, row, n);
  // Per seed and millimetre along the axis: voxels within the radius, and those of the label.
  std::vector<std::map<int, std::pair<double, double>>> bins(seeds.size());
  const double voxel_mm3 = labels.spacing_mm.prod();
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < labels.size[1]; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i) {
        const std::uint8_t label = labels.at(i, j, k);
        if (label > 0 && label <= seeds.size()) {
          LabelShape& shape = shapes[label - 1u];
          shape.volume_mm3 += voxel_mm3;
          shape.cut = shape.cut || (cut_low && k == 0) || (cut_high && k + 1 == labels.size[2]);
        }
        const Vec3 p = labels.to_patient(Vec3(double(i), double(j), double(k)));
        for (std::size_t n = 0; n < seeds.size(); ++n) {
          const Vec3 r = p - seeds[n].p_Patient;
          const double along = r.dot(axes[n]);
          if ((r - along * axes[n]).squaredNorm() > kRadius_mm * kRadius_mm) continue;
          auto& [all, own] = bins[n][int(std::floor(along / kBin_mm))];
          all += 1.0;
          own += label == n + 1;
        }
      }
  for (std::size_t n = 0; n < seeds.size(); ++n) {
    int low = 0, high = -1;
    for (const auto& [bin, counts] : bins[n]) {
      if (counts.second < kFilled * counts.first) continue;
      if (high < low) low = bin;
      high = bin;
    }
    shapes[n].body_span_mm = kBin_mm * (high - low + 1);
  }
  return shapes;
}

void judge_labels(const std::vector<VertebraSeed>& seeds, const std::vector<LabelShape>& shapes, std::vector<std::string>& warnings) {
  const std::vector<std::size_t> row = down_the_column(seeds);
  for (std::size_t n = 0; n < row.size(); ++n) {
    const VertebraSeed& seed = seeds[row[n]];
    const LabelShape& shape = shapes[row[n]];
    if (shape.cut)
      warnings.push_back(fmt::format("{}: its label reaches the end of the scan; what lies beyond is missing from volume and model", seed.level));
    if (is_sacral(seed) || shape.seed_spacing_mm <= 0.0) continue;
    if (shape.body_span_mm > kSpanRefused * shape.seed_spacing_mm)
      fail_input("the label of {} spans {:.0f} mm along the column where the seeds are {:.0f} mm apart: it holds a neighbour's body too; {}",
                 seed.level, shape.body_span_mm, shape.seed_spacing_mm, advice(seeds, row, n));
    // What its neighbours' volumes let expect; those that are cut tell nothing.
    std::vector<double> expected;
    for (const std::size_t other : {n - 1, n + 1})
      if (other < row.size() && !shapes[row[other]].cut && !is_sacral(seeds[row[other]]))
        expected.push_back(shapes[row[other]].volume_mm3 * relative_volume(seed.level) / relative_volume(seeds[row[other]].level));
    if (expected.empty()) continue;
    const double ratio = shape.volume_mm3 * double(expected.size()) / std::accumulate(expected.begin(), expected.end(), 0.0);
    if (ratio > kVolumeRefused)
      fail_input("the label of {} has {:.0f} cm^3, {:.1f} times what its neighbours suggest: it holds bone of another vertebra; {}", seed.level,
                 1e-3 * shape.volume_mm3, ratio, advice(seeds, row, n));
    if (ratio > kVolumeWarned)
      warnings.push_back(fmt::format("{}: its label has {:.1f} times the volume that its neighbours suggest and may hold bone of another vertebra; "
                                     "look at the label map, or {}",
                                     seed.level, ratio, advice(seeds, row, n)));
  }
}

}  // namespace spongiosa::geometry::bone_detail
