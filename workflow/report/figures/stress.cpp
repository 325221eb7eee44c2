/// von Mises stress per load case: the construct cut open, and the implant alone.

#include "geometry/image/image_file.h"
#include "workflow/report/figures/cell_mesh.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"
#include "workflow/stages/stage_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

// Parts of the construct model, as numbered in parts.nrrd.
constexpr std::uint8_t kBoneCranial = 1, kImplantSolid = 2, kImplantPorous = 3, kBoneCaudal = 4;

/// Zones of lattice other than the core come after the four.
bool is_implant(std::uint8_t part) { return part == kImplantSolid || part == kImplantPorous || part > kBoneCaudal; }

/// Value below which 99.5 % of the cells' values lie: a scale that one hot cell does not spoil.
double scale_top(const std::vector<g::FloatImage>& images, const g::LabelImage& parts, bool implant) {
  std::vector<float> values;
  for (const g::FloatImage& image : images)
    for (std::size_t c = 0; c < image.data.size(); ++c)
      if (parts.data[c] > 0 && is_implant(parts.data[c]) == implant) values.push_back(image.data[c]);
  if (values.empty()) return 1.0;
  const auto at = values.begin() + std::ptrdiff_t(0.995 * double(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  // Two significant digits, upwards, so that the labels are round.
  const double decade = std::pow(10.0, std::floor(std::log10(std::max(double(*at), 1e-6))) - 1.0);
  return std::ceil(*at / decade) * decade;
}

g::Rendered picture_of(const CellMesh& cells, const g::Frame& frame, const Vec3& look_Implant, const Vec3& up_Implant, int size_px) {
  g::SceneMesh scene;
  scene.mesh = &cells.mesh;
  scene.vertex_colours = cells.vertex_colours;
  g::View view;
  view.look_direction = (frame.axes_Patient * look_Implant).normalized();
  view.up = frame.axes_Patient * up_Implant;
  view.width_px = view.height_px = size_px;
  return g::render({scene}, view);
}

}  // namespace

std::vector<Figure> stress_figures(const StageContext& context) {
  const auto folder = context.stage_folder("05_solve");
  const g::LabelImage parts = g::read_label_image(folder / "parts.nrrd");
  const Json solve = context.results_of("05_solve");
  std::vector<g::FloatImage> images;
  for (const Json& load_case : solve.at("cases"))
    images.push_back(g::read_float_image(folder / ("von_mises_" + load_case.at("name").get<std::string>() + ".nrrd")));
  const double implant_top = scale_top(images, parts, true), bone_top = scale_top(images, parts, false);
  const g::Frame frame = load_shape(context).body.frame();
  // The cut shows the half right of the mid-sagittal plane, seen from the left.
  const std::int64_t cut = std::int64_t(std::llround(parts.to_index(frame.origin_Patient).x()));

  std::vector<Figure> figures;
  for (std::size_t c = 0; c < images.size(); ++c) {
    const auto colour = [&](std::size_t offset) {
      return g::viridis(std::min(1.0, double(images[c].data[offset]) / (is_implant(parts.data[offset]) ? implant_top : bone_top)));
    };
    const CellMesh section = cell_mesh(parts, [&](std::size_t offset, const Index3& index) -> std::optional<g::Rgb> {
      if (index[0] > cut) return std::nullopt;
      return colour(offset);
    });
    const CellMesh implant = cell_mesh(parts, [&](std::size_t offset, const Index3&) -> std::optional<g::Rgb> {
      if (!is_implant(parts.data[offset])) return std::nullopt;
      return colour(offset);
    });
    constexpr int kPx = 400;
    Svg svg(1020, kPx + 60);
    svg.text(10, 18, "Construct, mid-sagittal section from the left", 14, Svg::Anchor::kStart, "#222", true);
    svg.picture(10, 28, kPx, picture_of(section, frame, -Vec3::UnitX(), Vec3::UnitZ(), 2 * kPx).picture);
    svg.text(430, 18, "Implant, from the front left", 14, Svg::Anchor::kStart, "#222", true);
    svg.picture(430, 28, kPx, picture_of(implant, frame, Vec3(-0.6, 0.75, -0.28), Vec3::UnitZ(), 2 * kPx).picture);
    svg.colour_bar(850, 70, 22, kPx - 110, 0.0, implant_top, 5, g::viridis, "implant, MPa");
    svg.colour_bar(950, 70, 22, kPx - 110, 0.0, bone_top, 5, g::viridis, "bone, MPa");
    const Json& load_case = solve.at("cases")[c];
    Figure figure;
    figure.section = "results";
    figure.title = "von Mises stress: " + load_case.at("label").get<std::string>();
    figure.caption = fmt::format("At element centres. Same scales in all load cases; the top colour is the 99.5th percentile over all cases. "
                                 "Largest value in the implant's solid part {:.1f} MPa.",
                                 [&] {
                                   for (const Json& part : load_case.at("parts"))
                                     if (part.at("part") == "implant-solid") return part.at("von_mises_max_mpa").get<double>();
                                   return 0.0;
                                 }());
    figure.svg = svg.str();
    figures.push_back(figure);
  }
  return figures;
}

std::vector<Figure> load_figures(const StageContext& context) {
  const g::LabelImage parts = g::read_label_image(context.stage_folder("05_solve") / "parts.nrrd");
  const Json solve = context.results_of("05_solve");
  const g::Frame frame = load_shape(context).body.frame();
  const std::int64_t cut = std::int64_t(std::llround(parts.to_index(frame.origin_Patient).x()));
  const CellMesh section = cell_mesh(parts, [&](std::size_t offset, const Index3& index) -> std::optional<g::Rgb> {
    if (index[0] > cut) return std::nullopt;
    switch (parts.data[offset]) {
      case kBoneCranial:
      case kBoneCaudal: return g::Rgb{226, 208, 172};
      case kImplantSolid: return g::Rgb{110, 120, 135};
      default: return g::Rgb{150, 185, 220};
    }
  });
  constexpr double kPx = 460, kX = 180, kY = 70;
  const g::Rendered rendered = picture_of(section, frame, -Vec3::UnitX(), Vec3::UnitZ(), int(2 * kPx));
  const double px_per_mm = rendered.px_per_mm / 2.0;
  double y_low = 1e300, y_high = -1e300, z_low = 1e300, z_high = -1e300;
  for (const Vec3f& v : section.mesh.vertices) {
    const Vec3 p = frame.from_patient(v.cast<double>());
    y_low = std::min(y_low, p.y());
    y_high = std::max(y_high, p.y());
    z_low = std::min(z_low, p.z());
    z_high = std::max(z_high, p.z());
  }
  const auto at = [&](double y_mm, double z_mm) -> Vec2 {
    return Vec2(kX, kY) + 0.5 * rendered.to_px(frame.to_patient(Vec3(0.0, y_mm, z_mm)));
  };

  Svg svg(1000, kPx + 150);
  svg.picture(kX, kY, kPx, rendered.picture);
  // Seen from the left with cranial up, posterior (y) runs to the right.
  const Vec2 upper_left = at(y_low, z_high), lower_right = at(y_high, z_low);
  const double top = upper_left.y(), bottom = lower_right.y(), left = upper_left.x(), right = lower_right.x();
  const auto y_px = [&](const char* range, std::size_t end, double z_mm) {
    return at(solve.at("model").at(range).at(end).get<double>(), z_mm).x();
  };
  const double loaded_left = y_px("loaded_y_mm", 0, z_high), loaded_right = y_px("loaded_y_mm", 1, z_high);
  const double fixed_left = y_px("fixed_y_mm", 0, z_low), fixed_right = y_px("fixed_y_mm", 1, z_low);
  const double middle = at(0.0, 0.0).y();
  const Vec3 centroid = vec3_from_json(solve.at("model").at("loaded_centroid_mm"));
  for (int a = 0; a <= 6; ++a) {
    const double x = loaded_left + (loaded_right - loaded_left) * a / 6.0;
    svg.arrow(x, top - 42, x, top - 4, "#b00020");
  }
  svg.line(loaded_left, top, loaded_right, top, "#b00020", 2.5);
  svg.text(right + 20, top - 18, fmt::format("load: {} N", solve.at("loads").at("preload_n").get<double>()), 14, Svg::Anchor::kStart, "#b00020");
  svg.text(right + 20, top, fmt::format("and {} N·m about one axis", solve.at("loads").at("moment_nm").get<double>()), 14, Svg::Anchor::kStart, "#b00020");
  svg.text(right + 20, top + 18, fmt::format("about its centroid (y {:.1f} mm)", centroid.y()), 12, Svg::Anchor::kStart, "#b00020");
  svg.line(fixed_left, bottom, fixed_right, bottom, "#00518a", 2.5);
  for (double x = fixed_left; x < fixed_right - 8; x += 12) svg.line(x, bottom + 12, x + 10, bottom + 1, "#00518a");
  svg.text(right + 20, bottom + 6, "fixed nodes", 14, Svg::Anchor::kStart, "#00518a");
  svg.text(left - 20, middle, "front", 13, Svg::Anchor::kEnd);
  svg.text(right + 20, middle, "back", 13);
  const struct {
    const char* colour;
    const char* name;
  } legend[] = {{"#e2d0ac", "bone, stiffness from CT"}, {"#6e7887", "implant, solid"}, {"#96b9dc", "implant, porous (homogenised)"}};
  for (int l = 0; l < 3; ++l) {
    svg.rectangle(kX + 230.0 * l, kPx + 110, 16, 16, legend[l].colour, "#555");
    svg.text(kX + 230.0 * l + 22, kPx + 123, legend[l].name, 13);
  }
  svg.scale_bar(20, kPx + 123, px_per_mm, round_length_mm(0.25 * kPx / px_per_mm));
  Figure figure;
  figure.section = "loads";
  figure.title = "Where load and support act";
  figure.caption = "Mid-sagittal section of the finite element model from the left. The load is a traction on the vertebral body's section in the upper cut plane; "
                   "posterior elements that the plane also meets are neither loaded nor fixed. Interfaces are tied.";
  figure.svg = svg.str();
  return {figure};
}

}  // namespace spongiosa::workflow
