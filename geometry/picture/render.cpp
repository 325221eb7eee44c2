#include "core/error.h"
#include "core/progress.h"
#include "geometry/picture/shading.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

using rendering::Camera;
using rendering::kFar;
using rendering::Surfaces;

constexpr int kSuper = 2;  ///< samples per pixel along x and y

Box merged(Box a, const Box& b) {
  a.min = a.min.cwiseMin(b.min);
  a.max = a.max.cwiseMax(b.max);
  return a;
}

/// Extent of the vertices along the axes of the camera.
Box extent(const TriangleMesh& mesh, const Mat3& axes) {
  return tbb::parallel_reduce(
      tbb::blocked_range<std::size_t>(0, mesh.vertices.size(), 1 << 14), Box(),
      [&](const tbb::blocked_range<std::size_t>& range, Box box) {
        for (std::size_t v = range.begin(); v < range.end(); ++v) box.include(axes.transpose() * mesh.vertices[v].cast<double>());
        return box;
      },
      merged);
}

Camera make_camera(const std::vector<SceneMesh>& scene, const View& view) {
  Camera camera;
  camera.look = view.look_direction.normalized();
  const Vec3 up = view.up - view.up.dot(camera.look) * camera.look;
  SPONGIOSA_ASSERT(camera.look.allFinite() && up.norm() > 1e-9);
  camera.down = -up.normalized();
  // right x down = look, so that nothing is mirrored.
  camera.right = {camera.down[1] * camera.look[2] - camera.down[2] * camera.look[1],
                  camera.down[2] * camera.look[0] - camera.down[0] * camera.look[2],
                  camera.down[0] * camera.look[1] - camera.down[1] * camera.look[0]};
  camera.width = kSuper * view.width_px;
  camera.height = kSuper * view.height_px;
  Mat3 axes;
  axes << camera.right, camera.down, camera.look;

  Box all;
  for (const SceneMesh& part : scene) all = merged(all, extent(*part.mesh, axes));
  if (all.min[0] > all.max[0]) all = Box{Vec3::Zero(), Vec3::Zero()};
  Box frame = all;
  if (view.frame_box) {
    frame = Box();
    for (int corner = 0; corner < 8; ++corner) {
      Vec3 p;
      for (int a = 0; a < 3; ++a) p[a] = (corner >> a) & 1 ? view.frame_box->max[a] : view.frame_box->min[a];
      frame.include(axes.transpose() * p);
    }
  }
  const double free = 1.0 - 2.0 * view.margin_fraction;
  const Vec3 size = frame.size().cwiseMax(1e-6);
  camera.samples_per_mm = std::min(camera.width * free / size[0], camera.height * free / size[1]);
  camera.centre = axes * (0.5 * (frame.min + frame.max));
  camera.depth_min = all.min[2] - camera.look.dot(camera.centre);
  camera.depth_max = all.max[2] - camera.look.dot(camera.centre);
  return camera;
}

/// Nearest and farthest surface that is in the picture; pictures of a small part then use the whole range of shades.
std::pair<float, float> depth_range(const Surfaces& surfaces) {
  float low = kFar, high = -kFar;
  for (const float depth : surfaces.depth)
    if (depth != kFar) {
      low = std::min(low, depth);
      high = std::max(high, depth);
    }
  return {low, std::max(high, low + 1e-6f)};
}

using Shaded = std::vector<Vec3f>;

Shaded shade(const Surfaces& surfaces, const Camera& camera) {
  const std::vector<float> open = rendering::ambient_openness(surfaces, camera);
  const auto [low, high] = depth_range(surfaces);
  Shaded colours(surfaces.depth.size(), Vec3f::Constant(255.0f));
  tbb::parallel_for(std::size_t(0), std::size_t(camera.height), [&, low = low, high = high](std::size_t y) {
    for (std::size_t at = y * std::size_t(camera.width); at < (y + 1) * std::size_t(camera.width); ++at)
      if (surfaces.depth[at] != kFar)
        colours[at] = rendering::lit(surfaces.colour[at], surfaces.normal[at], open[at], (surfaces.depth[at] - low) / (high - low));
  });
  return colours;
}

struct TransparentLayer {
  std::vector<float> depth;
  Shaded colours;
  float opacity;
};

Picture downsampled(const Shaded& samples, int width, int height) {
  Picture picture(width, height, {255, 255, 255});
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      Vec3f sum = Vec3f::Zero();
      for (int v = 0; v < kSuper; ++v)
        for (int u = 0; u < kSuper; ++u)
          sum += samples[std::size_t(kSuper * y + v) * std::size_t(kSuper * width) + std::size_t(kSuper * x + u)];
      for (int c = 0; c < 3; ++c)
        picture.at(x, y)[std::size_t(c)] = std::uint8_t(std::lround(std::clamp(sum[c] / float(kSuper * kSuper), 0.0f, 255.0f)));
    }
  return picture;
}

}  // namespace

Rendered render(const std::vector<SceneMesh>& scene, const View& view) {
  SPONGIOSA_ASSERT(view.width_px > 0 && view.height_px > 0 && view.margin_fraction >= 0.0 && view.margin_fraction < 0.5);
  for (const SceneMesh& part : scene) {
    SPONGIOSA_ASSERT(part.mesh && (part.vertex_colours.empty() || part.vertex_colours.size() == part.mesh->vertices.size()));
    SPONGIOSA_ASSERT(part.mesh->triangles.size() < 4294967295u);
  }
  const Camera camera = make_camera(scene, view);
  const std::size_t samples = std::size_t(camera.width) * std::size_t(camera.height);
  std::vector<std::uint64_t> seen(samples);

  Surfaces opaque(samples);
  for (const SceneMesh& part : scene)
    if (part.opacity >= 1.0) {
      throw_if_cancelled();
      rendering::find_visible(part, camera, seen);
      rendering::add_surfaces(part, camera, seen, opaque);
    }
  Shaded colours = shade(opaque, camera);

  std::vector<TransparentLayer> layers;
  for (const SceneMesh& part : scene)
    if (part.opacity < 1.0 && part.opacity > 0.0) {
      throw_if_cancelled();
      rendering::find_visible(part, camera, seen);
      Surfaces surfaces(samples);
      rendering::add_surfaces(part, camera, seen, surfaces);
      Shaded lit = shade(surfaces, camera);
      layers.push_back({std::move(surfaces.depth), std::move(lit), float(part.opacity)});
    }
  if (!layers.empty())
    tbb::parallel_for(std::size_t(0), samples, [&](std::size_t at) {
      // From far to near, whatever lies before the opaque surface.
      std::vector<const TransparentLayer*> order;
      for (const TransparentLayer& layer : layers)
        if (layer.depth[at] < opaque.depth[at]) order.push_back(&layer);
      std::stable_sort(order.begin(), order.end(),
                       [at](const TransparentLayer* a, const TransparentLayer* b) { return a->depth[at] > b->depth[at]; });
      for (const TransparentLayer* layer : order) colours[at] += layer->opacity * (layer->colours[at] - colours[at]);
    });

  Rendered result;
  result.picture = downsampled(colours, view.width_px, view.height_px);
  result.px_per_mm = camera.samples_per_mm / kSuper;
  result.centre = camera.centre;
  result.right = camera.right;
  result.down = camera.down;
  return result;
}

}  // namespace spongiosa::geometry
