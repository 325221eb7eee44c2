#include "workflow/tools/cell_picture.h"

#include "core/error.h"
#include "geometry/picture/draw.h"
#include "geometry/picture/label.h"
#include "geometry/surface/marching_cubes.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// Piece of a tile that is shown, in cell sizes; and of any other cell, in cells.
constexpr double kPieceOfTile = 2.5;

/// Samples along the longest edge that show walls whole: at least two across the mean wall, so far as memory allows.
int samples_for(const Vec3& size, double wall, int least) {
  constexpr double kAcrossWall = 2.5;
  constexpr int kMost = 400;
  return std::min(kMost, std::max(least, int(std::ceil(kAcrossWall * size.maxCoeff() / wall))));
}

/// @param wall  mean thickness of walls or struts, cell sizes
g::TriangleMesh cell_mesh(const lattice::Cell& cell, double level, double wall, int least_samples) {
  const lattice::CellInfo& info = cell.info();
  const Vec3 size = info.is_tile() ? Vec3(Vec3::Constant(kPieceOfTile)) : info.aspect;
  const double step = size.maxCoeff() / samples_for(size, wall, least_samples);
  g::FloatImage field;
  field.spacing_mm = Vec3::Constant(step);
  field.origin_Patient = Vec3::Constant(-2.0 * step);
  for (int axis = 0; axis < 3; ++axis) field.size[std::size_t(axis)] = std::int64_t(std::ceil(size[axis] / step)) + 5;
  field.allocate(1.0f);
  tbb::parallel_for(std::int64_t(0), field.size[2], [&](std::int64_t k) {
    const std::size_t n = std::size_t(field.size[0]);
    std::vector<float> u(n), v(n), w(n), levels(n, float(level)), value(n), du(n), dv(n), dw(n);
    const auto place = [&](std::int64_t index) { return (double(index) - 2.0) * step; };
    for (std::size_t i = 0; i < n; ++i) u[i] = float(place(std::int64_t(i)) / info.aspect[0]);
    std::fill(w.begin(), w.end(), float(place(k) / info.aspect[2]));
    for (std::int64_t j = 0; j < field.size[1]; ++j) {
      std::fill(v.begin(), v.end(), float(place(j) / info.aspect[1]));
      cell.evaluate({int(n), u.data(), v.data(), w.data(), levels.data(), value.data(), du.data(), dv.data(), dw.data()});
      for (std::size_t i = 0; i < n; ++i) {
        const double slope = Vec3(du[i] / info.aspect[0], dv[i] / info.aspect[1], dw[i] / info.aspect[2]).norm();
        const Vec3 x(place(std::int64_t(i)), place(j), place(k));
        const double outside = std::max((-x).maxCoeff(), (x - size).maxCoeff());
        field.at(std::int64_t(i), j, k) = float(std::max(value[i] / std::max(slope, 1e-3), outside));
      }
    }
  });
  return g::extract_surface(field, Progress());
}

g::Rgb colour_of(const std::string& family) {
  static const std::map<std::string, g::Rgb> colours = {{"tpms", {118, 158, 200}},      {"strut", {214, 160, 92}},       {"plate", {140, 184, 132}},
                                                        {"honeycomb", {200, 190, 100}}, {"stochastic", {186, 136, 186}}, {"expression", {118, 158, 200}}};
  const auto found = colours.find(family);
  return found == colours.end() ? g::Rgb{200, 200, 205} : found->second;
}

/// Drawn twice as large and averaged: small pictures keep thin struts and smooth outlines.
g::Picture halved(const g::Picture& large) {
  g::Picture small(large.width / 2, large.height / 2, {});
  for (int y = 0; y < small.height; ++y)
    for (int x = 0; x < small.width; ++x)
      for (std::size_t c = 0; c < 3; ++c) {
        const int sum = large.at(2 * x, 2 * y)[c] + large.at(2 * x + 1, 2 * y)[c] + large.at(2 * x, 2 * y + 1)[c] + large.at(2 * x + 1, 2 * y + 1)[c];
        small.at(x, y)[c] = std::uint8_t((sum + 2) / 4);
      }
  return small;
}

g::Picture picture_of(const lattice::CatalogueRow& row, int px, int least_samples) {
  const lattice::CellPtr cell = lattice::find_cell(row.name);
  const lattice::CellInfo& info = cell->info();
  // A straight line crosses a wall in twice its thickness on average.
  const g::TriangleMesh mesh = cell_mesh(*cell, row.level, 0.5 * row.sizes.strut_intercept, least_samples);
  g::SceneMesh part;
  part.mesh = &mesh;
  part.colour = colour_of(info.family);
  g::View view;
  view.look_direction = Vec3(-1.0, 0.62, -0.55).normalized();
  view.width_px = view.height_px = 2 * px;
  view.frame_box = g::Box{Vec3::Zero(), info.is_tile() ? Vec3(Vec3::Constant(kPieceOfTile)) : info.aspect};
  return halved(g::render({part}, view).picture);
}

/// Fewer shades keep a sheet of many pictures below a megabyte; the steps between them are just visible.
void round_colours(g::Picture& picture) {
  constexpr int kStep = 8;
  for (g::Rgb& pixel : picture.pixels)
    for (std::uint8_t& channel : pixel) channel = std::uint8_t(std::min(255, (channel + kStep / 2) / kStep * kStep));
}

}  // namespace

void write_cell_picture(const std::filesystem::path& file, const lattice::CatalogueRow& row) {
  constexpr int kPixels = 700, kSamples = 192;
  g::write_png(file, picture_of(row, kPixels, kSamples));
}

void write_contact_sheet(const std::filesystem::path& file, const Progress& progress) {
  constexpr int kColumns = 10, kPixels = 120, kSamples = 80, kGap = 6, kLines = 2;
  const std::vector<lattice::CatalogueRow>& rows = lattice::cell_catalogue();
  const int down = (int(rows.size()) + kColumns - 1) / kColumns;
  const int cell_width = kPixels + kGap, cell_height = kPixels + kLines * g::kLabelHeight_px + kGap;
  g::Picture sheet(kColumns * cell_width, down * cell_height, {255, 255, 255});
  for (std::size_t n = 0; n < rows.size(); ++n) {
    progress.report(double(n) / double(rows.size()), rows[n].name);
    const int x = int(n) % kColumns * cell_width, y = int(n) / kColumns * cell_height;
    g::paste(sheet, picture_of(rows[n], kPixels, kSamples), x, y);
    g::draw_label(sheet, rows[n].name, x + kGap / 2, y + kPixels, kPixels, {40, 40, 40});
  }
  round_colours(sheet);
  g::write_png(file, sheet);
}

}  // namespace spongiosa::workflow
