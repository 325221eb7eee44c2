#pragma once
/// Pictures without a display: an RGB canvas, colour maps, a z-buffer renderer for meshes. PNG out.
/// Slices and heat maps are in slice.h and heat_map.h, lines and arrows in draw.h.

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
/// Same bytes for the same picture. @throws Error(kComputationFailed) when the picture is empty.
std::string png_bytes(const Picture& picture);
void write_png(const std::filesystem::path& file, const Picture& picture);

/// Viridis (colour-blind safe), t in [0,1]; coolwarm for signed values, 0.5 is neutral grey. t is clamped; NaN gives grey.
Rgb viridis(double t);
Rgb coolwarm(double t);

/// Where the camera looks from; orthographic.
struct View {
  Vec3 look_direction = -Vec3::UnitY();  ///< unit vector from the camera into the scene
  Vec3 up = Vec3::UnitZ();
  int width_px = 900, height_px = 900;
  std::optional<Box> frame_box;          ///< fit this box (scene frame); absent: fit the meshes' vertices
  double margin_fraction = 0.03;         ///< white border, of the picture's width and height, on each side
};
struct SceneMesh {
  const TriangleMesh* mesh = nullptr;
  Rgb colour{200, 200, 205};
  /// Overrides the colour: one per vertex, looked up by the caller; blended across triangles.
  std::vector<Rgb> vertex_colours;
  double opacity = 1.0;  ///< below 1 the nearest surface of this mesh is laid over what lies behind it
  /// Part of the mesh with dot(normal, p) > offset is cut away.
  std::optional<std::pair<Vec3, double>> clip;
  /// The cut through a closed mesh is shown as a flat face in this colour; absent: one looks inside.
  std::optional<Rgb> cut_colour = Rgb{205, 150, 110};
};
/// A picture and where the scene lies in it.
struct Rendered {
  Picture picture;
  double px_per_mm = 1.0;
  Vec3 centre = Vec3::Zero();   ///< scene point in the middle of the picture
  Vec3 right = Vec3::UnitX();   ///< unit vectors of the picture in the scene
  Vec3 down = -Vec3::UnitZ();

  /// Pixel coordinates of a scene point; (0, 0) is the top left corner of the picture.
  Vec2 to_px(const Vec3& p) const {
    return {0.5 * picture.width + px_per_mm * right.dot(p - centre), 0.5 * picture.height + px_per_mm * down.dot(p - centre)};
  }
};
/// Shading with a head light and a fill light, ambient occlusion and a little darkening with depth, 2x2 supersampled, white
/// background. Both sides of a triangle are lit. Memory: 12 bytes per vertex of one mesh at a time, 8 + 24 bytes per
/// sample. Same pixels for any thread count.
Rendered render(const std::vector<SceneMesh>& scene, const View& view);

}  // namespace spongiosa::geometry
