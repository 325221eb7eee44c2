/// Pore sizes on a cut through the part.

#include "geometry/image/image_file.h"
#include "workflow/pore_map.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"

#include <algorithm>

namespace spongiosa::workflow {

std::vector<Figure> pore_figures(const StageContext& context) {
  const geometry::FloatImage layer = geometry::read_float_image(context.stage_folder("04_fill") / "pore_map.nrrd");
  const double most_mm = largest_pore_mm(layer);
  if (!(most_mm > 0.0)) return {};
  constexpr double kPanel = 620.0, kTop = 26.0;
  const double width_mm = double(layer.size[1]) * layer.spacing_mm[1], height_mm = double(layer.size[2]) * layer.spacing_mm[2];
  const double px_per_mm = kPanel / std::max(width_mm, height_mm);
  const double width = width_mm * px_per_mm, height = height_mm * px_per_mm;
  Svg svg(width + 160.0, height + 70.0);
  const int px_per_sample = std::max(1, int(1.5 * kPanel / double(std::max(layer.size[1], layer.size[2]))));
  svg.text(10, 18, "Mid-sagittal section", 15, Svg::Anchor::kStart, "#222", true);
  svg.picture(10, kTop, width, pore_picture(layer, most_mm, px_per_sample));
  svg.text(10, kTop + height + 16, "front", 12);
  svg.text(10 + width, kTop + height + 16, "back", 12, Svg::Anchor::kEnd);
  svg.scale_bar(10 + 0.4 * width, kTop + height + 30, px_per_mm, round_length_mm(0.3 * width / px_per_mm));
  svg.colour_bar(width + 50, kTop + 40, 22, std::min(300.0, height - 60.0), 0.0, most_mm, 5, geometry::viridis, "pore, mm");
  Figure figure;
  figure.section = "lattice";
  figure.title = "Pore sizes on a cut";
  figure.caption = "Local thickness of the void (diameter of the largest sphere in the void that contains the point), within the porous zone; solid grey. "
                   "Seen from the left.";
  figure.svg = svg.str();
  return {figure};
}

}  // namespace spongiosa::workflow
