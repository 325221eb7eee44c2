#include "workflow/tools/microfe_picture.h"

#include "geometry/picture/draw.h"
#include "geometry/surface/marching_cubes.h"

#include <tbb/parallel_for.h>

#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace g = geometry;
namespace micro = fea::micro;

namespace {

/// Marching cubes takes the outermost samples as outside: one layer of void all around.
g::FloatImage padded(const g::FloatImage& share) {
  g::FloatImage field;
  field.size = {share.size[0] + 2, share.size[1] + 2, share.size[2] + 2};
  field.spacing_mm = share.spacing_mm;
  field.direction = share.direction;
  field.origin_Patient = share.to_patient(Vec3::Constant(-1.0));
  field.allocate(0.5f);
  for (std::int64_t k = 0; k < share.size[2]; ++k)
    for (std::int64_t j = 0; j < share.size[1]; ++j)
      for (std::int64_t i = 0; i < share.size[0]; ++i) field.at(i + 1, j + 1, k + 1) = 0.5f - share.at(i, j, k);
  return field;
}

/// Mean over the solid voxels among the eight around a point, by share and nearness.
double value_at(const micro::VoxelBlocks& model, const std::vector<float>& values, const Vec3& index) {
  double sum = 0.0, total = 0.0;
  const Vec3 base = index.array().floor();
  for (int c = 0; c < 8; ++c) {
    double weight = 1.0;
    Index3 at;
    for (int a = 0; a < 3; ++a) {
      const double t = index[a] - base[a];
      const bool upper = c >> a & 1;
      weight *= upper ? t : 1.0 - t;
      at[std::size_t(a)] = std::int64_t(base[a]) + (upper ? 1 : 0);
    }
    const std::int64_t v = model.voxel_index(at);
    if (v < 0) continue;
    weight *= double(model.scale()[std::size_t(v)]);
    sum += weight * double(values[std::size_t(v)]);
    total += weight;
  }
  return total > 0.0 ? sum / total : 0.0;
}

}  // namespace

g::Picture stress_picture(const g::FloatImage& share, const micro::VoxelBlocks& model, const std::vector<float>& values, double top,
                          const std::vector<micro::HotSpot>& spots, const Progress& progress) {
  const g::TriangleMesh mesh = g::extract_surface(padded(share), progress);
  g::SceneMesh scene;
  scene.mesh = &mesh;
  scene.vertex_colours.resize(mesh.vertices.size());
  tbb::parallel_for(std::size_t(0), mesh.vertices.size(), [&](std::size_t v) {
    scene.vertex_colours[v] = g::viridis(value_at(model, values, share.to_index(mesh.vertices[v].cast<double>())) / top);
  });
  constexpr int kEdge_px = 900;
  g::Picture both(2 * kEdge_px, kEdge_px, {255, 255, 255});
  for (int side = 0; side < 2; ++side) {
    g::View view;
    const double from = side == 0 ? 1.0 : -1.0;
    view.look_direction = share.direction * Vec3(-0.5 * from, 0.8 * from, -0.35).normalized();
    view.up = share.direction.col(2);
    view.width_px = view.height_px = kEdge_px;
    g::Rendered drawn = g::render({scene}, view);
    for (const micro::HotSpot& spot : spots) {
      const Vec2 middle = drawn.to_px(share.to_patient(spot.centre - Vec3::Constant(0.5)));
      const double radius = std::max(12.0, 1.5 * drawn.px_per_mm * share.spacing_mm[0] * std::cbrt(spot.volume));
      std::vector<Vec2> ring;
      for (int p = 0; p < 48; ++p) {
        const double phi = 2.0 * std::numbers::pi * p / 48;
        ring.push_back(middle + radius * Vec2(std::cos(phi), std::sin(phi)));
      }
      g::draw_polyline(drawn.picture, ring, true, {{210, 30, 30}, 2.0, 0.9});
    }
    g::paste(both, drawn.picture, side * kEdge_px, 0);
  }
  return both;
}

}  // namespace spongiosa::workflow
