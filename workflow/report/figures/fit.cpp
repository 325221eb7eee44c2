/// Fit maps: the gap between each implant face and the endplate it meets.

#include "geometry/picture/heat_map.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"
#include "workflow/stages/stage_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// Colours span gaps from -scale (pressed in) to +scale (open): the smallest round scale that 98 % of the area keep within.
double scale_mm(const std::vector<g::HeightField>& gaps) {
  std::vector<float> values;
  for (const g::HeightField& gap : gaps)
    for (std::size_t n = 0; n < gap.z_mm.size(); ++n)
      if (gap.measured[n]) values.push_back(std::abs(gap.z_mm[n]));
  if (values.empty()) return 1.0;
  const auto at = values.begin() + std::ptrdiff_t(0.98 * double(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  for (const double scale : {0.1, 0.2, 0.3, 0.5})
    if (*at <= scale) return scale;
  return 1.0;
}

/// The part of the field that holds measured values, with one step of margin.
g::HeightField trimmed(const g::HeightField& field) {
  int i0 = field.nx, i1 = -1, j0 = field.ny, j1 = -1;
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i)
      if (field.measured[std::size_t(i + field.nx * j)]) {
        i0 = std::min(i0, i);
        i1 = std::max(i1, i);
        j0 = std::min(j0, j);
        j1 = std::max(j1, j);
      }
  if (i1 < i0) return field;
  i0 = std::max(i0 - 1, 0);
  j0 = std::max(j0 - 1, 0);
  i1 = std::min(i1 + 1, field.nx - 1);
  j1 = std::min(j1 + 1, field.ny - 1);
  g::HeightField part = field;
  part.nx = i1 - i0 + 1;
  part.ny = j1 - j0 + 1;
  part.x0_mm += i0 * field.step_mm;
  part.y0_mm += j0 * field.step_mm;
  part.z_mm.clear();
  part.measured.clear();
  for (int j = j0; j <= j1; ++j)
    for (int i = i0; i <= i1; ++i) {
      part.z_mm.push_back(field.z_mm[std::size_t(i + field.nx * j)]);
      part.measured.push_back(field.measured[std::size_t(i + field.nx * j)]);
    }
  return part;
}

/// As axial CT slices are shown, from below: x (left) runs to the right of the picture, y (posterior) downwards.
g::Picture gap_picture(const g::HeightField& gap, double scale_mm, int px_per_step) {
  g::HeatMap map;
  map.columns = gap.nx;
  map.rows = gap.ny;
  map.values.assign(gap.z_mm.begin(), gap.z_mm.end());
  map.mask = gap.measured;
  map.low = -scale_mm;
  map.high = scale_mm;
  map.colour_of_t = g::coolwarm;
  map.contour_levels = {-0.5, 0.5};
  return g::heat_map_picture(map, px_per_step);
}

}  // namespace

std::vector<Figure> fit_figures(const StageContext& context) {
  const FitMaps maps = load_fit(context);
  const Json fit = context.results_of("03_shape").at("fit");
  constexpr double kPanel = 400.0;
  Svg svg(960, 500);
  const double scale = scale_mm({maps.cranial, maps.caudal});
  double x = 10;
  const struct {
    const char* name;
    g::HeightField gap;
  } faces[] = {{"cranial", trimmed(maps.cranial)}, {"caudal", trimmed(maps.caudal)}};
  for (const auto& face : faces) {
    const int px_per_step = std::max(1, int(2 * kPanel / std::max(face.gap.nx, face.gap.ny)));
    const g::Picture picture = gap_picture(face.gap, scale, px_per_step);
    const double px_per_mm = kPanel / std::max(face.gap.nx, face.gap.ny) / face.gap.step_mm;
    const double width = face.gap.nx * face.gap.step_mm * px_per_mm, height = face.gap.ny * face.gap.step_mm * px_per_mm;
    svg.text(x, 18, fmt::format("{} face", face.name), 15, Svg::Anchor::kStart, "#222", true);
    svg.text(x, 36, fmt::format("{:.0f} % of the area under 0.5 mm", 100.0 * fit.at(face.name).at("area_share_under_0p5_mm").get<double>()), 13);
    svg.picture(x + 0.5 * (kPanel - width), 60, width, picture);
    svg.text(x + kPanel / 2, 56, "front", 12, Svg::Anchor::kMiddle);
    svg.text(x + kPanel / 2, 60 + height + 16, "back", 12, Svg::Anchor::kMiddle);
    svg.text(x, 60 + height + 16, "right", 12);
    svg.text(x + kPanel, 60 + height + 16, "left", 12, Svg::Anchor::kEnd);
    svg.scale_bar(x, 490, px_per_mm, round_length_mm(0.3 * kPanel / px_per_mm));
    x += kPanel + 20;
  }
  svg.colour_bar(870, 90, 22, 300, -scale, scale, 5, g::coolwarm, "gap, mm");
  Figure figure;
  figure.section = "implant";
  figure.title = "Fit of the faces on the endplates";
  figure.caption = "Gap along the implant's z between face and measured endplate, shown as axial CT slices are (from below); positive: open, "
                   "negative: pressed in. Lines, where there are any: 0.5 mm.";
  figure.svg = svg.str();
  return {figure};
}

}  // namespace spongiosa::workflow
