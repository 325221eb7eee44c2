#pragma once
/// Pictures of values on a plane grid: height fields, gap maps, maps of stress.

#include "geometry/picture/draw.h"

#include <functional>
#include <vector>

namespace spongiosa::geometry {

struct HeatMap {
  int columns = 0, rows = 0;
  std::vector<double> values;          ///< row by row from the top
  std::vector<std::uint8_t> mask;      ///< 0 where there is no value; empty: a value wherever it is finite
  double low = 0.0, high = 1.0;        ///< values at the ends of the colour map; beyond them the end colours
  std::function<Rgb(double)> colour_of_t = viridis;
  std::vector<double> contour_levels;  ///< values at which lines are drawn
  LineStyle contour_style{{30, 30, 30}, 1.2, 0.8};
  Rgb outside{255, 255, 255};
};

/// Every cell of the grid becomes px_per_cell x px_per_cell pixels, with values interpolated between the middles of cells;
/// the mask keeps its cell borders. @throws Error(kBadInput) unless high > low.
Picture heat_map_picture(const HeatMap& map, int px_per_cell);

}  // namespace spongiosa::geometry
