#include "workflow/pore_map.h"

#include "core/error.h"

#include <algorithm>

namespace spongiosa::workflow {

using geometry::FloatImage;

FloatImage pore_layer(const FloatImage& field, const FloatImage& thickness_map_mm, int axis, std::int64_t layer) {
  SPONGIOSA_ASSERT(axis >= 0 && axis < 3 && layer >= 0 && layer < field.size[std::size_t(axis)] && thickness_map_mm.size == field.size);
  Index3 first{0, 0, 0}, last{field.size[0] - 1, field.size[1] - 1, field.size[2] - 1};
  first[std::size_t(axis)] = last[std::size_t(axis)] = layer;
  FloatImage pores = geometry::crop(thickness_map_mm, first, last);
  const FloatImage solid = geometry::crop(field, first, last);
  for (std::size_t n = 0; n < pores.data.size(); ++n)
    if (solid.data[n] < 0.0f) pores.data[n] = -1.0f;
  return pores;
}

geometry::Picture pore_picture(const FloatImage& layer, double most_mm, int px_per_sample) {
  const int thin = int(std::min_element(layer.size.begin(), layer.size.end()) - layer.size.begin());
  const int right = thin == 0 ? 1 : 0, up = thin == 2 ? 1 : 2;
  const std::int64_t columns = layer.size[std::size_t(right)], rows = layer.size[std::size_t(up)];
  geometry::Picture picture(int(columns) * px_per_sample, int(rows) * px_per_sample, {255, 255, 255});
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      Index3 at{0, 0, 0};
      at[std::size_t(right)] = x / px_per_sample;
      at[std::size_t(up)] = rows - 1 - y / px_per_sample;
      const float value = layer.at(at[0], at[1], at[2]);
      if (value < 0.0f)
        picture.at(x, y) = {170, 170, 175};
      else if (value > 0.0f)
        picture.at(x, y) = geometry::viridis(double(value) / std::max(most_mm, 1e-9));
    }
  return picture;
}

double largest_pore_mm(const FloatImage& layer) {
  return layer.data.empty() ? 0.0 : std::max(0.0, double(*std::max_element(layer.data.begin(), layer.data.end())));
}

}  // namespace spongiosa::workflow
