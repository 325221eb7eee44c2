#include "geometry/bone/mask_edit.h"

#include "core/error.h"
#include "geometry/bone/detail/filters.h"
#include "geometry/bone/detail/partition.h"
#include "geometry/surface/marching_cubes.h"

#include <algorithm>
#include <numeric>

namespace spongiosa::geometry {
namespace {

using namespace bone_detail;

constexpr double kSnap_mm = 5.0;

std::int64_t count(const LabelImage& mask) { return std::count_if(mask.data.begin(), mask.data.end(), [](std::uint8_t v) { return v != 0; }); }

double staircase_area_mm2(const LabelImage& mask) {
  FloatImage field = mask.like<float>();
  for (std::size_t n = 0; n < field.data.size(); ++n) field.data[n] = mask.data[n] ? -0.5f : 0.5f;
  return extract_surface(field, Progress()).area_mm2();
}

/// The `voxels` largest values; among equal ones those that come first.
LabelImage largest_values(const FloatImage& values, std::int64_t voxels) {
  std::vector<std::uint32_t> order(values.data.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return values.data[a] != values.data[b] ? values.data[a] > values.data[b] : a < b;
  };
  std::nth_element(order.begin(), order.begin() + std::ptrdiff_t(voxels), order.end(), before);
  LabelImage mask = values.like<std::uint8_t>(0);
  for (std::int64_t n = 0; n < voxels; ++n) mask.data[order[std::size_t(n)]] = 1;
  return mask;
}

FloatImage blurred(const LabelImage& mask, double sigma_mm) {
  FloatImage field = mask.like<float>();
  for (std::size_t n = 0; n < field.data.size(); ++n) field.data[n] = mask.data[n] ? 1.0f : 0.0f;
  return gaussian_smoothed(field, sigma_mm);
}

/// Does one operation; messages begin with `name`.
class Editor {
 public:
  Editor(LabelImage& mask, const FloatImage& hu, const MaskEdit& edit, std::string name) : mask_(mask), hu_(hu), edit_(edit), name_(std::move(name)) {}

  void run() {
    switch (edit_.operation) {
      case MaskOperation::kThreshold: return threshold();
      case MaskOperation::kGrow: return grow();
      case MaskOperation::kSplit: return split();
      case MaskOperation::kUnion: return combine([](bool a, bool b) { return a || b; });
      case MaskOperation::kIntersect: return combine([](bool a, bool b) { return a && b; });
      case MaskOperation::kSubtract: return combine([](bool a, bool b) { return a && !b; });
      case MaskOperation::kSmooth: return smooth();
      case MaskOperation::kFillHoles: fill_holes(mask_); return;
      case MaskOperation::kAddSphere: return sphere(1);
      case MaskOperation::kEraseSphere: return sphere(0);
      case MaskOperation::kCutPlane: return cut();
      case MaskOperation::kKeepPart: return keep_part();
    }
  }
  const std::string& name() const { return name_; }

 private:
  Vec3 point(const std::optional<Vec3>& value, const char* key) const {
    if (!value) fail_input("{}: {} is missing; give a point in patient coordinates (LPS), mm", name(), key);
    if (!mask_.covers(*value)) fail_input("{}: {} ({:.1f}, {:.1f}, {:.1f}) mm lies outside the image", name(), key, (*value)[0], (*value)[1], (*value)[2]);
    return *value;
  }
  double radius(double low, double high) const {
    if (!edit_.radius_mm) fail_input("{}: radius_mm is missing; expected {:g}..{:g} mm", name(), low, high);
    if (!(*edit_.radius_mm >= low && *edit_.radius_mm <= high))
      fail_input("{}: radius_mm is {:g} mm; expected {:g}..{:g} mm", name(), *edit_.radius_mm, low, high);
    return *edit_.radius_mm;
  }
  LabelImage within_limits() const {
    if (!edit_.low_hu && !edit_.high_hu) fail_input("{}: low_hu and high_hu are both missing; give at least one", name());
    if (edit_.low_hu && edit_.high_hu && *edit_.low_hu > *edit_.high_hu)
      fail_input("{}: low_hu {:g} is above high_hu {:g}", name(), *edit_.low_hu, *edit_.high_hu);
    LabelImage set = mask_.like<std::uint8_t>(0);
    for (std::size_t n = 0; n < set.data.size(); ++n)
      set.data[n] = (!edit_.low_hu || hu_.data[n] >= *edit_.low_hu) && (!edit_.high_hu || hu_.data[n] <= *edit_.high_hu);
    return set;
  }
  /// The voxel of `set` nearest to a point.
  Index3 nearest(const LabelImage& set, const Vec3& p, const char* key) const {
    const Vec3 x = set.to_index(p);
    double best = 1e300;
    Index3 at{0, 0, 0}, low, high;
    for (int a = 0; a < 3; ++a) {
      const double reach = kSnap_mm / set.spacing_mm[a];
      low[std::size_t(a)] = std::max<std::int64_t>(0, std::int64_t(std::floor(x[a] - reach)));
      high[std::size_t(a)] = std::min(set.size[std::size_t(a)] - 1, std::int64_t(std::ceil(x[a] + reach)));
    }
    for (std::int64_t k = low[2]; k <= high[2]; ++k)
      for (std::int64_t j = low[1]; j <= high[1]; ++j)
        for (std::int64_t i = low[0]; i <= high[0]; ++i) {
          if (!set.at(i, j, k)) continue;
          const double d = (Vec3(double(i), double(j), double(k)) - x).cwiseProduct(set.spacing_mm).norm();
          if (d < best) {
            best = d;
            at = {i, j, k};
          }
        }
    if (best > kSnap_mm)
      fail_input("{}: {} ({:.1f}, {:.1f}, {:.1f}) mm is farther than {:g} mm from what it should lie in; move it", name(), key, p[0], p[1], p[2], kSnap_mm);
    return at;
  }

  void threshold() { mask_ = within_limits(); }
  void grow() {
    const Vec3 p = point(edit_.point_Patient, "point_mm");
    const LabelImage set = within_limits();
    const LabelImage part = component_of(set, nearest(set, p, "point_mm"));
    for (std::size_t n = 0; n < mask_.data.size(); ++n) mask_.data[n] = mask_.data[n] || part.data[n];
  }
  void split() {
    const Vec3 a = point(edit_.point_Patient, "point_mm"), b = point(edit_.second_point_Patient, "second_point_mm");
    LabelImage sources = mask_.like<std::uint8_t>(0), outside = sources;
    const Index3 first = nearest(mask_, a, "point_mm"), second = nearest(mask_, b, "second_point_mm");
    if (first == second) fail_input("{}: point_mm and second_point_mm lie in the same voxel; put them into the two parts", name());
    sources.at(first[0], first[1], first[2]) = 1;
    sources.at(second[0], second[1], second[2]) = 2;
    for (std::size_t n = 0; n < outside.data.size(); ++n) outside.data[n] = !mask_.data[n];
    FloatImage cost = distance_to(outside);
    float deepest = 1.0f;
    for (std::size_t n = 0; n < cost.data.size(); ++n)
      if (mask_.data[n] && cost.data[n] < kFar_mm) deepest = std::max(deepest, cost.data[n]);
    // A front slows down where bone is thin against the thickest of the mask.
    for (float& value : cost.data) {
      const float thin = std::max(0.0f, 1.0f - value / deepest);
      value = 1.0f + 50.0f * thin * thin * thin * thin;
    }
    FloatImage path_mm;
    const LabelImage parts = first_arrival(mask_, cost, sources, &path_mm);
    for (std::size_t n = 0; n < mask_.data.size(); ++n) mask_.data[n] = mask_.data[n] && parts.data[n] == 1;
  }
  template <class Rule>
  void combine(const Rule& rule) {
    if (!edit_.other) fail_input("{}: mask is missing; name the file of the other mask", name());
    const LabelImage& other = *edit_.other;
    const bool same = other.size == mask_.size && (other.spacing_mm - mask_.spacing_mm).norm() < 1e-4 &&
                      (other.origin_Patient - mask_.origin_Patient).norm() < 1e-3 && (other.direction - mask_.direction).norm() < 1e-5;
    LabelImage binary = other;
    for (auto& value : binary.data) value = value != 0;
    for (std::int64_t k = 0; k < mask_.size[2]; ++k)
      for (std::int64_t j = 0; j < mask_.size[1]; ++j)
        for (std::int64_t i = 0; i < mask_.size[0]; ++i) {
          std::uint8_t& value = mask_.at(i, j, k);
          const Vec3 p = mask_.to_patient(Vec3(double(i), double(j), double(k)));
          const bool in_other = same ? binary.at(i, j, k) != 0 : binary.covers(p) && binary.sample(p) > 0.5;
          value = rule(value != 0, in_other);
        }
  }
  void smooth() { mask_ = largest_values(blurred(mask_, radius(0.1, 5.0)), count(mask_)); }
  void sphere(std::uint8_t value) {
    const Vec3 p = point(edit_.point_Patient, "point_mm");
    const double r = radius(0.1, 200.0);
    for (std::int64_t k = 0; k < mask_.size[2]; ++k)
      for (std::int64_t j = 0; j < mask_.size[1]; ++j)
        for (std::int64_t i = 0; i < mask_.size[0]; ++i)
          if ((mask_.to_patient(Vec3(double(i), double(j), double(k))) - p).squaredNorm() <= r * r) mask_.at(i, j, k) = value;
  }
  void cut() {
    if (!edit_.point_Patient) fail_input("{}: point_mm is missing; give a point on the plane", name());
    if (!edit_.normal || !(edit_.normal->norm() > 1e-6)) fail_input("{}: normal is missing or zero; it points to the side that is cut off", name());
    for (std::int64_t k = 0; k < mask_.size[2]; ++k)
      for (std::int64_t j = 0; j < mask_.size[1]; ++j)
        for (std::int64_t i = 0; i < mask_.size[0]; ++i)
          if ((mask_.to_patient(Vec3(double(i), double(j), double(k))) - *edit_.point_Patient).dot(*edit_.normal) > 0.0) mask_.at(i, j, k) = 0;
  }
  void keep_part() {
    if (edit_.point_Patient) {
      mask_ = component_of(mask_, nearest(mask_, point(edit_.point_Patient, "point_mm"), "point_mm"));
      return;
    }
    LabelImage rest = mask_;
    std::int64_t most = 0;
    Index3 start{0, 0, 0};
    for (std::int64_t k = 0; k < rest.size[2]; ++k)
      for (std::int64_t j = 0; j < rest.size[1]; ++j)
        for (std::int64_t i = 0; i < rest.size[0]; ++i) {
          if (!rest.at(i, j, k)) continue;
          const std::int64_t voxels = take_component(rest, {i, j, k});
          if (voxels <= most) continue;
          most = voxels;
          start = {i, j, k};
        }
    if (most > 0) mask_ = component_of(mask_, start);
  }
  /// Removes the part round `seed` from `set`. @return its voxels
  static std::int64_t take_component(LabelImage& set, const Index3& seed) {
    std::int64_t voxels = 0;
    std::vector<Index3> stack{seed};
    set.at(seed[0], seed[1], seed[2]) = 0;
    while (!stack.empty()) {
      const Index3 c = stack.back();
      stack.pop_back();
      ++voxels;
      for (std::size_t a = 0; a < 3; ++a)
        for (int step = -1; step <= 1; step += 2) {
          Index3 n = c;
          n[a] += step;
          if (!set.contains(n[0], n[1], n[2]) || !set.at(n[0], n[1], n[2])) continue;
          set.at(n[0], n[1], n[2]) = 0;
          stack.push_back(n);
        }
    }
    return voxels;
  }

  LabelImage& mask_;
  const FloatImage& hu_;
  const MaskEdit& edit_;
  std::string name_;
};

void require_same_grid(const LabelImage& mask, const FloatImage& hu) {
  if (mask.size == hu.size) return;
  fail_input("the mask has {} x {} x {} voxels and the image {} x {} x {}; they must lie on the same grid", mask.size[0], mask.size[1], mask.size[2], hu.size[0],
             hu.size[1], hu.size[2]);
}

MaskChange apply(LabelImage& mask, const FloatImage& hu, const MaskEdit& edit, const std::string& name) {
  const LabelImage before = mask;
  Editor(mask, hu, edit, name).run();
  MaskChange change{edit.operation};
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    change.volume_before_mm3 += before.data[i] != 0;
    change.volume_after_mm3 += mask.data[i] != 0;
    change.added_mm3 += mask.data[i] && !before.data[i];
    change.removed_mm3 += !mask.data[i] && before.data[i];
  }
  for (double* value : {&change.volume_before_mm3, &change.volume_after_mm3, &change.added_mm3, &change.removed_mm3}) *value *= mask.spacing_mm.prod();
  if (change.volume_after_mm3 == 0.0) fail_input("{} leaves nothing of the mask; check its values", name);
  if (edit.operation == MaskOperation::kSmooth) {
    change.area_before_mm2 = staircase_area_mm2(before);
    change.area_after_mm2 = staircase_area_mm2(mask);
  }
  return change;
}

}  // namespace

MaskChange apply_mask_edit(LabelImage& mask, const FloatImage& hu, const MaskEdit& edit) {
  require_same_grid(mask, hu);
  for (auto& value : mask.data) value = value != 0;
  return apply(mask, hu, edit, kMaskOperationNames[int(edit.operation)]);
}

std::vector<MaskChange> apply_mask_edits(LabelImage& mask, const FloatImage& hu, const std::vector<MaskEdit>& edits, const Progress& progress) {
  require_same_grid(mask, hu);
  for (auto& value : mask.data) value = value != 0;
  std::vector<MaskChange> changes;
  for (std::size_t n = 0; n < edits.size(); ++n) {
    const char* operation = kMaskOperationNames[int(edits[n].operation)];
    progress.report(double(n) / double(edits.size()), fmt::format("edit {} of {}: {}", n + 1, edits.size(), operation));
    changes.push_back(apply(mask, hu, edits[n], fmt::format("edit {} ({})", n + 1, operation)));
  }
  return changes;
}

TriangleMesh mask_surface(const LabelImage& mask, const FloatImage& hu, const MaskSurfaceOptions& options, const Progress& progress) {
  const std::int64_t voxels = count(mask);
  if (voxels == 0) fail_input("the mask is empty: there is no surface to draw");
  FloatImage field;
  if (options.threshold_hu) {
    if (hu.size != mask.size) fail_input("the grey values do not lie on the mask's grid");
    LabelImage inverse = mask.like<std::uint8_t>(0), set = inverse;
    for (std::size_t n = 0; n < mask.data.size(); ++n) (mask.data[n] ? set : inverse).data[n] = 1;
    const FloatImage to_mask = distance_to(set), to_outside = distance_to(inverse);
    // A voxel: grey values may move the border by this much either way. They are scaled so that those of bone beside soft tissue stay
    // within the clamp: only their zero counts.
    const float reach_mm = float(mask.spacing_mm.maxCoeff());
    constexpr float kHuPerMm = 5000.0f;
    field = hu;
    for (std::size_t n = 0; n < field.data.size(); ++n) {
      // Half a voxel lies between the centres inside and outside and the border between them.
      const float border_mm = to_mask.data[n] > 0.0f ? to_mask.data[n] - 0.5f * reach_mm : 0.5f * reach_mm - to_outside.data[n];
      const float grey_mm = (float(*options.threshold_hu) - hu.data[n]) / kHuPerMm;
      field.data[n] = std::clamp(grey_mm, border_mm - reach_mm, border_mm + reach_mm);
    }
  } else {
    field = blurred(mask, options.smoothing_mm);
    std::vector<float> values = field.data;
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() - std::size_t(voxels)), values.end());
    const float level = values[values.size() - std::size_t(voxels)];
    for (float& value : field.data) value = level - value;
  }
  return extract_surface(field, progress);
}

}  // namespace spongiosa::geometry
