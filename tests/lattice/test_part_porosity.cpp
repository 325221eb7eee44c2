/// Porosity of finished parts for shapes, cells and gradings drawn at random: clipped, skinned, meshed, and measured by means the
/// engine does not use (volumes in closed form, the mesh's volume, windows of whole cells).

#include "core/error.h"
#include "lattice/build/fill.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::LevelSet;

namespace {

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
  std::string cell;
  RoundBox shape;
  double skin_mm, cell_mm, porosity;
  Vec3 slope_1_mm;  ///< of the porosity

  double porosity_at(const Vec3& p) const { return porosity + slope_1_mm.dot(p); }
  std::string text() const {
    return fmt::format("{} of {:.3f} mm, porosity {:.3f} + ({:.4f} {:.4f} {:.4f}) . x, box {:.2f} x {:.2f} x {:.2f} mm with edges of {:.2f} mm, skin {:.2f} mm",
                       cell, cell_mm, porosity, slope_1_mm[0], slope_1_mm[1], slope_1_mm[2], 2.0 * (shape.core[0] + shape.radius),
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

Draw draw(std::uint32_t seed) {
  // Cells whose solid and pores hang together over the whole range drawn, and whose struts are nearly three voxels thick or more. Sheets
  // of these cells are 1.2 to 2 voxels thick at 16 voxels per cell: mesh and field then differ by points within a window.
  static const std::vector<std::string> cells = {"gyroid-network-minus", "gyroid-network-plus", "diamond-network-minus", "simple-cubic",
                                                 "octet", "kelvin", "bcc"};
  Random random(seed);
  Draw d;
  d.cell = cells[random.below(cells.size())];
  // Five cells across or more. In a part of three the faces that cut cells weigh so much that its mean and that of whole cells
  // cannot both be met.
  d.cell_mm = random.between(0.7, 0.9);
  d.shape.radius = random.between(0.8, 1.2);
  for (int a = 0; a < 3; ++a) d.shape.core[a] = random.between(1.2, 1.9);
  d.skin_mm = random.between(0.0, 1.0) < 0.5 ? 0.0 : random.between(0.2, 0.5);
  d.porosity = random.between(0.62, 0.72);
  const double angle = random.between(0.0, 2.0 * std::numbers::pi), rise = random.between(-1.0, 1.0);
  const double graded = random.between(0.0, 1.0) < 0.3 ? 0.0 : 0.05;  // over the half length of the part
  const double across = std::sqrt(1.0 - rise * rise);
  d.slope_1_mm = graded / (d.shape.core.maxCoeff() + d.shape.radius) * Vec3(across * std::cos(angle), across * std::sin(angle), rise);
  return d;
}

struct Outcome {
  double porosity_error, window_rms;
  int windows;
};

Outcome outcome_of(const Draw& d) {
  const Vec3 half = d.shape.core + Vec3::Constant(d.shape.radius);
  const Box box{-half - Vec3::Constant(1.0), half + Vec3::Constant(1.0)};
  const LevelSet body = LevelSet::from_function("body", geometry::Frame(), box, 0.1, 4.0, [&](const Vec3& p) { return d.shape.distance(p); });
  const LevelSet porous = LevelSet::from_function("porous", geometry::Frame(), box, 0.1, 4.0, [&](const Vec3& p) { return d.shape.distance(p) - 0.6; });
  FillRequest request;
  request.core.cell.name = d.cell;
  request.core.cell_size_mm = d.cell_mm;
  request.core.porosity_expression =
      fmt::format("{:.17g} + ({:.17g})*x + ({:.17g})*y + ({:.17g})*z", d.porosity, d.slope_1_mm[0], d.slope_1_mm[1], d.slope_1_mm[2]);
  request.voxel_mm = d.cell_mm / 16.0;
  if (d.skin_mm > 0.0) request.zones = {{.name = "skin", .region_expression = fmt::format("depth - {:.17g}", d.skin_mm), .content = "solid"}};
  const FilledPart part = fill_part(body, porous, request, FieldSources(body), Progress());
  CHECK(part.mesh_report.closed_two_manifold());

  // The request is linear and the shape symmetric, so its mean is the value in the middle.
  const RoundBox lattice = d.shape.inside(d.skin_mm);
  const double solid_mm3 = part.mesh.volume_mm3() - (d.shape.volume_mm3() - lattice.volume_mm3());
  Outcome outcome{1.0 - solid_mm3 / lattice.volume_mm3() - d.porosity, 0.0, 0};

  // Windows of a cell, on the grid of cells, that lie wholly within the lattice: share of the points at which the trilinear field, of
  // which the mesh is the surface, is solid.
  double squares = 0.0;
  const double h = part.voxel_mm;
  const Vec3 reach = half / d.cell_mm;
  const auto window = [&](const Vec3& low) {
    for (int c = 0; c < 8; ++c)
      if (lattice.distance(low + d.cell_mm * Vec3(c & 1, c >> 1 & 1, c >> 2)) > -h) return;
    constexpr int kPoints = 40;
    int solid = 0;
    for (int k = 0; k < kPoints; ++k)
      for (int j = 0; j < kPoints; ++j)
        for (int i = 0; i < kPoints; ++i) solid += part.field.sample(low + d.cell_mm / kPoints * Vec3(i + 0.5, j + 0.5, k + 0.5)) < 0.0;
    const Vec3 middle = low + Vec3::Constant(0.5 * d.cell_mm);
    squares += std::pow(1.0 - solid / std::pow(kPoints, 3) - d.porosity_at(middle), 2);
    ++outcome.windows;
  };
  for (double k = std::floor(-reach[2]); k < reach[2]; ++k)
    for (double j = std::floor(-reach[1]); j < reach[1]; ++j)
      for (double i = std::floor(-reach[0]); i < reach[0]; ++i) window(d.cell_mm * Vec3(i, j, k));
  if (outcome.windows > 0) outcome.window_rms = std::sqrt(squares / outcome.windows);
  return outcome;
}

/// Draws `count` parts from a seed on.
void check_parts(std::uint32_t seed, int count) {
  double worst = 0.0, worst_rms = 0.0;
  int windows = 0;
  for (int n = 0; n < count; ++n) {
    const Draw d = draw(seed + std::uint32_t(n));
    INFO("seed " << seed + std::uint32_t(n) << ": " << d.text());
    const Outcome outcome = outcome_of(d);
    CHECK(std::abs(outcome.porosity_error) < 0.0025);
    CHECK(outcome.window_rms < 0.01);
    worst = std::max(worst, std::abs(outcome.porosity_error));
    worst_rms = std::max(worst_rms, outcome.window_rms);
    windows += outcome.windows;
  }
  CHECK(windows > 4 * count);
  WARN(count << " parts from seed " << seed << ": porosity off by at most " << 100.0 * worst << " points, windows of a cell by at most "
             << 100.0 * worst_rms << " points RMS; " << windows << " windows");
}

std::uint32_t seed_given() {
  const char* text = std::getenv("SPONGIOSA_SEED");
  return text ? std::uint32_t(std::strtoul(text, nullptr, 10)) : std::random_device()();
}

}  // namespace

TEST_CASE("finished parts have the porosity asked for, whatever shape, cell and grading are drawn") { check_parts(1, 4); }

TEST_CASE("finished parts have the porosity asked for: many draws", "[.slow]") {
  // Another seed every time; SPONGIOSA_SEED repeats one.
  check_parts(seed_given(), 60);
}
