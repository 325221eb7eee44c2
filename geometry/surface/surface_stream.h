#pragma once
/// The surface of a field that is never in memory at once, triangle by triangle.

#include "core/progress.h"
#include "geometry/image/image.h"

#include <functional>

namespace spongiosa::geometry {

/// How far the triangles are from the zero of the trilinear field, to first order: |value| / slope at the middle of each
/// triangle (its corners lie on the zero, or within the margin of Crossings). A slope below a half counts as a half: between
/// two near surfaces a distance has none.
struct SurfaceDeviation {
  double max_mm = 0.0;
  double rms_mm = 0.0;  ///< weighted by area
};

/// The triangles of extract_surface, in the same order and with the same floats, from stacks of layers. Memory: the stack, its
/// 36 bytes per triangle.
class SurfaceStream {
 public:
  /// Takes the corners of `triangles` triangles, three after three; called from the thread that calls add().
  using Sink = std::function<void(const Vec3f* corners, std::size_t triangles)>;

  /// @param whole  size and place of the field; its data are not used
  explicit SurfaceStream(const FloatImage& whole);
  /// Stacks in ascending order, each beginning with the last layer of the one before. Same bytes for any thread count and any
  /// stacking.  @throws what extract_surface throws
  void add(const FloatImage& layers, std::int64_t first_layer, const Sink& sink, const Progress& progress);

  std::int64_t triangles() const { return triangles_; }
  SurfaceDeviation deviation() const;

 private:
  FloatImage whole_;
  std::int64_t next_layer_ = 0, triangles_ = 0;
  double max_mm_ = 0.0, squares_mm4_ = 0.0, area_mm2_ = 0.0;
};

}  // namespace spongiosa::geometry
