#pragma once
/// Porosity of finished parts for shapes, cells and gradings drawn at random: clipped, skinned, meshed, and measured by means the
/// engine does not use (volumes in closed form, the mesh's volume, rays through the mesh in windows of whole cells).

#include "core/error.h"
#include "lattice/build/fill.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/connectivity.h"
#include "lattice/measure/unit_cell.h"
#include "tests/lattice/mesh_windows.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>
#include <random>

namespace spongiosa::lattice::test {

using geometry::Box;
using geometry::LevelSet;

/// A box with round edges: the points within `radius` of a box of half edges `core`.
struct RoundBox {
  Vec3 core;
  double radius;

  double distance(const Vec3& p) const {
    const Vec3 d = p.cwiseAbs() - core;
    return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0) - radius;
  }
  /// Steiner's formula.
  double volume_mm3() const {
    const auto& e = core;
    return 8.0 * e.prod() + 8.0 * radius * (e[0] * e[1] + e[1] * e[2] + e[2] * e[0]) +
           2.0 * std::numbers::pi * radius * radius * e.sum() + 4.0 / 3.0 * std::numbers::pi * std::pow(radius, 3);
  }
  RoundBox inside(double skin) const { return {core, radius - skin}; }
};

struct Draw {
  CellSpec cell;
  RoundBox shape;
  double skin_mm, cell_mm, porosity;
  Vec3 slope_1_mm;  ///< of the porosity

  double porosity_at(const Vec3& p) const { return porosity + slope_1_mm.dot(p); }
  std::string text() const {
    return fmt::format("{} of {:.3f} mm, porosity {:.3f} + ({:.4f} {:.4f} {:.4f}) . x, box {:.2f} x {:.2f} x {:.2f} mm with edges of {:.2f} mm, skin {:.2f} mm",
                       cell.name, cell_mm, porosity, slope_1_mm[0], slope_1_mm[1], slope_1_mm[2], 2.0 * (shape.core[0] + shape.radius),
                       2.0 * (shape.core[1] + shape.radius), 2.0 * (shape.core[2] + shape.radius), shape.radius, skin_mm);
  }
};

/// What the standard leaves open is spelt out, so that a seed draws the same everywhere.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  double between(double low, double high) { return low + (high - low) * double(engine_()) / 4294967296.0; }
  std::size_t below(std::size_t count) { return std::size_t(between(0.0, double(count))); }

 private:
  std::mt19937 engine_;
};

constexpr double kRise = 0.05;    ///< of the porosity over the half length of a graded part
constexpr double kCorners = 0.09; ///< at most that from the middle to any corner

/// Any cell of the list or an own expression. Random structures have the smallest tile, which is their unit cell.
inline CellSpec draw_cell(Random& random) {
  CellSpec spec;
  const std::size_t names = cell_names().size(), n = random.below(names + 4);
  if (n >= names) {
    spec.name = "expression-sheet";
    spec.expression = "sin(x)*cos(y) + sin(y)*cos(z) + 0.8*sin(z)*cos(x)";
    return spec;
  }
  spec.name = cell_names()[n];
  if (cell_family(spec.name) == "stochastic") {
    spec.seed = 1 + random.below(1000);
    spec.tile = 3;
  }
  return spec;
}

inline Draw draw(std::uint32_t seed) {
  // Walls thinner than this have not two samples of the default grid, which ends at 0.04 mm: they come out with holes.
  constexpr double kThinnest_mm = 0.07;
  Random random(seed);
  Draw d;
  for (;;) {  // cells that can be had with porosities of 55 to 80 %, with room for a grade
    d.cell = draw_cell(random);
    d.cell_mm = random.between(0.7, 0.9);
    const double place = random.between(0.0, 1.0);
    const CellPtr cell = make_cell(d.cell);
    const std::optional<DensityRange> usable = usable_densities(*cell);
    if (!usable) continue;
    const double least = std::max(usable->least + kCorners, 0.2), most = std::min(usable->most - kCorners, 0.45);
    if (!(most > least)) continue;
    d.porosity = 1.0 - (least + place * (most - least));
    if (d.cell_mm * measure_unit_cell(*cell, level_for_density(*cell, 1.0 - d.porosity)).strut_diameter > kThinnest_mm) break;
  }
  // Four to six cells across: small parts are the hard ones, half of them is within a cell of the faces.
  d.shape.radius = d.cell_mm * random.between(0.9, 1.1);
  for (int a = 0; a < 3; ++a) d.shape.core[a] = d.cell_mm * random.between(1.1, 1.9);
  d.skin_mm = random.between(0.0, 1.0) < 0.5 ? 0.0 : random.between(0.2, 0.5);
  const double angle = random.between(0.0, 2.0 * std::numbers::pi), rise = random.between(-1.0, 1.0);
  const double graded = random.between(0.0, 1.0) < 0.3 ? 0.0 : kRise;
  const double across = std::sqrt(1.0 - rise * rise);
  d.slope_1_mm = graded / (d.shape.core.maxCoeff() + d.shape.radius) * Vec3(across * std::cos(angle), across * std::sin(angle), rise);
  return d;
}

struct Outcome {
  double porosity_error, window_rms;
  int windows;
  double unmeasured;  ///< share of the rays that met an edge of the mesh
};

inline Outcome outcome_of(const Draw& d) {
  const Vec3 half = d.shape.core + Vec3::Constant(d.shape.radius);
  const Box box{-half - Vec3::Constant(1.0), half + Vec3::Constant(1.0)};
  const LevelSet body = LevelSet::from_function("body", geometry::Frame(), box, 0.1, 8.0, [&](const Vec3& p) { return d.shape.distance(p); });
  const LevelSet porous = LevelSet::from_function("porous", geometry::Frame(), box, 0.1, 8.0, [&](const Vec3& p) { return d.shape.distance(p) - 0.6; });
  FillRequest request;
  request.core.cell = d.cell;
  request.core.cell_size_mm = d.cell_mm;
  request.core.porosity_expression =
      fmt::format("{:.17g} + ({:.17g})*x + ({:.17g})*y + ({:.17g})*z", d.porosity, d.slope_1_mm[0], d.slope_1_mm[1], d.slope_1_mm[2]);
  if (d.skin_mm > 0.0) request.zones = {{.name = "skin", .region_expression = fmt::format("depth - {:.17g}", d.skin_mm), .content = "solid"}};
  const FilledPart part = fill_part(body, porous, request, FieldSources(body), Progress());
  CHECK(part.mesh_report.closed_two_manifold());

  // The request is linear and the shape symmetric, so its mean is the value in the middle.
  const RoundBox lattice = d.shape.inside(d.skin_mm);
  const double solid_mm3 = part.mesh.volume_mm3() - (d.shape.volume_mm3() - lattice.volume_mm3());
  Outcome outcome{1.0 - solid_mm3 / lattice.volume_mm3() - d.porosity, 0.0, 0, 0.0};

  // Windows of one unit cell, on the grid of cells, that lie wholly within the lattice. A cell that a face cuts has not the
  // porosity of the whole one, whatever is done: it depends on where the cut runs.
  const Vec3 edges_mm = d.cell_mm * make_cell(d.cell)->info().aspect;
  MeshWindows windows(edges_mm, half);
  windows.add(part.mesh);
  outcome.unmeasured = windows.unmeasured_share();
  double squares = 0.0;
  windows.for_each([&](const Vec3& low, double solid_share) {
    for (int c = 0; c < 8; ++c)
      if (lattice.distance(low + edges_mm.cwiseProduct(Vec3(c & 1, c >> 1 & 1, c >> 2))) > -part.voxel_mm) return;
    squares += std::pow(1.0 - solid_share - d.porosity_at(low + 0.5 * edges_mm), 2);
    ++outcome.windows;
  });
  if (outcome.windows > 0) outcome.window_rms = std::sqrt(squares / outcome.windows);
  return outcome;
}

/// Draws `count` parts from a seed on.
inline void check_parts(std::uint32_t seed, int count) {
  double worst = 0.0, worst_rms = 0.0;
  int windows = 0;
  for (int n = 0; n < count; ++n) {
    const Draw d = draw(seed + std::uint32_t(n));
    INFO("seed " << seed + std::uint32_t(n) << ": " << d.text());
    const Outcome outcome = outcome_of(d);
    CHECK(std::abs(outcome.porosity_error) < 0.0025);
    CHECK(outcome.window_rms < 0.01);
    worst = std::max(worst, std::abs(outcome.porosity_error));
    CHECK(outcome.unmeasured < 1e-4);
    worst_rms = std::max(worst_rms, outcome.window_rms);
    windows += outcome.windows;
    if (std::getenv("SPONGIOSA_EACH"))
      fmt::print("{}: {}: porosity off by {:.3f} points, {} windows by {:.3f} points RMS\n", seed + std::uint32_t(n), d.text(),
                 100.0 * outcome.porosity_error, outcome.windows, 100.0 * outcome.window_rms);
  }
  CHECK(windows > 4 * count);
  WARN(count << " parts from seed " << seed << ": porosity off by at most " << 100.0 * worst << " points, windows of a cell by at most "
             << 100.0 * worst_rms << " points RMS; " << windows << " windows");
}

}  // namespace spongiosa::lattice::test
