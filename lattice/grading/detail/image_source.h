#pragma once
/// Trilinear values of an image at many points of a part.

#include "geometry/frame.h"
#include "geometry/image/image.h"

#include <algorithm>
#include <memory>
#include <type_traits>

namespace spongiosa::lattice::detail {

/// An image as seen from the part's frame.
class ImageSource {
 public:
  template <class T>
  ImageSource(std::shared_ptr<const geometry::Image<T>> image, const geometry::Frame& frame) : size_(image->size) {
    for (int a = 0; a < 3; ++a) rows_.row(a) = (image->direction.col(a) / image->spacing_mm[a]).transpose() * frame.axes_Patient;
    first_ = image->to_index(frame.origin_Patient);
    if constexpr (std::is_same_v<T, float>)
      floats_ = std::move(image);
    else
      shorts_ = std::move(image);
  }

  void sample(int n, const float* x, const float* y, const float* z, float* out) const {
    floats_ ? sample_from(floats_->data.data(), n, x, y, z, out) : sample_from(shorts_->data.data(), n, x, y, z, out);
  }
  bool covers(const Vec3& p_Frame) const {
    const Vec3 index = rows_ * p_Frame + first_;
    for (int a = 0; a < 3; ++a)
      if (index[a] < -0.5 || index[a] > double(size_[a]) - 0.5) return false;
    return true;
  }

 private:
  template <class T>
  void sample_from(const T* data, int n, const float* x, const float* y, const float* z, float* out) const {
    const std::int64_t stride[3] = {size_[0] > 1 ? 1 : 0, size_[1] > 1 ? size_[0] : 0, size_[2] > 1 ? size_[0] * size_[1] : 0};
    for (int p = 0; p < n; ++p) {
      std::int64_t base = 0;
      float t[3];
      for (int a = 0; a < 3; ++a) {
        const double index = rows_(a, 0) * x[p] + rows_(a, 1) * y[p] + rows_(a, 2) * z[p] + first_[a];
        const double limited = std::clamp(index, 0.0, double(size_[a] - 1));
        const std::int64_t lower = std::min(std::int64_t(limited), std::max<std::int64_t>(size_[a] - 2, 0));
        base += lower * (a == 0 ? 1 : a == 1 ? size_[0] : size_[0] * size_[1]);
        t[a] = float(limited - double(lower));
      }
      const T* const d = data + base;
      const auto along = [&](std::int64_t o) {
        const float low = float(d[o]);
        return low + t[0] * (float(d[o + stride[0]]) - low);
      };
      const auto across = [&](std::int64_t o) {
        const float low = along(o);
        return low + t[1] * (along(o + stride[1]) - low);
      };
      const float low = across(0);
      out[p] = low + t[2] * (across(stride[2]) - low);
    }
  }

  std::shared_ptr<const geometry::FloatImage> floats_;
  std::shared_ptr<const geometry::HuImage> shorts_;
  Index3 size_;
  Mat3 rows_;   ///< index = rows * p_Frame + first
  Vec3 first_;
};

}  // namespace spongiosa::lattice::detail
