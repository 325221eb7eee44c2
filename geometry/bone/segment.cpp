#include "geometry/bone/segment.h"

#include "core/error.h"
#include "geometry/bone/detail/filters.h"
#include "geometry/bone/detail/levels.h"
#include "geometry/bone/detail/partition.h"
#include "geometry/bone/detail/plausibility.h"
#include "geometry/bone/detail/sources.h"
#include "geometry/frame.h"

#include <Eigen/LU>
#include <tbb/parallel_for.h>

#include <set>

namespace spongiosa::geometry {
namespace {

using namespace bone_detail;

void check_seeds(const HuImage& hu, const std::vector<VertebraSeed>& seeds, const SegmentOptions& options) {
  if (hu.data.empty()) fail_input("the scan is empty; import a CT before segmenting");
  if (seeds.empty()) fail_input("no vertebra seeds were given; name at least one level with a point inside its body");
  if (seeds.size() > 60) fail_input("{} vertebra seeds were given; expected at most 60", seeds.size());
  if (!(options.margin_mm > 0.0) || !(options.reach_mm > 0.0) || options.smoothing_mm < 0.0 || options.smoothing_mm > 3.0)
    fail_input("segmentation options out of range: margin {} mm and reach {} mm must be positive, smoothing {} mm within 0 to 3",
               options.margin_mm, options.reach_mm, options.smoothing_mm);
  std::set<std::string> levels;
  for (const auto& seed : seeds) {
    if (!levels.insert(seed.level).second) fail_input("level {} has two seeds; give every vertebra one", seed.level);
    if (!hu.covers(seed.p_Patient)) {
      Box box;
      for (int corner = 0; corner < 8; ++corner)
        box.include(hu.to_patient(Vec3(corner & 1 ? double(hu.size[0] - 1) : 0.0, corner & 2 ? double(hu.size[1] - 1) : 0.0,
                                       corner & 4 ? double(hu.size[2] - 1) : 0.0)));
      fail_input("seed {} at {} lies outside the scan, which covers {} to {} (LPS); pick a point in the body of {}", seed.level,
                 point_text(seed.p_Patient), point_text(box.min), point_text(box.max), seed.level);
    }
  }
}

/// Region round the seeds; half as much again behind them, where the spinous processes reach.
FloatImage region_of_interest(const HuImage& hu, const std::vector<VertebraSeed>& seeds, double margin_mm) {
  Vec3 low = Vec3::Constant(1e300), high = -low;
  for (const auto& seed : seeds)
    for (int corner = 0; corner < 8; ++corner) {
      const Vec3 offset(corner & 1 ? margin_mm : -margin_mm, corner & 2 ? 1.5 * margin_mm : -margin_mm,
                        corner & 4 ? margin_mm : -margin_mm);
      const Vec3 x = hu.to_index(seed.p_Patient + offset);
      low = low.cwiseMin(x);
      high = high.cwiseMax(x);
    }
  Index3 first, last;
  for (int a = 0; a < 3; ++a) {
    first[a] = std::int64_t(std::floor(low[a]));
    last[a] = std::int64_t(std::ceil(high[a]));
  }
  const HuImage part = crop(hu, first, last);
  FloatImage region = part.like<float>();
  std::copy(part.data.begin(), part.data.end(), region.data.begin());
  return region;
}

/// The next vertebra beyond either end of the row of seeds, where the spacing of the seeds says it should be. It competes for the bone
/// across the last disc, which would otherwise fall to the end vertebra. Sacral segments are one bone: none is added below them.
std::vector<VertebraSeed> guessed_neighbours(const std::vector<VertebraSeed>& seeds, const FloatImage& region) {
  std::vector<VertebraSeed> guesses;
  if (seeds.size() < 2) return guesses;
  std::vector<VertebraSeed> row = seeds;
  std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.p_Patient[2] > b.p_Patient[2]; });
  const auto add = [&](const VertebraSeed& end, const VertebraSeed& inner, const char* where) {
    const Vec3 p = end.p_Patient + (end.p_Patient - inner.p_Patient);
    if (region.covers(p)) guesses.push_back({fmt::format("{} {}", where, end.level), p});
  };
  add(row.front(), row[1], "above");
  if (row.back().level.empty() || row.back().level[0] != 'S') add(row.back(), row[row.size() - 2], "below");
  return guesses;
}

/// A disc shows as a dark cross-section between two bodies: clearly darker than they are or, where it is so thin that it is blurred, than
/// the endplates on both its sides.
bool disc_between(const FloatImage& denoised, const VertebraSeed& a, const VertebraSeed& b, const GreyLevels& levels, double inside_hu) {
  const auto profile = line_profile(denoised, a.p_Patient, b.p_Patient);
  const auto darkest = std::min_element(profile.begin(), profile.end());
  const double ridges = std::min(*std::max_element(profile.begin(), darkest + 1), *std::max_element(darkest, profile.end()));
  return *darkest - levels.soft_hu < std::max(0.6 * (inside_hu - levels.soft_hu), 0.5 * (ridges - levels.soft_hu));
}

/// What a millimetre costs a front. Gaps are valleys between bright surfaces that are open to the outside: joints, not the marrow spaces
/// of arches and processes, which cortex closes all round. Crossing a gap costs most; faint bone and thin bridges, where facets or
/// osteophytes touch, cost more than thick bone.
FloatImage front_cost(const FloatImage& denoised, const LabelImage& bone, const LabelImage& cavities, const FloatImage& threshold,
                      const GreyLevels& levels) {
  FloatImage cost = valley_depth(denoised, 1.5);
  LabelImage solid = bone.like<std::uint8_t>(0);
  for (std::size_t i = 0; i < cost.data.size(); ++i) {
    const float value = denoised.data[i];
    const float valley = cost.data[i] / std::max(1.0f, value + cost.data[i] - float(levels.soft_hu));
    cost.data[i] = std::clamp((valley - 0.12f) / 0.3f, 0.0f, 1.0f);
    solid.data[i] = cavities.data[i] || (bone.data[i] && cost.data[i] < 0.3f);
  }
  fill_holes(solid, true, true);
  LabelImage open = bone.like<std::uint8_t>(0);
  for (std::size_t i = 0; i < open.data.size(); ++i) open.data[i] = !solid.data[i];
  const FloatImage depth_mm = distance_to(open);
  for (std::size_t i = 0; i < cost.data.size(); ++i) {
    const float faint = bone.data[i] ? std::clamp(1.0f - (denoised.data[i] - threshold.data[i]) / 100.0f, 0.0f, 1.0f) : 0.0f;
    const float thin = std::clamp((2.0f - depth_mm.data[i]) / 2.0f, 0.0f, 1.0f);
    cost.data[i] = 1.0f + (solid.data[i] ? 0.0f : 200.0f * cost.data[i]) + 3.0f * faint + 10.0f * thin * thin;
  }
  return cost;
}

/// Most of the way to the next seed: all of a body, and nothing of the arch behind it.
double body_reach_mm(const std::vector<VertebraSeed>& seeds, std::size_t n) {
  double reach = 15.0;
  for (std::size_t m = 0; m < seeds.size(); ++m)
    if (m != n) reach = std::min(reach, 0.75 * (seeds[m].p_Patient - seeds[n].p_Patient).norm());
  return reach;
}

struct Extent {
  Index3 low{1, 1, 1}, high{0, 0, 0};
  bool empty = true;
  void include(std::int64_t i, std::int64_t j, std::int64_t k) {
    const Index3 at{i, j, k};
    for (int a = 0; a < 3; ++a) {
      low[a] = empty ? at[a] : std::min(low[a], at[a]);
      high[a] = empty ? at[a] : std::max(high[a], at[a]);
    }
    empty = false;
  }
};

/// Spongiosa that is locally fainter than the threshold leaves a hole in the body that may be open to the side. What a wide closing
/// takes in near the seed, and is brighter than half way from soft tissue to the threshold, is bone. @return voxels added
std::int64_t fill_faint_spongiosa(LabelImage& set, const LabelImage& around, const FloatImage& hu, const Vec3& seed_Patient, double reach_mm,
                                  double least_hu) {
  constexpr double kClosing_mm = 4.0;
  const LabelImage wide = closed(set, kClosing_mm);
  std::int64_t added = 0;
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i) {
        const std::size_t at = set.offset(i, j, k);
        if (set.data[at] || !wide.data[at] || around.data[at] || hu.data[at] < least_hu) continue;
        if ((set.to_patient(Vec3(double(i), double(j), double(k))) - seed_Patient).norm() > reach_mm) continue;
        set.data[at] = 1;
        ++added;
      }
  return added;
}

/// Closes, fills and trims one label of `labels` in place. What comes loose from it is marked in `loose`.
/// @param body_reach_mm  how far from the seed the body reaches at most
void finish_vertebra(LabelImage& labels, std::uint8_t label, const VertebraSeed& seed, const FloatImage& denoised, const LabelImage& cavities,
                     double soft_hu, double threshold_hu, double body_reach_mm, LabelImage& loose, std::vector<std::string>& notes) {
  Extent extent;
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < labels.size[1]; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i)
        if (labels.at(i, j, k) == label) extent.include(i, j, k);
  if (extent.empty) return;
  Index3 first, last;
  for (int a = 0; a < 3; ++a) {
    const auto pad = std::int64_t(std::ceil(4.0 / labels.spacing_mm[a]));
    first[a] = std::max<std::int64_t>(0, extent.low[a] - pad);
    last[a] = std::min(labels.size[a] - 1, extent.high[a] + pad);
  }
  const LabelImage around = crop(labels, first, last);
  const FloatImage hu = crop(denoised, first, last);
  LabelImage fixed = crop(cavities, first, last);
  LabelImage set = around.like<std::uint8_t>(0);
  for (std::size_t i = 0; i < set.data.size(); ++i) {
    set.data[i] = around.data[i] == label;
    fixed.data[i] = fixed.data[i] == label;
  }
  const std::int64_t faint = fill_faint_spongiosa(set, around, hu, seed.p_Patient, body_reach_mm, 0.5 * (soft_hu + threshold_hu));
  if (faint > 0)
    notes.push_back(fmt::format("{}: {:.0f} mm^3 of spongiosa fainter than the threshold, within the body, taken in", seed.level,
                                double(faint) * labels.spacing_mm.prod()));
  set = closed(set, 2.0);
  for (std::size_t i = 0; i < set.data.size(); ++i)
    if (around.data[i] && around.data[i] != label) set.data[i] = 0;
  // Where the scan ends the vertebra goes on: that plane must not let the outside in.
  const bool cut_low = first[2] == 0, cut_high = last[2] + 1 == labels.size[2];
  std::int64_t filled = fill_holes(set, cut_low, cut_high);
  for (std::size_t i = 0; i < set.data.size(); ++i)
    if (around.data[i] && around.data[i] != label) set.data[i] = 0;
  peel_to_half_maximum(set, hu, fixed, soft_hu, 20.0, 1.5, 2.0);

  // The largest connected part is the vertebra: its seed may be in a dark speck.
  const Vec3 x = set.to_index(seed.p_Patient);
  Index3 start{std::lround(x[0]), std::lround(x[1]), std::lround(x[2])};
  double nearest = 1e300;
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i) {
        if (!set.at(i, j, k)) continue;
        const double d = (Vec3(double(i), double(j), double(k)) - x).cwiseProduct(set.spacing_mm).norm();
        if (d < nearest) {
          nearest = d;
          start = {i, j, k};
        }
      }
  LabelImage part = component_of(set, start);
  std::int64_t islands = 0;
  for (std::int64_t k = 0; k < set.size[2]; ++k)
    for (std::int64_t j = 0; j < set.size[1]; ++j)
      for (std::int64_t i = 0; i < set.size[0]; ++i)
        if (set.at(i, j, k) && !part.at(i, j, k)) {
          loose.at(first[0] + i, first[1] + j, first[2] + k) = 1;
          ++islands;
        }
  filled += fill_holes(part, cut_low, cut_high);
  for (std::int64_t k = 0; k < part.size[2]; ++k)
    for (std::int64_t j = 0; j < part.size[1]; ++j)
      for (std::int64_t i = 0; i < part.size[0]; ++i) {
        std::uint8_t& value = labels.at(first[0] + i, first[1] + j, first[2] + k);
        if (value == label) value = 0;
        if (part.at(i, j, k) && value == 0) value = label;
      }
  const double voxel_mm3 = labels.spacing_mm.prod();
  notes.push_back(fmt::format("{}: {:.0f} mm^3 of holes filled, {:.0f} mm^3 of loose islands removed", seed.level,
                              double(filled) * voxel_mm3, double(islands) * voxel_mm3));
}

}  // namespace

Segmentation segment_vertebrae(const HuImage& hu, const std::vector<VertebraSeed>& seeds, const SegmentOptions& options,
                               const Progress& progress) {
  check_seeds(hu, seeds, options);
  Segmentation result;
  require_straight_row(seeds, result.warnings);
  progress.report(0.0, "cropping the scan");
  const FloatImage region = region_of_interest(hu, seeds, options.margin_mm);
  const double soft_hu = soft_tissue_mode_hu(region);
  result.noise_sd_hu = soft_tissue_noise_hu(region, soft_hu);
  result.hu_denoised = edge_preserving_smoothed(region, options.smoothing_mm, soft_hu, progress.part(0.02, 0.4));
  const FloatImage& denoised = result.hu_denoised;

  progress.report(0.4, "choosing thresholds");
  std::vector<VertebraSeed> all = seeds;
  const FloatImage smoothed = gaussian_smoothed(denoised, 0.6);
  for (const auto& guess : guessed_neighbours(seeds, denoised)) all.push_back(guess);
  GreyLevels levels = grey_levels(smoothed, all, options.threshold_hu);
  for (std::size_t a = 0; a < seeds.size(); ++a)
    for (std::size_t b = a + 1; b < seeds.size(); ++b) {
      const double inside = std::min(levels.seeds[a].inside_hu, levels.seeds[b].inside_hu);
      const double apart = (seeds[a].p_Patient - seeds[b].p_Patient).norm();
      if (apart < 4.0 || (levels.seeds[a].bright && levels.seeds[b].bright && !disc_between(denoised, seeds[a], seeds[b], levels, inside)))
        fail_input("seeds {} and {} lie in one vertebral body: no disc lies between them ({:.1f} mm apart); move one to its own vertebra",
                   seeds[a].level, seeds[b].level, apart);
    }
  for (std::size_t n = all.size(); n-- > seeds.size();) {
    bool useful = levels.seeds[n].bright;
    for (std::size_t m = 0; m < seeds.size() && useful; ++m)
      useful = levels.seeds[m].bright &&
               disc_between(denoised, all[n], seeds[m], levels, std::min(levels.seeds[n].inside_hu, levels.seeds[m].inside_hu));
    if (useful) continue;
    all.erase(all.begin() + std::ptrdiff_t(n));
    levels.seeds.erase(levels.seeds.begin() + std::ptrdiff_t(n));
  }

  // Each place takes the threshold of the nearest seed.
  FloatImage threshold = denoised.like<float>(0.0f);
  LabelImage bone = denoised.like<std::uint8_t>(0);
  tbb::parallel_for(std::int64_t(0), bone.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < bone.size[1]; ++j)
      for (std::int64_t i = 0; i < bone.size[0]; ++i) {
        const Vec3 p = bone.to_patient(Vec3(double(i), double(j), double(k)));
        std::size_t nearest = 0;
        for (std::size_t n = 1; n < all.size(); ++n)
          if ((all[n].p_Patient - p).squaredNorm() < (all[nearest].p_Patient - p).squaredNorm()) nearest = n;
        const auto value = float(levels.seeds[nearest].threshold_hu);
        threshold.at(i, j, k) = value;
        bone.at(i, j, k) = denoised.at(i, j, k) >= value;
      }
  });
  result.threshold_hu = levels.seeds[0].threshold_hu;
  for (std::size_t n = 0; n < seeds.size(); ++n) {
    result.threshold_hu = std::min(result.threshold_hu, levels.seeds[n].threshold_hu);
    result.seed_threshold_hu.push_back(levels.seeds[n].threshold_hu);
    result.notes.push_back(fmt::format("{}: threshold {:.0f} HU ({}; {:.0f} HU at the seed, {:.0f} HU beside the bone)", seeds[n].level,
                                       levels.seeds[n].threshold_hu, options.threshold_hu ? "given" : "chosen",
                                       levels.seeds[n].inside_hu, levels.seeds[n].dark_hu));
  }

  progress.report(0.45, "starting in the bodies");
  const Sources sources = find_sources(all, seeds.size(), levels, bone, result.notes);
  require_alike_bodies(seeds, levels, result.warnings);
  progress.report(0.6, "separating the vertebrae");
  LabelImage domain = bone;
  for (std::size_t i = 0; i < domain.data.size(); ++i) domain.data[i] = bone.data[i] || sources.cavities.data[i];
  FloatImage path_mm;
  result.labels = first_arrival(domain, front_cost(denoised, bone, sources.cavities, threshold, levels), sources.labels, &path_mm);
  std::vector<double> beyond(all.size(), 0.0);
  for (std::size_t i = 0; i < path_mm.data.size(); ++i) {
    std::uint8_t& label = result.labels.data[i];
    if (label && path_mm.data[i] > options.reach_mm) {
      beyond[label - 1u] += 1.0;
      label = 0;
    }
  }
  const double voxel_mm3 = denoised.spacing_mm.prod();
  LabelImage loose = denoised.like<std::uint8_t>(0);
  for (std::size_t n = 0; n < all.size(); ++n) {
    progress.report(0.65 + 0.35 * double(n) / double(all.size()), fmt::format("finishing {}", all[n].level));
    std::vector<std::string> notes;
    if (n < seeds.size() && beyond[n] > 0.0)
      notes.push_back(fmt::format("{}: {:.0f} mm^3 of connected bone farther than {:.0f} mm of bone path from the seed left out",
                                  all[n].level, beyond[n] * voxel_mm3, options.reach_mm));
    finish_vertebra(result.labels, std::uint8_t(n + 1), all[n], denoised, sources.cavities, levels.soft_hu, levels.seeds[n].threshold_hu,
                    body_reach_mm(all, n), loose, notes);
    if (n < seeds.size()) result.notes.insert(result.notes.end(), notes.begin(), notes.end());
  }
  // A front that crossed a joint and was cut off behind it leaves a piece of the other vertebra loose: it goes to whom it hangs on.
  for (std::size_t i = 0; i < loose.data.size(); ++i) loose.data[i] = loose.data[i] && !result.labels.data[i];
  const LabelImage joined = first_arrival(loose, denoised.like<float>(1.0f), result.labels, &path_mm);
  double joined_mm3 = 0.0;
  for (std::size_t i = 0; i < loose.data.size(); ++i)
    if (loose.data[i] && joined.data[i]) {
      result.labels.data[i] = joined.data[i];
      joined_mm3 += voxel_mm3;
    }
  result.notes.push_back(fmt::format("{:.0f} mm^3 of the loose islands were given to the vertebra they touch", joined_mm3));
  result.volume_mm3.assign(seeds.size(), 0.0);
  for (std::uint8_t& label : result.labels.data) {
    if (label > seeds.size()) label = 0;
    if (label) result.volume_mm3[label - 1u] += voxel_mm3;
  }
  for (std::size_t n = 0; n < seeds.size(); ++n)
    if (result.volume_mm3[n] < 300.0)
      fail_input("seed {} at {} found only {:.0f} mm^3 of bone, too little for a vertebra; move it to the middle of the body", seeds[n].level,
                 point_text(seeds[n].p_Patient), result.volume_mm3[n]);
  // The region ends where the scan does, or where the margin says.
  const double first_k = hu.to_index(result.labels.to_patient(Vec3::Zero()))[2];
  const double last_k = hu.to_index(result.labels.to_patient(Vec3(0, 0, double(result.labels.size[2] - 1))))[2];
  judge_labels(seeds, label_shapes(result.labels, seeds, first_k < 0.5, last_k > double(hu.size[2]) - 1.5), result.warnings);
  progress.report(1.0, "vertebrae segmented");
  return result;
}

}  // namespace spongiosa::geometry
