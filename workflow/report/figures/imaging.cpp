/// CT slices with the outlines of the vertebrae and of the implant.

#include "workflow/report/report.h"
#include "workflow/report/svg.h"
#include "workflow/stages/stage_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

struct Plane {
  const char* title;
  Vec3 right, down;        ///< unit vectors in the patient frame
  const char* letters[4];  ///< left, right, top, bottom of the picture
};

constexpr int kPanelPx = 380;
constexpr int kOversample = 2;

/// Contour colours of the labels, then of the implant.
const std::vector<g::Rgb>& label_colours() {
  static const std::vector<g::Rgb> colours = {{255, 193, 7}, {0, 176, 255}, {76, 217, 100}, {255, 111, 97}, {186, 104, 200}};
  return colours;
}
constexpr g::Rgb kImplantColour{255, 64, 129};

std::string hex(const g::Rgb& c) { return fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]); }

/// One slice through `centre`: bone window, label outlines, implant outline.
g::Picture slice_picture(const g::HuImage& ct, const g::LabelImage& labels, const g::LevelSet& body, const Plane& plane, const Vec3& centre,
                         double extent_mm) {
  const int n = kPanelPx * kOversample;
  g::Picture picture(n, n, {0, 0, 0});
  std::vector<int> mark(std::size_t(n) * std::size_t(n), 0);
  const g::LevelSet::Sampler sampler(body);
  constexpr double kLowHu = -300.0, kHighHu = 1300.0;
  for (int py = 0; py < n; ++py)
    for (int px = 0; px < n; ++px) {
      const Vec3 p = centre + ((px + 0.5) / n - 0.5) * extent_mm * plane.right + ((py + 0.5) / n - 0.5) * extent_mm * plane.down;
      if (ct.covers(p)) {
        const double t = std::clamp((ct.sample(p) - kLowHu) / (kHighHu - kLowHu), 0.0, 1.0);
        const std::uint8_t grey = std::uint8_t(std::lround(255.0 * t));
        picture.at(px, py) = {grey, grey, grey};
      }
      const Vec3 index = labels.to_index(p);
      const std::int64_t i = std::llround(index.x()), j = std::llround(index.y()), k = std::llround(index.z());
      int value = labels.contains(i, j, k) ? labels.at(i, j, k) : 0;
      if (sampler.value(body.frame().from_patient(p)) < 0.0) value += 256;
      mark[std::size_t(py) * std::size_t(n) + std::size_t(px)] = value;
    }
  // An outline pixel has a neighbour with another value; label and implant outlines are drawn apart.
  const auto at = [&](int x, int y) { return mark[std::size_t(std::clamp(y, 0, n - 1)) * std::size_t(n) + std::size_t(std::clamp(x, 0, n - 1))]; };
  for (int py = 0; py < n; ++py)
    for (int px = 0; px < n; ++px) {
      const int here = at(px, py);
      bool label_edge = false, implant_edge = false;
      for (const auto& [dx, dy] : {std::pair{1, 0}, std::pair{-1, 0}, std::pair{0, 1}, std::pair{0, -1}}) {
        const int there = at(px + dx, py + dy);
        label_edge |= here % 256 != there % 256 && here % 256 > 0;
        implant_edge |= here / 256 != there / 256;
      }
      if (label_edge) picture.at(px, py) = label_colours()[std::size_t(here % 256 - 1) % label_colours().size()];
      if (implant_edge) picture.at(px, py) = kImplantColour;
    }
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
  const Plane planes[] = {{"Sagittal", Vec3::UnitY(), -Vec3::UnitZ(), {"A", "P", "S", "I"}},
                          {"Coronal", Vec3::UnitX(), -Vec3::UnitZ(), {"R", "L", "S", "I"}},
                          {"Axial", Vec3::UnitX(), Vec3::UnitY(), {"R", "L", "A", "P"}}};
  Svg svg(3 * (kPanelPx + 14), kPanelPx + 90);
  double x = 6;
  for (const Plane& plane : planes) {
    svg.text(x, 18, plane.title, 15, Svg::Anchor::kStart, "#222", true);
    svg.picture(x, 26, kPanelPx, slice_picture(ct, segmentation.labels, shapes.body, plane, anatomy.frame.origin_Patient, extent));
    const double middle = 26 + kPanelPx / 2.0;
    svg.text(x + 6, middle, plane.letters[0], 14, Svg::Anchor::kStart, "#fff", true);
    svg.text(x + kPanelPx - 6, middle, plane.letters[1], 14, Svg::Anchor::kEnd, "#fff", true);
    svg.text(x + kPanelPx / 2.0, 42, plane.letters[2], 14, Svg::Anchor::kMiddle, "#fff", true);
    svg.text(x + kPanelPx / 2.0, 26 + kPanelPx - 6, plane.letters[3], 14, Svg::Anchor::kMiddle, "#fff", true);
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
