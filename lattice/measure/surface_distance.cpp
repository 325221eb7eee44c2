#include "lattice/measure/surface_distance.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace spongiosa::lattice {

using geometry::FloatImage;

Vec3f SurfacePoints::point(std::uint32_t code) const {
  const std::size_t lower = code / 3;
  const int axis = int(code % 3);
  const std::size_t nx = std::size_t(stride_[1]), layer = std::size_t(stride_[2]);
  Vec3f p(float(lower % nx), float(lower % layer / nx), float(lower / layer));
  p[axis] += fraction(lower, axis);
  return p;
}

Vec3f SurfacePoints::gradient(std::size_t offset) const {
  const std::size_t nx = std::size_t(stride_[1]), layer = std::size_t(stride_[2]);
  const std::int64_t at[3] = {std::int64_t(offset % nx), std::int64_t(offset % layer / nx), std::int64_t(offset / layer)};
  Vec3f g;
  for (int a = 0; a < 3; ++a) {
    const std::size_t step = std::size_t(stride_[std::size_t(a)]);
    const bool low = at[a] > 0, high = at[a] + 1 < field_->size[std::size_t(a)];
    const float difference = field_->data[high ? offset + step : offset] - field_->data[low ? offset - step : offset];
    g[a] = low && high ? 0.5f * difference : difference;
  }
  return g;
}

Vec3f SurfacePoints::normal(std::uint32_t code) const {
  if (labels_) return Vec3f::Zero();
  const std::size_t lower = code / 3;
  const int axis = int(code % 3);
  const float t = fraction(lower, axis);
  const Vec3f g = (1.0f - t) * gradient(lower) + t * gradient(lower + std::size_t(stride_[std::size_t(axis)]));
  const float norm = g.norm();
  return norm > 0.0f && std::isfinite(norm) ? Vec3f(g / norm) : Vec3f(Vec3f::Zero());
}

namespace {

constexpr float kFar = 1e15f;

/// Squared distances and codes, while they are being made.
struct Nearest {
  float* squared;
  std::uint32_t* code;
};

/// Lower envelope of parabolas that carries along whose parabola is lowest.
class Envelope {
 public:
  explicit Envelope(std::int64_t n) : n_(n), vertex_(std::size_t(n)), from_(std::size_t(n) + 1), height_(std::size_t(n)) {}

  void transform(const float* f, const std::uint32_t* f_code, float* out, std::uint32_t* out_code) {
    std::int32_t last = -1;
    for (std::int32_t q = 0; q < n_; ++q) {
      if (f[q] >= kFar) continue;
      const double at_q = double(f[q]) + double(q) * double(q);
      double start = -std::numeric_limits<double>::infinity();
      for (; last >= 0; --last) {
        start = (at_q - height_[std::size_t(last)]) / (2.0 * double(q - vertex_[std::size_t(last)]));
        if (start > from_[std::size_t(last)]) break;
      }
      if (last < 0) start = -std::numeric_limits<double>::infinity();
      ++last;
      vertex_[std::size_t(last)] = q;
      from_[std::size_t(last)] = start;
      height_[std::size_t(last)] = at_q;
    }
    if (last < 0) {
      std::fill(out, out + n_, kFar);
      std::fill(out_code, out_code + n_, SurfacePoints::kNone);
      return;
    }
    std::int32_t piece = 0;
    for (std::int32_t q = 0; q < n_; ++q) {
      while (piece < last && from_[std::size_t(piece) + 1] < double(q)) ++piece;
      const std::int32_t v = vertex_[std::size_t(piece)];
      const float d = float(q - v);
      out[q] = d * d + f[v];
      out_code[q] = f_code[v];
    }
  }

 private:
  std::int64_t n_;
  std::vector<std::int32_t> vertex_;
  std::vector<double> from_, height_;
};

/// Transforms `count` lines of n samples in place; the lines lie side by side (1 apart) or one after the other, and the
/// samples of a line `stride` apart. A few lines together, for the sake of the cache.
class LineTransform {
 public:
  explicit LineTransform(std::int64_t n)
      : n_(n), envelope_(n), in_(std::size_t(n * kTogether)), out_(std::size_t(n)), in_code_(in_.size()), out_code_(out_.size()) {}

  void side_by_side(Nearest at, std::int64_t count, std::int64_t stride) {
    for (std::int64_t line = 0; line < count; line += kTogether) {
      const std::int64_t width = std::min(kTogether, count - line);
      for (std::int64_t q = 0; q < n_; ++q)
        for (std::int64_t w = 0; w < width; ++w) {
          in_[std::size_t(w * n_ + q)] = at.squared[line + w + q * stride];
          in_code_[std::size_t(w * n_ + q)] = at.code[line + w + q * stride];
        }
      for (std::int64_t w = 0; w < width; ++w) {
        const std::size_t first = std::size_t(w * n_);
        envelope_.transform(&in_[first], &in_code_[first], out_.data(), out_code_.data());
        std::copy(out_.begin(), out_.end(), in_.begin() + w * n_);
        std::copy(out_code_.begin(), out_code_.end(), in_code_.begin() + w * n_);
      }
      for (std::int64_t q = 0; q < n_; ++q)
        for (std::int64_t w = 0; w < width; ++w) {
          at.squared[line + w + q * stride] = in_[std::size_t(w * n_ + q)];
          at.code[line + w + q * stride] = in_code_[std::size_t(w * n_ + q)];
        }
    }
  }
  void contiguous(Nearest at) {
    envelope_.transform(at.squared, at.code, out_.data(), out_code_.data());
    std::copy(out_.begin(), out_.end(), at.squared);
    std::copy(out_code_.begin(), out_code_.end(), at.code);
  }

 private:
  static constexpr std::int64_t kTogether = 16;
  std::int64_t n_;
  Envelope envelope_;
  std::vector<float> in_, out_;
  std::vector<std::uint32_t> in_code_, out_code_;
};

/// Along lines in the direction of the edges themselves: squared distance to the last crossing passed, forward and backward.
/// `lines` neighbouring lines are swept together; their samples lie `stride` apart, n of them.
void sweep(const SurfacePoints& surface, int axis, std::size_t first, std::int64_t lines, std::int64_t n, std::int64_t stride,
           std::int64_t line_stride, Nearest out, std::int64_t out_stride) {
  std::vector<float> place(std::size_t(lines), -1e7f);
  std::vector<std::uint32_t> code(std::size_t(lines), SurfacePoints::kNone);
  for (std::int64_t q = 0; q < n; ++q)
    for (std::int64_t l = 0; l < lines; ++l) {
      const std::size_t here = first + std::size_t(q * stride + l * line_stride);
      if (q > 0) {
        const std::size_t before = here - std::size_t(stride);
        if (surface.solid(before) != surface.solid(here)) {
          place[std::size_t(l)] = float(q - 1) + surface.fraction(before, axis);
          code[std::size_t(l)] = SurfacePoints::code(before, axis);
        }
      }
      const float d = float(q) - place[std::size_t(l)];
      out.squared[q * out_stride + l * line_stride] = code[std::size_t(l)] == SurfacePoints::kNone ? kFar : d * d;
      out.code[q * out_stride + l * line_stride] = code[std::size_t(l)];
    }
  std::fill(code.begin(), code.end(), SurfacePoints::kNone);
  for (std::int64_t q = n - 2; q >= 0; --q)
    for (std::int64_t l = 0; l < lines; ++l) {
      const std::size_t here = first + std::size_t(q * stride + l * line_stride);
      if (surface.solid(here) != surface.solid(here + std::size_t(stride))) {
        place[std::size_t(l)] = float(q) + surface.fraction(here, axis);
        code[std::size_t(l)] = SurfacePoints::code(here, axis);
      }
      if (code[std::size_t(l)] == SurfacePoints::kNone) continue;
      const float d = place[std::size_t(l)] - float(q);
      float& squared = out.squared[q * out_stride + l * line_stride];
      if (d * d < squared) {
        squared = d * d;
        out.code[q * out_stride + l * line_stride] = code[std::size_t(l)];
      }
    }
}

void keep_nearer(Nearest at, Nearest other, std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n)
    if (other.squared[n] < at.squared[n]) {
      at.squared[n] = other.squared[n];
      at.code[n] = other.code[n];
    }
}

}  // namespace

void require_isotropic(const FloatImage& image, const char* what) {
  const double h = image.spacing_mm[0];
  if (!(h > 0.0) || !((image.spacing_mm - Vec3::Constant(h)).cwiseAbs().maxCoeff() <= 1e-3 * h))
    fail_input("{} has voxels of {} x {} x {} mm; measuring needs equal edges: resample it", what, image.spacing_mm[0],
               image.spacing_mm[1], image.spacing_mm[2]);
}

SurfaceDistance surface_distance(const FloatImage& field, const Progress& progress) {
  require_isotropic(field, "the field");
  const auto [nx, ny, nz] = field.size;
  if (nx < 2 || ny < 2 || nz < 2) fail_input("the field has {} x {} x {} samples; measuring needs 2 or more along each axis", nx, ny, nz);
  if (product(field.size) > 1'400'000'000)
    fail_computation("{} samples are more than the 1400000000 that distances can be measured on; use a larger voxel", product(field.size));
  const SurfacePoints surface(field);
  const std::int64_t layer = nx * ny;
  const std::size_t count = std::size_t(layer * nz);
  SurfaceDistance result;
  result.signed_voxels.resize(count);
  result.nearest.resize(count);
  const auto main = [&](std::int64_t offset) { return Nearest{&result.signed_voxels[std::size_t(offset)], &result.nearest[std::size_t(offset)]}; };
  progress.report(0.0, "distances to the surface");
  {
    // The crossings on z edges: along z, then within the layers.
    std::vector<float> squared(count);
    std::vector<std::uint32_t> code(count);
    const auto other = [&](std::int64_t offset) { return Nearest{&squared[std::size_t(offset)], &code[std::size_t(offset)]}; };
    tbb::parallel_for(std::int64_t(0), ny, [&, nx = nx, nz = nz](std::int64_t j) {
      sweep(surface, 2, std::size_t(j * nx), nx, nz, layer, 1, other(j * nx), layer);
    });
    progress.report(0.2, "distances to the surface");
    // The crossings on x and y edges: within the layers first.
    tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
      LineTransform along_x(nx), along_y(ny);
      const std::int64_t first = k * layer;
      for (std::int64_t j = 0; j < ny; ++j) along_x.contiguous(other(first + j * nx));
      along_y.side_by_side(other(first), nx, nx);
      std::vector<float> layer_squared(std::size_t(layer), 0.0f);
      std::vector<std::uint32_t> layer_code(std::size_t(layer), 0u);
      const Nearest y_edges{layer_squared.data(), layer_code.data()};
      sweep(surface, 1, std::size_t(first), nx, ny, nx, 1, y_edges, nx);
      for (std::int64_t j = 0; j < ny; ++j) {
        along_x.contiguous({y_edges.squared + j * nx, y_edges.code + j * nx});
        sweep(surface, 0, std::size_t(first + j * nx), 1, nx, 1, 0, main(first + j * nx), 1);
      }
      along_y.side_by_side(main(first), nx, nx);
      keep_nearer(main(first), y_edges, layer);
    });
    progress.report(0.6, "distances to the surface");
    tbb::parallel_for(std::int64_t(0), ny, [&, nx = nx, nz = nz](std::int64_t j) {
      LineTransform along_z(nz);
      along_z.side_by_side(main(j * nx), nx, layer);
    });
    tbb::parallel_for(std::int64_t(0), nz, [&](std::int64_t k) { keep_nearer(main(k * layer), other(k * layer), layer); });
  }
  progress.report(0.8, "distances to the surface");
  // Beyond this the tangent plane changes the distance by less than 0.02 voxels.
  constexpr float kPlaneBelow2 = 12.0f * 12.0f;
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        const std::size_t n = std::size_t(i + nx * j + layer * k);
        float d = std::min(std::sqrt(result.signed_voxels[n]), kNoSurface_voxels);
        if (result.signed_voxels[n] < kPlaneBelow2)
          d = SurfacePatch{surface.point(result.nearest[n]), surface.normal(result.nearest[n])}.distance(Vec3f(float(i), float(j), float(k)), SurfacePatch::kNearest);
        result.signed_voxels[n] = surface.solid(n) ? -d : d;
      }
  });
  progress.report(1.0, "distances to the surface");
  return result;
}

}  // namespace spongiosa::lattice
