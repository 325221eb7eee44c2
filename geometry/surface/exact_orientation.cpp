#include "geometry/surface/exact_orientation.h"

#include <cmath>

namespace spongiosa::geometry {

namespace {

/// A sum of doubles without rounding: parts that do not overlap, by rising magnitude (Shewchuk 1997, theorem 10).
template <int kMost>
class ExactSum {
 public:
  void add(double value) {
    int kept = 0;
    for (int n = 0; n < count_; ++n) {
      const double sum = value + part_[n];
      const double back = sum - value;
      const double lost = (value - (sum - back)) + (part_[n] - back);
      if (lost != 0.0) part_[kept++] = lost;
      value = sum;
    }
    if (value != 0.0) part_[kept++] = value;
    count_ = kept;
  }
  int sign() const { return count_ == 0 ? 0 : part_[count_ - 1] > 0.0 ? 1 : -1; }

 private:
  double part_[kMost];
  int count_ = 0;
};

int sign_of(double value) { return (value > 0.0) - (value < 0.0); }

}  // namespace

/// Sum of s * x_i * y_j * z_k over the minors without the row left out. The product of two floats is exact in double; that
/// with a third is two doubles.
int exact_orientation(const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d) {
  ExactSum<64> sum;
  const Vec3f* row[4] = {&a, &b, &c, &d};
  for (int left_out = 0; left_out < 4; ++left_out) {
    const Vec3f* r[3];
    for (int n = 0, m = 0; n < 4; ++n)
      if (n != left_out) r[m++] = row[n];
    // det(a - d, b - d, c - d) = |a b c| - |a b d| + |a c d| - |b c d|
    const double outer = left_out % 2 == 1 ? 1.0 : -1.0;
    for (int x = 0; x < 3; ++x)
      for (int turn = 1; turn <= 2; ++turn) {
        const int y = (x + turn) % 3, z = (x + 3 - turn) % 3;
        const double two = double((*r[x])[0]) * double((*r[y])[1]) * (turn == 1 ? outer : -outer), third = (*r[z])[2];
        const double product = two * third;
        sum.add(std::fma(two, third, -product));
        sum.add(product);
      }
  }
  return sum.sign();
}

int orientation_along(int axis, const Vec3f& a, const Vec3f& b, const Vec3f& c) {
  const int u = (axis + 1) % 3, v = (axis + 2) % 3;
  const double left = (double(a[u]) - c[u]) * (double(b[v]) - c[v]);
  const double right = (double(a[v]) - c[v]) * (double(b[u]) - c[u]);
  const double determinant = left - right, permanent = std::abs(left) + std::abs(right);
  if (std::abs(determinant) > 4e-16 * permanent || permanent == 0.0) return sign_of(determinant);
  ExactSum<8> sum;
  sum.add(double(a[u]) * b[v]);
  sum.add(-double(a[v]) * b[u]);
  sum.add(double(b[u]) * c[v]);
  sum.add(-double(b[v]) * c[u]);
  sum.add(double(c[u]) * a[v]);
  sum.add(-double(c[v]) * a[u]);
  return sum.sign();
}

}  // namespace spongiosa::geometry
