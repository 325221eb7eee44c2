#include "geometry/surface/surface_stream.h"

#include "geometry/surface/crossings.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

namespace spongiosa::geometry {

namespace {

using namespace marching_cubes;

/// What one layer of cells adds.
struct Part {
  std::vector<Vec3f> corners;
  double max_mm = 0.0, squares_mm4 = 0.0, area_mm2 = 0.0;
};

/// The trilinear field within one cell.
struct Cell {
  double corner[8];

  /// Value and slopes per cell edge at t in [0,1]^3.
  void evaluate(const Vec3& t, double& value, Vec3& slope) const {
    double along_x[4], step_x[4];
    for (int n = 0; n < 4; ++n) {
      step_x[n] = corner[2 * n + 1] - corner[2 * n];
      along_x[n] = corner[2 * n] + t[0] * step_x[n];
    }
    const double low = along_x[0] + t[1] * (along_x[1] - along_x[0]), high = along_x[2] + t[1] * (along_x[3] - along_x[2]);
    value = low + t[2] * (high - low);
    slope[2] = high - low;
    slope[1] = (1.0 - t[2]) * (along_x[1] - along_x[0]) + t[2] * (along_x[3] - along_x[2]);
    slope[0] = (1.0 - t[2]) * (step_x[0] + t[1] * (step_x[1] - step_x[0])) + t[2] * (step_x[2] + t[1] * (step_x[3] - step_x[2]));
  }
};

}  // namespace

SurfaceStream::SurfaceStream(const FloatImage& whole) {
  whole_.size = whole.size;
  whole_.spacing_mm = whole.spacing_mm;
  whole_.origin_Patient = whole.origin_Patient;
  whole_.direction = whole.direction;
}

void SurfaceStream::add(const FloatImage& layers, std::int64_t first_layer, const Sink& sink, const Progress& progress) {
  check_placed(layers);
  if (too_small(whole_)) return;
  SPONGIOSA_ASSERT(first_layer == next_layer_ && layers.size[0] == whole_.size[0] && layers.size[1] == whole_.size[1]);
  next_layer_ = first_layer + layers.size[2] - 1;
  const Ends ends{first_layer == 0, next_layer_ == whole_.size[2] - 1};
  const SignBits bits = sign_bits(layers, progress.part(0.0, 0.2), ends);
  const Crossings crossings(layers, whole_, ends, first_layer);
  const std::array<Case, 256>& table = cases();
  const bool flip = whole_.direction.determinant() < 0.0;
  const Mat3 from_index = whole_.direction * whole_.spacing_mm.asDiagonal();
  const Vec3 spacing = whole_.spacing_mm;

  const auto mesh_layer = [&](std::int64_t k, Part& part) {
    for (std::int64_t j = 0; j + 1 < layers.size[1]; ++j)
      for_each_active_cell(bits, j, k, [&](std::int64_t i, unsigned solid) {
        const Case& how = table[solid];
        Vec3 index[16];  // within this cell
        Vec3f place[16];
        const auto put = [&](unsigned n, const Vec3& p) {
          index[n] = p - Vec3(double(i), double(j), double(first_layer + k));
          place[n] = (whole_.origin_Patient + from_index * p).cast<float>();
        };
        for (unsigned e = 0; e < 12; ++e) {
          const Edge& edge = edges()[e];
          if (((solid >> edge.lower) ^ (solid >> edge.upper)) & 1) put(e, crossings.on_edge(i, j, k, edge));
        }
        for (std::size_t n = 0; n < how.centres.size(); ++n) put(12 + unsigned(n), crossings.centre(i, j, k, how.centres[n]));
        Cell cell;
        for (int c = 0; c < 8; ++c) cell.corner[c] = double(layers.at(i + (c & 1), j + (c >> 1 & 1), k + (c >> 2)));
        for (const auto& t : how.triangles) {
          const Vec3 &a = index[t[0]], &b = index[t[1]], &c = index[t[2]];
          for (const std::uint8_t v : {t[0], flip ? t[2] : t[1], flip ? t[1] : t[2]}) part.corners.push_back(place[v]);
          double value;
          Vec3 slope;
          cell.evaluate((a + b + c) / 3.0, value, slope);
          const double deviation_mm = std::abs(value) / std::max(0.5, slope.cwiseQuotient(spacing).norm());
          const double area_mm2 = 0.5 * (b - a).cwiseProduct(spacing).cross((c - a).cwiseProduct(spacing)).norm();
          if (!std::isfinite(deviation_mm)) continue;  // next to samples that are no numbers
          part.max_mm = std::max(part.max_mm, deviation_mm);
          part.squares_mm4 += deviation_mm * deviation_mm * area_mm2;
          part.area_mm2 += area_mm2;
        }
      });
  };

  // Few layers at a time, so that the triangles in memory are few.
  constexpr std::int64_t kBatch = 16;
  const std::int64_t count = layers.size[2] - 1;
  for (std::int64_t first = 0; first < count; first += kBatch) {
    progress.report(0.2 + 0.8 * double(first) / double(count), "building the surface");
    std::vector<Part> parts(std::size_t(std::min(kBatch, count - first)));
    tbb::parallel_for(std::size_t(0), parts.size(), [&](std::size_t n) { mesh_layer(first + std::int64_t(n), parts[n]); });
    for (const Part& part : parts) {
      sink(part.corners.data(), part.corners.size() / 3);
      triangles_ += std::int64_t(part.corners.size() / 3);
      max_mm_ = std::max(max_mm_, part.max_mm);
      squares_mm4_ += part.squares_mm4;
      area_mm2_ += part.area_mm2;
    }
  }
}

SurfaceDeviation SurfaceStream::deviation() const { return {max_mm_, area_mm2_ > 0.0 ? std::sqrt(squares_mm4_ / area_mm2_) : 0.0}; }

}  // namespace spongiosa::geometry
