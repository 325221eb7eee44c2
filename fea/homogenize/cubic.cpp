#include "fea/homogenize/cubic.h"

#include <algorithm>

namespace spongiosa::fea {

namespace {

Mat6 slope(const std::vector<double>& x, const std::vector<Mat6>& y, std::size_t i) {
  const auto secant = [&](std::size_t a) { return Mat6((y[a + 1] - y[a]) / (x[a + 1] - x[a])); };
  if (x.size() == 2) return secant(0);
  const std::size_t left = std::clamp<std::size_t>(i, 1, x.size() - 2) - 1;
  const double h0 = x[left + 1] - x[left], h1 = x[left + 2] - x[left + 1];
  const Mat6 s0 = secant(left), s1 = secant(left + 1), curvature = (s1 - s0) / (h0 + h1);
  // Newton's form, differentiated.
  return s0 + curvature * (2.0 * x[i] - x[left] - x[left + 1]);
}

}  // namespace

Mat6 cubic(const std::vector<double>& x, const std::vector<Mat6>& y, double at) {
  std::size_t i = 0;
  while (i + 2 < x.size() && x[i + 1] <= at) ++i;
  const double h = x[i + 1] - x[i], t = (at - x[i]) / h, t2 = t * t, t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * y[i] + (t3 - 2 * t2 + t) * h * slope(x, y, i) + (3 * t2 - 2 * t3) * y[i + 1] + (t3 - t2) * h * slope(x, y, i + 1);
}

}  // namespace spongiosa::fea
