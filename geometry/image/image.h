#pragma once
/// Dense images on a regular grid in the patient frame: CT, label maps, sampled fields.

#include "core/vector.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry {

/// Voxel values with their place in the patient frame. Voxel centres are at
/// origin + direction * (i*spacing_x, j*spacing_y, k*spacing_z); i runs fastest in `data`.
template <class T>
struct Image {
  Index3 size{0, 0, 0};
  Vec3 spacing_mm = Vec3::Ones();
  Vec3 origin_Patient = Vec3::Zero();     ///< centre of voxel (0,0,0), LPS, mm
  Mat3 direction = Mat3::Identity();      ///< columns: unit vectors of the i, j, k axes in LPS
  std::vector<T> data;

  void allocate(T value = T()) { data.assign(std::size_t(product(size)), value); }
  /// Same grid, other value type.
  template <class U>
  Image<U> like(U value = U()) const {
    Image<U> other;
    other.size = size;
    other.spacing_mm = spacing_mm;
    other.origin_Patient = origin_Patient;
    other.direction = direction;
    other.allocate(value);
    return other;
  }

  std::size_t offset(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return std::size_t(i + size[0] * (j + size[1] * k));
  }
  T& at(std::int64_t i, std::int64_t j, std::int64_t k) { return data[offset(i, j, k)]; }
  const T& at(std::int64_t i, std::int64_t j, std::int64_t k) const { return data[offset(i, j, k)]; }
  bool contains(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return i >= 0 && j >= 0 && k >= 0 && i < size[0] && j < size[1] && k < size[2];
  }

  /// `index` may lie between voxels: (0,0,0) is the centre of the first voxel.
  Vec3 to_patient(const Vec3& index) const { return origin_Patient + direction * index.cwiseProduct(spacing_mm); }
  Vec3 to_index(const Vec3& p_Patient) const {
    return (direction.transpose() * (p_Patient - origin_Patient)).cwiseQuotient(spacing_mm);
  }
  /// True when the point is within the box of the voxel centres, so that `sample` needs no extrapolation.
  bool covers(const Vec3& p_Patient) const {
    const Vec3 x = to_index(p_Patient);
    for (int a = 0; a < 3; ++a)
      if (x[a] < 0.0 || x[a] > double(size[a] - 1)) return false;
    return true;
  }

  /// Trilinear value; outside the grid the nearest voxel's.
  double sample(const Vec3& p_Patient) const {
    const Vec3 x = to_index(p_Patient);
    std::int64_t base[3];
    double t[3];
    for (int a = 0; a < 3; ++a) {
      const double clamped = std::clamp(x[a], 0.0, double(size[a] - 1));
      base[a] = std::min<std::int64_t>(std::int64_t(clamped), std::max<std::int64_t>(size[a] - 2, 0));
      t[a] = clamped - double(base[a]);
    }
    double value = 0.0;
    for (int corner = 0; corner < 8; ++corner) {
      double weight = 1.0;
      std::int64_t at_index[3];
      for (int a = 0; a < 3; ++a) {
        const bool upper = (corner >> a) & 1;
        weight *= upper ? t[a] : 1.0 - t[a];
        at_index[a] = std::min(base[a] + (upper ? 1 : 0), size[a] - 1);
      }
      if (weight != 0.0) value += weight * double(at(at_index[0], at_index[1], at_index[2]));
    }
    return value;
  }
};

using HuImage = Image<std::int16_t>;    ///< Hounsfield units
using LabelImage = Image<std::uint8_t>; ///< 0 is background
using FloatImage = Image<float>;

/// The part of `image` whose voxel centres lie within `first`..`last` (inclusive voxel indices, clamped to the image).
template <class T>
Image<T> crop(const Image<T>& image, Index3 first, Index3 last) {
  Image<T> part;
  for (int a = 0; a < 3; ++a) {
    first[a] = std::clamp<std::int64_t>(first[a], 0, image.size[a] - 1);
    last[a] = std::clamp<std::int64_t>(last[a], first[a], image.size[a] - 1);
    part.size[a] = last[a] - first[a] + 1;
  }
  part.spacing_mm = image.spacing_mm;
  part.direction = image.direction;
  part.origin_Patient = image.to_patient(Vec3(double(first[0]), double(first[1]), double(first[2])));
  part.data.reserve(std::size_t(product(part.size)));
  for (std::int64_t k = first[2]; k <= last[2]; ++k)
    for (std::int64_t j = first[1]; j <= last[1]; ++j)
      part.data.insert(part.data.end(), &image.at(first[0], j, k), &image.at(first[0], j, k) + part.size[0]);
  return part;
}

}  // namespace spongiosa::geometry
