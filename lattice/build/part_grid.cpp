#include "lattice/build/part_grid.h"

#include "core/error.h"
#include "core/progress.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

using geometry::FloatImage;
using geometry::LevelSet;

namespace {

template <class F>
void for_each_layer(const FloatImage& image, const F& layer) {
  tbb::parallel_for(std::int64_t(0), image.size[2], layer);
  throw_if_cancelled();
}

/// A porous zone may be given cut off at the body's faces. Where it ends only because `body` ends (they agree there), its
/// boundary is open: the lattice is cut by the body's face alone. Without this, min(|body|, cell) would pull the surface of
/// every strut aside at the faces.
constexpr float kSame_mm = 1e-5f;

}  // namespace

PartGrid::PartGrid(const LevelSet& body, double voxel) : frame(body.frame()), voxel_mm(voxel) {
  const geometry::Box box = body.solid_bounds();
  if (!(box.size().minCoeff() > 0.0)) fail_input("the body '{}' is empty: there is nothing to fill", body.name());
  for (int a = 0; a < 3; ++a) {
    // Two voxels of void around: the outermost layer counts as outside. Multiples of the voxel keep the grid where it is
    // when the part grows a little.
    const double low = std::floor(box.min[a] / voxel) - 2.0, high = std::ceil(box.max[a] / voxel) + 2.0;
    first_Frame[a] = low * voxel;
    size[std::size_t(a)] = std::int64_t(high - low) + 1;
  }
}

FloatImage PartGrid::image() const {
  FloatImage image;
  image.size = size;
  image.spacing_mm = Vec3::Constant(voxel_mm);
  image.origin_Patient = frame.to_patient(first_Frame);
  image.direction = frame.axes_Patient;
  image.allocate();
  return image;
}

PartFields sample_part(const PartGrid& grid, const LevelSet& body, const LevelSet& porous) {
  PartFields part{grid.image(), grid.image()};
  body.sample_grid(grid.first_Frame, grid.voxel_mm, grid.size, part.body.data.data());
  throw_if_cancelled();
  porous.sample_grid(grid.first_Frame, grid.voxel_mm, grid.size, part.solid_zone.data.data());
  const std::int64_t layer = grid.size[0] * grid.size[1];
  for_each_layer(part.body, [&](std::int64_t k) {
    for (std::int64_t n = k * layer; n < (k + 1) * layer; ++n) {
      const float b = part.body.data[std::size_t(n)];
      float& p = part.solid_zone.data[std::size_t(n)];
      const float outside_porous = p <= b + kSame_mm ? std::max(-p, float(grid.voxel_mm)) : -p;
      p = std::max(b, outside_porous);
    }
  });
  return part;
}

FloatImage sample_zone(const PartGrid& grid, const LevelSet& body, const LevelSet& porous) {
  FloatImage zone = grid.image();
  porous.sample_grid(grid.first_Frame, grid.voxel_mm, grid.size, zone.data.data());
  FloatImage in_body = grid.image();
  body.sample_grid(grid.first_Frame, grid.voxel_mm, grid.size, in_body.data.data());
  const std::int64_t layer = grid.size[0] * grid.size[1];
  for_each_layer(zone, [&](std::int64_t k) {
    for (std::int64_t n = k * layer; n < (k + 1) * layer; ++n)
      zone.data[std::size_t(n)] = std::max(zone.data[std::size_t(n)], in_body.data[std::size_t(n)]);
  });
  return zone;
}

void fill_field(const PartGrid& grid, const PartFields& part, const Cell& cell, double cell_size_mm, double threshold,
                FloatImage& field) {
  const Vec3 edge_mm = cell_size_mm * cell.info().aspect;
  // Reduced to one period in double precision: cells compute in single.
  std::vector<float> axis[3];
  for (int a = 0; a < 3; ++a)
    for (std::int64_t n = 0; n < grid.size[std::size_t(a)]; ++n) {
      const double u = (grid.first_Frame[a] + grid.voxel_mm * double(n)) / edge_mm[a];
      axis[a].push_back(float(u - std::round(u)));
    }
  const float far = float(2.0 * grid.voxel_mm), clamp = float(4.0 * grid.voxel_mm);
  const Vec3f per_mm = edge_mm.cwiseInverse().cast<float>();
  const float least_gradient = float(0.05 * 6.283185307179586 / cell_size_mm);
  const std::int64_t nx = grid.size[0];
  for_each_layer(field, [&](std::int64_t k) {
    const std::size_t row = std::size_t(nx);
    std::vector<float> value(row, 0.0f), du(value), dv(value), dw(value), v(value), w(row, axis[2][std::size_t(k)]), level(row, float(threshold));
    for (std::int64_t j = 0; j < grid.size[1]; ++j) {
      std::fill(v.begin(), v.end(), axis[1][std::size_t(j)]);
      const float* body = &part.body.data[field.offset(0, j, k)];
      const float* solid = &part.solid_zone.data[field.offset(0, j, k)];
      float* out = &field.data[field.offset(0, j, k)];
      for (std::int64_t i = 0; i < nx;) {
        // Far outside the body and deep in the solid zone the cell cannot matter.
        if (body[i] >= far || solid[i] <= -far) {
          out[i] = body[i] >= far ? body[i] : solid[i];
          ++i;
          continue;
        }
        std::int64_t end = i + 1;
        while (end < nx && !(body[end] >= far || solid[end] <= -far)) ++end;
        cell.evaluate({int(end - i), &axis[0][std::size_t(i)], v.data(), w.data(), level.data(), value.data(), du.data(), dv.data(), dw.data()});
        for (std::size_t n = 0; i < end; ++i, ++n) {
          const float gradient = std::hypot(du[n] * per_mm[0], dv[n] * per_mm[1], dw[n] * per_mm[2]);
          const float lattice = std::clamp(value[n] / std::max(gradient, least_gradient), -clamp, clamp);
          out[i] = std::min(solid[i], std::max(body[i], lattice));
        }
      }
    }
  });
}

}  // namespace spongiosa::lattice
