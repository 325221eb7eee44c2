#pragma once
/// Pore sizes on a cut: one layer of a part with the local thickness of its void.

#include "geometry/image/image.h"
#include "geometry/picture/picture.h"

namespace spongiosa::workflow {

/// One layer of samples across an axis of the grid, as an image one sample thick: local thickness, mm, where void lies in a zone;
/// -1 in the solid; 0 elsewhere.
/// @param thickness_map_mm  lattice::Metrology::thickness_map_mm of the field.  @param axis  0..2.
geometry::FloatImage pore_layer(const geometry::FloatImage& field, const geometry::FloatImage& thickness_map_mm, int axis, std::int64_t layer);

/// Pores in viridis from 0 to `most_mm`, solid grey, the rest white. The two other axes of the grid run to the right and up, in
/// their order.
geometry::Picture pore_picture(const geometry::FloatImage& layer, double most_mm, int px_per_sample);

/// The largest thickness in the layer, 0 where it has none.
double largest_pore_mm(const geometry::FloatImage& layer);

}  // namespace spongiosa::workflow
