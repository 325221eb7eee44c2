#pragma once
/// Pictures without a display: an RGB canvas, a z-buffer renderer for meshes, slices with contours. PNG out.

#include "core/vector.h"
#include "geometry/image/image.h"
#include "geometry/surface/mesh.h"

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

using Rgb = std::array<std::uint8_t, 3>;

struct Picture {
  int width = 0, height = 0;
  std::vector<Rgb> pixels;  ///< row by row from the top

  Picture() = default;
  Picture(int w, int h, Rgb fill);
  Rgb& at(int x, int y) { return pixels[std::size_t(y) * std::size_t(width) + std::size_t(x)]; }
  const Rgb& at(int x, int y) const { return pixels[std::size_t(y) * std::size_t(width) + std::size_t(x)]; }
};
std::string png_bytes(const Picture& picture);
void write_png(const std::filesystem::path& file, const Picture& picture);

/// Viridis (colour-blind safe), t in [0,1]; coolwarm for signed values.
Rgb viridis(double t);
Rgb coolwarm(double t);

/// Where the camera looks from; orthographic.
struct View {
  Vec3 look_direction = -Vec3::UnitY();  ///< unit vector from the camera into the scene
  Vec3 up = Vec3::UnitZ();
  int width_px = 900, height_px = 900;
  std::optional<Box> frame_box;          ///< fit this box (scene frame); absent: fit the meshes
};
struct SceneMesh {
  const TriangleMesh* mesh = nullptr;
  Rgb colour{200, 200, 205};
  /// Overrides the colour: one value per vertex is looked up by the caller.
  std::vector<Rgb> vertex_colours;
  double opacity = 1.0;
  /// Part of the mesh with dot(normal, p) > offset is cut away.
  std::optional<std::pair<Vec3, double>> clip;
};
/// Lambert shading with a head light and ambient occlusion-like depth darkening, 2x2 supersampled, white background.
/// Returns the picture and the scale (pixels per mm).
struct Rendered {
  Picture picture;
  double px_per_mm = 1.0;
};
Rendered render(const std::vector<SceneMesh>& scene, const View& view);

}  // namespace spongiosa::geometry
