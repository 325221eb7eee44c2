#include "geometry/bone/detail/plate_mask.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::bone_detail {
namespace {

/// Cuts off what stands out sideways behind the front: pedicles, transverse processes and ribs join the body there. The front is free
/// of them, and the widest place of an endplate is little wider than it is a third of its depth from the front: an ellipse is wider
/// by 1.06 there, the heart-shaped endplates of L5 by 1.15.
void limit_width(PlateMask& mask, const Vec2& centre_mm, double back) {
  constexpr double kWidening = 1.15, kMargin_mm = 0.5;
  const int n = mask.count();
  const auto column = [&](double u) { return int(std::lround(u / mask.step_mm)) + mask.half; };
  const auto inside = [&](int i, int j) { return i >= 0 && j >= 0 && i < n && j < n && mask.at(i, j) > 0.5f; };
  const int ci = column(centre_mm[0]), cj = column(centre_mm[1]), toward_back = back > 0.0 ? 1 : -1;
  int front = cj, rear = cj;
  while (inside(ci, front - toward_back)) front -= toward_back;
  while (inside(ci, rear + toward_back)) rear += toward_back;
  const int rows = std::abs(rear - front) + 1;
  std::vector<int> left, right;
  for (int r = rows / 4; r <= 2 * rows / 5; ++r) {
    const int j = front + r * toward_back;
    int low = ci, high = ci;
    while (inside(low - 1, j)) --low;
    while (inside(high + 1, j)) ++high;
    left.push_back(ci - low);
    right.push_back(high - ci);
  }
  if (left.empty()) return;
  for (std::vector<int>* side : {&left, &right}) std::nth_element(side->begin(), side->begin() + std::ptrdiff_t(side->size() / 2), side->end());
  const double limit_left = kWidening * left[left.size() / 2] + kMargin_mm / mask.step_mm;
  const double limit_right = kWidening * right[right.size() / 2] + kMargin_mm / mask.step_mm;
  for (int j = 0; j < n; ++j) {
    if ((j - front) * toward_back < 2 * rows / 5) continue;
    for (int i = 0; i < n; ++i)
      if (ci - i > limit_left || i - ci > limit_right) mask.at(i, j) = 0.0f;
  }
}

}  // namespace

PlateMask body_of(const PlateMask& mask, const Vec2& centre_mm, double back) {
  constexpr double kLargestHole_mm2 = 12.0;  // a soft spot of the plate; a transverse foramen has twice that
  constexpr double kLargestGap_mm = 4.0;  // a vessel or a soft spot on the way back; the canal is over 10 mm deep
  // The rear is cut off before holes are filled: body, pedicles and arch enclose the canal, which is no hole.
  PlateMask whole = mask;
  const int n = whole.count();
  std::vector<double> rears;
  for (int i = 0; i < n; ++i) {
    if (std::abs(whole.coordinate(i) - centre_mm[0]) > 3.0) continue;
    double v = centre_mm[1], gap = 0.0;
    for (; std::abs(v) < whole.half * whole.step_mm && gap < kLargestGap_mm; v += back * whole.step_mm)
      gap = whole.at(i, int(std::lround(v / whole.step_mm)) + whole.half) > 0.5f ? 0.0 : gap + whole.step_mm;
    rears.push_back(back * v - gap);
  }
  std::nth_element(rears.begin(), rears.begin() + std::ptrdiff_t(rears.size() / 2), rears.end());
  const double rear = rears[rears.size() / 2] + 2.5;
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      if (back * whole.coordinate(j) > rear) whole.at(i, j) = 0.0f;
  whole = filled(whole, kLargestHole_mm2);
  limit_width(whole, centre_mm, back);
  const double radius = inscribed_radius_mm(whole, centre_mm, 8.0);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      if ((Vec2(whole.coordinate(i), whole.coordinate(j)) - centre_mm).norm() > 1.8 * radius) whole.at(i, j) = 0.0f;
  return opened(whole, 0.4 * radius, centre_mm);
}

}  // namespace spongiosa::geometry::bone_detail
