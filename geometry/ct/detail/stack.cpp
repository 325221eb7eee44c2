#include "geometry/ct/detail/stack.h"

#include "core/error.h"
#include "core/text.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <map>

namespace spongiosa::geometry::detail {

namespace {

/// Two planes closer than this are the same plane; the thinnest clinical slices are 0.1 mm apart.
constexpr double kSamePlaneMm = 1e-3;
/// Sideways wander of the slice origins that is still the rounding of headers: an eighth of a fine pixel, over the stack.
constexpr double kSidewaysMm = 0.1;
constexpr double kSameDirection = 1e-3;
constexpr double kTiltTagDeg = 0.1;
constexpr double kMostTiltDeg = 35.0;  ///< gantries tilt up to 30
constexpr double kPi = 3.14159265358979323846;

void require_geometry(const std::vector<DicomSlice>& slices) {
  const auto missing = [&](auto is_missing, const char* what, const char* consequence) {
    const auto count = std::count_if(slices.begin(), slices.end(), is_missing);
    if (count == 0) return;
    const auto first = std::find_if(slices.begin(), slices.end(), is_missing);
    fail_input("{} of {} slices have no usable {} (first '{}'): {}; export the original CT series", count, slices.size(), what,
               first->name(), consequence);
  };
  missing([](const DicomSlice& s) { return !s.pixel_spacing_mm; }, "PixelSpacing (0028,0030)", "their size in mm is unknown");
  missing([](const DicomSlice& s) { return !s.position_mm; }, "ImagePositionPatient (0020,0032)",
          "where they lie in the patient is unknown");
  missing([](const DicomSlice& s) { return !s.row_axis; }, "ImageOrientationPatient (0020,0037)",
          "how they lie in the patient is unknown");
}

bool same_plane_frame(const DicomSlice& a, const DicomSlice& b) {
  return (*a.row_axis - *b.row_axis).norm() < kSameDirection && (*a.column_axis - *b.column_axis).norm() < kSameDirection;
}

/// Counts of the different kinds, most frequent first: "57 of 512 x 512, 3 of 256 x 256"
template <class Describe>
std::string kinds(const std::vector<DicomSlice>& slices, Describe describe) {
  std::map<std::string, std::size_t> counts;
  for (const DicomSlice& slice : slices) ++counts[describe(slice)];
  if (counts.size() == 1) return {};
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> items;
  for (std::size_t n = 0; n < std::min<std::size_t>(sorted.size(), 4); ++n)
    items.push_back(fmt::format("{} of {}", sorted[n].second, sorted[n].first));
  return join(items, ", ") + (sorted.size() > 4 ? fmt::format(" and {} more", sorted.size() - 4) : "");
}

void require_one_kind(const std::vector<DicomSlice>& slices) {
  const char* advice = "they cannot form one volume; move the slices that do not belong to it out of the folder";
  const std::string sizes = kinds(slices, [](const DicomSlice& s) { return fmt::format("{} x {}", s.columns, s.rows); });
  if (!sizes.empty()) fail_input("the series mixes image sizes ({}): {}", sizes, advice);
  const std::string pixels = kinds(slices, [](const DicomSlice& s) {
    return fmt::format("{:.5g} x {:.5g} mm", s.pixel_spacing_mm->x(), s.pixel_spacing_mm->y());
  });
  if (!pixels.empty()) fail_input("the series mixes pixel sizes ({}): {}", pixels, advice);
  const bool mixed = std::any_of(slices.begin(), slices.end(),
                                 [&](const DicomSlice& s) { return !same_plane_frame(s, slices.front()); });
  if (mixed) {
    const std::string planes = kinds(slices, [](const DicomSlice& s) {
      const Vec3 n = s.row_axis->cross(*s.column_axis) + Vec3::Constant(0.0);
      return fmt::format("normal ({:.2f} {:.2f} {:.2f})", n.x(), n.y(), n.z());
    });
    fail_input("the series mixes orientations{}: {}", planes.empty() ? "" : " (" + planes + ")", advice);
  }
}

/// A position along the normal as people know it: the patient coordinate when the normal is one of the axes.
struct PositionName {
  Vec3 normal;
  std::string operator()(double along_mm) const {
    for (int axis = 0; axis < 3; ++axis)
      if (std::abs(std::abs(normal[axis]) - 1.0) < 1e-6)
        return fmt::format("{} = {:.2f} mm", "xyz"[axis], along_mm * (normal[axis] > 0 ? 1.0 : -1.0));
    return fmt::format("{:.2f} mm along the slice normal", along_mm);
  }
};

/// Finds the tilt of the gantry, by which every plane lies farther to one side than the one before.
void find_tilt(Stack& stack, const Vec3& normal, std::vector<std::string>& notes) {
  const Vec3 first = *stack.places.front().front().position_mm;
  double sideways = 0.0;
  Vec3 drift = Vec3::Zero();
  for (const auto& place : stack.places) {
    const Vec3 from_first = *place.front().position_mm - first;
    const Vec3 lateral = from_first - from_first.dot(normal) * normal;
    sideways = std::max(sideways, lateral.norm());
    drift = from_first;
  }
  const double along = drift.dot(normal);
  const Vec3 lateral = drift - along * normal;
  const double tag_deg = stack.places.front().front().gantry_tilt_deg;
  if (sideways > kSidewaysMm) {
    const double tilt_deg = std::atan2(lateral.norm(), std::abs(along)) * 180.0 / kPi;
    // A tilt shifts every slice in proportion; anything else is a table that moved or files of two scans.
    double unevenness = 0.0;
    for (const auto& place : stack.places) {
      const Vec3 from_first = *place.front().position_mm - first;
      const double share = along > 0.0 ? from_first.dot(normal) / along : 0.0;
      unevenness = std::max(unevenness, (from_first - from_first.dot(normal) * normal - share * lateral).norm());
    }
    if (unevenness > std::max(kSidewaysMm, 0.02 * lateral.norm()))
      fail_input("the slices are shifted sideways against each other, by up to {:.2f} mm: they do not form a straight stack "
                 "(two scans mixed, or the table moved); export one scan",
                 sideways);
    if (tilt_deg > kMostTiltDeg)
      fail_input("the slice positions wander sideways by {:.1f} degrees, more than any gantry tilts: the geometry cannot be trusted; export the "
                 "original CT series",
                 tilt_deg);
    const bool tagged = std::abs(tag_deg) > kTiltTagDeg;
    if (tagged && std::abs(std::abs(tag_deg) - tilt_deg) > 0.5)
      fail_input("the header says that the gantry was tilted by {:+.1f} degrees (GantryDetectorTilt), but the slice positions show {:.1f}: the "
                 "geometry cannot be trusted; reconstruct the scan without tilt",
                 tag_deg, tilt_deg);
    const Vec3 row = *stack.places.front().front().row_axis, column = *stack.places.front().front().column_axis;
    for (std::size_t k = 0; k < stack.places.size(); ++k) {
      const Vec3 shift = double(k) / double(stack.places.size() - 1) * lateral;
      stack.shift_mm.emplace_back(shift.dot(row), shift.dot(column));
    }
    notes.push_back(fmt::format("the gantry was tilted by {:.1f} degrees{}: every slice was shifted within its plane (linear interpolation) to give "
                                "a regular volume along the slice normal",
                                tilt_deg, tagged ? fmt::format(" (GantryDetectorTilt {:+.1f})", tag_deg) : ""));
    return;
  }
  if (std::abs(tag_deg) <= kTiltTagDeg) return;
  // A reconstruction perpendicular to a tilted table axis is a regular volume. Upright slices from a tilted gantry are not
  // to be trusted: either they were resampled, or the header lost the tilt.
  const double normal_tilt_deg = std::acos(std::min(1.0, normal.cwiseAbs().maxCoeff())) * 180.0 / kPi;
  if (std::abs(normal_tilt_deg - std::abs(tag_deg)) > 0.5)
    fail_input("the header says that the gantry was tilted by {:+.1f} degrees (GantryDetectorTilt), but the slice positions "
               "show {:.1f}: the geometry cannot be trusted; reconstruct the scan without tilt",
               tag_deg, normal_tilt_deg);
  notes.push_back(fmt::format("GantryDetectorTilt is {:+.1f} degrees; the slices are stacked along their own normal, so the "
                              "volume is regular",
                              tag_deg));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ptrdiff_t((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void require_even(const std::vector<double>& along_mm, const PositionName& name, double tolerance_mm) {
  std::vector<double> gaps;
  for (std::size_t n = 1; n < along_mm.size(); ++n) gaps.push_back(along_mm[n] - along_mm[n - 1]);
  const double usual = median(gaps);
  const auto [low, high] = std::minmax_element(gaps.begin(), gaps.end());
  if (*high - *low <= tolerance_mm) return;

  std::vector<std::string> holes;
  std::int64_t missing = 0;
  bool only_missing = true;
  for (std::size_t n = 0; n < gaps.size(); ++n) {
    if (std::abs(gaps[n] - usual) <= tolerance_mm) continue;
    const double times = gaps[n] / usual;
    const bool whole = times > 1.5 && std::abs(gaps[n] - std::round(times) * usual) <= tolerance_mm * std::round(times);
    only_missing = only_missing && whole;
    if (whole) missing += std::llround(times) - 1;
    holes.push_back(fmt::format("{:.3g} mm between {} and {}", gaps[n], name(along_mm[n]), name(along_mm[n + 1])));
  }
  const std::size_t shown = std::min<std::size_t>(holes.size(), 3);
  std::string places = join({holes.begin(), holes.begin() + std::ptrdiff_t(shown)}, ", ");
  if (holes.size() > shown) places += fmt::format(" and {} more", holes.size() - shown);
  if (only_missing)
    fail_input("{} missing: the slices are {:.3g} mm apart, but {}; export the series again, complete",
               missing == 1 ? "a slice is" : fmt::format("{} slices are", missing), usual, places);
  fail_input("the slices are unevenly spaced ({:.3g} to {:.3g} mm, mostly {:.3g} mm): {}; a regular volume is needed and "
             "nothing is resampled here, so export an evenly spaced reconstruction",
             *low, *high, usual, places.empty() ? "the gaps drift" : places);
}

}  // namespace

Stack stack_slices(std::vector<DicomSlice> slices, double spacing_tolerance_mm, std::vector<std::string>& notes) {
  require_geometry(slices);
  require_one_kind(slices);
  const DicomSlice& any = slices.front();
  const Vec3 row = *any.row_axis, column = *any.column_axis, normal = row.cross(column);
  const PositionName name{normal};

  std::stable_sort(slices.begin(), slices.end(), [&](const DicomSlice& a, const DicomSlice& b) {
    return a.position_mm->dot(normal) < b.position_mm->dot(normal);
  });
  Stack stack;
  std::vector<double> along_mm;
  for (DicomSlice& slice : slices) {
    const double at = slice.position_mm->dot(normal);
    const bool same = !stack.places.empty() && at - along_mm.back() < kSamePlaneMm &&
                      (*slice.position_mm - *stack.places.back().front().position_mm).norm() < kSidewaysMm;
    if (same) {
      stack.places.back().push_back(std::move(slice));
    } else {
      along_mm.push_back(at);
      stack.places.push_back({std::move(slice)});
    }
  }
  if (stack.places.size() < 2)
    fail_input("there is a single slice ({}): a volume needs the whole series; name the folder that holds all its files",
               name(along_mm.front()));

  find_tilt(stack, normal, notes);
  require_even(along_mm, name, spacing_tolerance_mm);

  const DicomSlice& first = stack.places.front().front();
  stack.grid.size = {first.columns, first.rows, std::int64_t(stack.places.size())};
  double step_mm = (along_mm.back() - along_mm.front()) / double(along_mm.size() - 1);
  // Positions are decimal text: differences of 1e-13 mm are ours, not the scanner's.
  if (const double decimal = std::round(step_mm * 1e6) * 1e-6; std::abs(decimal - step_mm) < 1e-9) step_mm = std::round(step_mm * 1e6) / 1e6;
  stack.grid.spacing_mm = Vec3(first.pixel_spacing_mm->x(), first.pixel_spacing_mm->y(), step_mm);
  stack.grid.origin_Patient = *first.position_mm;
  stack.grid.direction.col(0) = row;
  stack.grid.direction.col(1) = column;
  stack.grid.direction.col(2) = normal;
  return stack;
}

}  // namespace spongiosa::geometry::detail
