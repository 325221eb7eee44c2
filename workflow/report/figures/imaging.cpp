/// CT slices with the outlines of the vertebrae and of the implant.

#include "geometry/picture/slice.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"
#include "workflow/stages/stage_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr int kPanelPx = 380;
constexpr double kOversample = 2.0;
constexpr g::GreyWindow kBoneWindow{500.0, 1600.0};

/// Outlines of the labels, then of the implant.
const std::vector<g::Rgb>& label_colours() {
  static const std::vector<g::Rgb> colours = {{255, 193, 7}, {0, 176, 255}, {76, 217, 100}, {255, 111, 97}, {186, 104, 200}};
  return colours;
}
constexpr g::Rgb kImplantColour{255, 64, 129};

std::string hex(const g::Rgb& c) { return fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]); }

struct Panel {
  const char* title;
  g::Anatomical direction;
  const char* letters[4];  ///< at the left, right, upper and lower side of the picture
};

g::Picture panel_picture(const g::HuImage& ct, const g::LabelImage& labels, std::size_t label_count, const g::LevelSet& body,
                         const g::SlicePlane& plane) {
  g::Picture picture = g::slice_picture(ct, plane, kBoneWindow, {0, 0, 0});
  for (std::size_t label = 1; label <= label_count; ++label)
    g::draw_label_contour(picture, plane, labels, std::uint8_t(label), {label_colours()[(label - 1) % label_colours().size()], 2.0, 1.0});
  g::draw_contour(picture, plane, [&](const Vec3& p) { return body.value(body.frame().from_patient(p)); }, {kImplantColour, 3.0, 1.0});
  return picture;
}

}  // namespace

std::vector<Figure> imaging_figures(const StageContext& context) {
  const g::HuImage ct = load_ct(context);
  const g::Segmentation segmentation = load_segmentation(context);
  const g::CorpectomyAnatomy anatomy = load_anatomy(context);
  const ShapeLevelSets shapes = load_shape(context);
  const auto seeds = seeds_of(context.design);

  const double extent = std::max(2.2 * anatomy.gap_height_mm, 2.2 * anatomy.caudal.width_mm);
  const Panel panels[] = {{"Sagittal", g::Anatomical::kSagittal, {"A", "P", "S", "I"}},
                          {"Coronal", g::Anatomical::kCoronal, {"R", "L", "S", "I"}},
                          {"Axial", g::Anatomical::kAxial, {"R", "L", "A", "P"}}};
  g::Box box;
  box.include(anatomy.frame.origin_Patient);
  box = box.grown(0.5 * extent);
  Svg svg(3 * (kPanelPx + 14), kPanelPx + 90);
  double x = 6;
  for (const Panel& panel : panels) {
    svg.text(x, 18, panel.title, 15, Svg::Anchor::kStart, "#222", true);
    svg.picture(x, 26, kPanelPx, panel_picture(ct, segmentation.labels, seeds.size(), shapes.body,
                                                  g::slice_plane(panel.direction, box, anatomy.frame.origin_Patient, kOversample * kPanelPx / extent)));
    const double middle = 26 + kPanelPx / 2.0;
    svg.text(x + 6, middle, panel.letters[0], 14, Svg::Anchor::kStart, "#fff", true);
    svg.text(x + kPanelPx - 6, middle, panel.letters[1], 14, Svg::Anchor::kEnd, "#fff", true);
    svg.text(x + kPanelPx / 2.0, 42, panel.letters[2], 14, Svg::Anchor::kMiddle, "#fff", true);
    svg.text(x + kPanelPx / 2.0, 26 + kPanelPx - 6, panel.letters[3], 14, Svg::Anchor::kMiddle, "#fff", true);
    x += kPanelPx + 14;
  }
  svg.scale_bar(6, kPanelPx + 66, kPanelPx / extent, round_length_mm(0.25 * extent));
  double lx = 180;
  for (std::size_t s = 0; s < seeds.size(); ++s, lx += 90) {
    svg.rectangle(lx, kPanelPx + 52, 16, 16, hex(label_colours()[s % label_colours().size()]));
    svg.text(lx + 22, kPanelPx + 65, seeds[s].level, 13);
  }
  svg.rectangle(lx, kPanelPx + 52, 16, 16, hex(kImplantColour));
  svg.text(lx + 22, kPanelPx + 65, "implant", 13);

  Figure figure;
  figure.section = "imaging";
  figure.title = "CT with the vertebrae and the implant";
  figure.caption = "Slices through the middle of the gap, bone window (-300 to 1300 HU), radiological convention: the patient's right is on the left.";
  figure.svg = svg.str();
  return {figure};
}

}  // namespace spongiosa::workflow
