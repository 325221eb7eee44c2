#include "lattice/measure/surface_distance.h"

#include "core/error.h"
#include "lattice/measure/nearest_on_lines.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace spongiosa::lattice {

using geometry::FloatImage;

SurfacePatch SurfacePoints::patch(std::uint32_t code) const {
  // Offsets of samples fit into 32 bits as codes do; divisions of 64 bits would be most of the cost.
  const std::uint32_t nx = std::uint32_t(stride_[1]), layer = std::uint32_t(stride_[2]);
  const std::uint32_t lower = code / 3, axis = code % 3, row = lower % layer;
  std::uint32_t at[3] = {row % nx, row / nx, lower / layer};
  const float t = fraction(lower, int(axis));
  SurfacePatch patch{Vec3f(float(at[0]), float(at[1]), float(at[2])), Vec3f::Zero()};
  patch.point[axis] += t;
  if (labels_) return patch;
  Vec3f g = (1.0f - t) * gradient(at, lower);
  ++at[axis];
  g += t * gradient(at, lower + std::size_t(stride_[axis]));
  const float norm = g.norm();
  if (norm > 0.0f && std::isfinite(norm)) patch.normal = g / norm;
  return patch;
}

Vec3f SurfacePoints::gradient(const std::uint32_t at[3], std::size_t offset) const {
  Vec3f g;
  for (int a = 0; a < 3; ++a) {
    const std::size_t step = std::size_t(stride_[std::size_t(a)]);
    const bool low = at[a] > 0, high = std::int64_t(at[a]) + 1 < field_->size[std::size_t(a)];
    const float difference = field_->data[high ? offset + step : offset] - field_->data[low ? offset - step : offset];
    g[a] = low && high ? 0.5f * difference : difference;
  }
  return g;
}

namespace {

constexpr float kFar = kFarSquared;

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

/// Transforms `count` lines of n samples in place; the lines lie `line_stride` apart, the samples of a line `stride` apart. Sixteen lines
/// together, for the sake of cache and vector units.
class LineTransform {
 public:
  explicit LineTransform(std::int64_t n) : n_(n), nearest_(n), envelope_(n) {
    for (auto* values : {&in_, &out_}) values->resize(std::size_t(n));
    for (auto* codes : {&in_code_, &out_code_}) codes->resize(std::size_t(n));
  }

  void run(Nearest at, std::int64_t count, std::int64_t line_stride, std::int64_t stride) {
    for (std::int64_t line = 0; line < count; line += kTogether) {
      const std::int64_t width = std::min(kTogether, count - line);
      const Nearest first{at.squared + line * line_stride, at.code + line * line_stride};
      for (std::int64_t q = 0; q < n_; ++q) {
        float* squared = nearest_.squared(q);
        std::uint32_t* code = nearest_.code(q);
        for (std::int64_t w = 0; w < width; ++w) {
          squared[w] = first.squared[w * line_stride + q * stride];
          code[w] = first.code[w * line_stride + q * stride];
        }
        for (std::int64_t w = width; w < kTogether; ++w) squared[w] = kFar;
      }
      if (!nearest_.find(true)) {
        for (std::int64_t w = 0; w < width; ++w) one({first.squared + w * line_stride, first.code + w * line_stride}, stride);
        continue;
      }
      for (std::int64_t q = 0; q < n_; ++q)
        for (std::int64_t w = 0; w < width; ++w) {
          first.squared[w * line_stride + q * stride] = nearest_.nearest(q)[w];
          first.code[w * line_stride + q * stride] = nearest_.nearest_code(q)[w];
        }
    }
  }

 private:
  void one(Nearest line, std::int64_t stride) {
    for (std::int64_t q = 0; q < n_; ++q) {
      in_[std::size_t(q)] = line.squared[q * stride];
      in_code_[std::size_t(q)] = line.code[q * stride];
    }
    envelope_.transform(in_.data(), in_code_.data(), out_.data(), out_code_.data());
    for (std::int64_t q = 0; q < n_; ++q) {
      line.squared[q * stride] = out_[std::size_t(q)];
      line.code[q * stride] = out_code_[std::size_t(q)];
    }
  }

  static constexpr std::int64_t kTogether = NearestOnLines::kLines;
  std::int64_t n_;
  NearestOnLines nearest_;
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
      along_x.run(other(first), ny, nx, 1);
      along_y.run(other(first), nx, 1, nx);
      std::vector<float> layer_squared(std::size_t(layer), 0.0f);
      std::vector<std::uint32_t> layer_code(std::size_t(layer), 0u);
      const Nearest y_edges{layer_squared.data(), layer_code.data()};
      sweep(surface, 1, std::size_t(first), nx, ny, nx, 1, y_edges, nx);
      along_x.run(y_edges, ny, nx, 1);
      for (std::int64_t j = 0; j < ny; ++j) sweep(surface, 0, std::size_t(first + j * nx), 1, nx, 1, 0, main(first + j * nx), 1);
      along_y.run(main(first), nx, 1, nx);
      keep_nearer(main(first), y_edges, layer);
    });
    progress.report(0.6, "distances to the surface");
    tbb::parallel_for(std::int64_t(0), ny, [&, nx = nx, nz = nz](std::int64_t j) {
      LineTransform along_z(nz);
      along_z.run(main(j * nx), nx, 1, layer);
    });
    tbb::parallel_for(std::int64_t(0), nz, [&](std::int64_t k) { keep_nearer(main(k * layer), other(k * layer), layer); });
  }
  progress.report(0.8, "distances to the surface");
  // Beyond this the tangent plane changes the distance by less than 0.02 voxels.
  constexpr float kPlaneBelow2 = 12.0f * 12.0f;
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    // Neighbours mostly share their crossing.
    std::uint32_t last = SurfacePoints::kNone;
    SurfacePatch patch{Vec3f::Zero(), Vec3f::Zero()};
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        const std::size_t n = std::size_t(i + nx * j + layer * k);
        float d = std::min(std::sqrt(result.signed_voxels[n]), kNoSurface_voxels);
        if (result.signed_voxels[n] < kPlaneBelow2 && result.nearest[n] != last) {
          last = result.nearest[n];
          patch = surface.patch(last);
        }
        if (result.signed_voxels[n] < kPlaneBelow2)
          d = patch.distance(Vec3f(float(i), float(j), float(k)), SurfacePatch::kNearest);
        result.signed_voxels[n] = surface.solid(n) ? -d : d;
      }
  });
  progress.report(1.0, "distances to the surface");
  return result;
}

}  // namespace spongiosa::lattice
