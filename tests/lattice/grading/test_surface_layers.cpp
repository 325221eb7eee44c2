#include "core/error.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/grading/surface_layers.h"
#include "tests/lattice/grading/phases.h"
#include "tests/lattice/grading/shapes.h"
#include "tests/lattice/grading/solid_pieces.h"

#include <algorithm>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::LevelSet;

namespace {

constexpr double kRadius = 7.0;

LevelSet ball() {
  return solid("ball", Vec3::Constant(kRadius), 0.2, [](const Vec3& p) { return sphere_distance(p, kRadius); });
}

SurfaceLayersRequest ball_request() {
  SurfaceLayersRequest request;
  request.depth_mm = 2.7;
  return request;
}

std::string error_of(const LevelSet& body, const SurfaceLayersRequest& request) {
  try {
    SurfaceLayers(body, request, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

/// The shell of the ball filled with the union of all charts' lattices, and how many charts are present at each voxel.
struct Filled {
  geometry::FloatImage field;
  std::vector<int> charts;
  std::vector<float> depth_mm, border_mm;  ///< border: distance along the surface to the nearest border of charts
};
Filled fill(const SurfaceLayers& layers, const SurfaceLayersRequest& request, const Cell& cell, double density, double voxel_mm) {
  Filled filled;
  const int n = int(2.0 * (kRadius + 0.2) / voxel_mm) + 1;
  filled.field.size = {n, n, n};
  filled.field.allocate(1.0f);
  filled.charts.assign(filled.field.data.size(), 0);
  filled.depth_mm.assign(filled.field.data.size(), 0.0f);
  filled.border_mm.assign(filled.field.data.size(), 1e6f);
  const float level = float(level_for_density(cell, density));
  std::vector<float> p[3], out[14], levels(std::size_t(n), level);
  for (auto& a : p) a.resize(std::size_t(n));
  for (auto& a : out) a.resize(std::size_t(n));
  float* u[3] = {out[0].data(), out[1].data(), out[2].data()};
  float* jacobian[9];
  for (int a = 0; a < 9; ++a) jacobian[a] = out[3 + a].data();
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        p[0][std::size_t(i)] = float(voxel_mm * i - kRadius - 0.2);
        p[1][std::size_t(i)] = float(voxel_mm * j - kRadius - 0.2);
        p[2][std::size_t(i)] = float(voxel_mm * k - kRadius - 0.2);
      }
      for (int c = 0; c < layers.charts(); ++c) {
        layers.reach(c, n, p[0].data(), p[1].data(), p[2].data(), out[12].data());
        if (*std::max_element(out[12].begin(), out[12].end()) <= 0.0f) continue;
        layers.phases(c).evaluate(n, p[0].data(), p[1].data(), p[2].data(), u, jacobian);
        for (int first = 0; first < n; first += 256)
          cell.evaluate({std::min(256, n - first), u[0] + first, u[1] + first, u[2] + first, levels.data(), out[13].data() + first, nullptr, nullptr, nullptr});
        for (int i = 0; i < n; ++i) {
          const Vec3 place(p[0][std::size_t(i)], p[1][std::size_t(i)], p[2][std::size_t(i)]);
          const double depth = kRadius - place.norm();
          const bool here = out[12][std::size_t(i)] > 0.0f && depth > 0.0 && depth < request.depth_mm;
          if (!here) continue;
          const std::size_t at = filled.field.offset(i, j, k);
          filled.field.data[at] = std::min(filled.field.data[at], out[13][std::size_t(i)]);
          ++filled.charts[at];
          filled.depth_mm[at] = float(depth);
          const double from_border = std::abs(double(out[12][std::size_t(i)]) - 0.5 * request.overlap_cells * request.tangential_mm);
          filled.border_mm[at] = std::min(filled.border_mm[at], float(from_border));
        }
      }
    }
  return filled;
}

}  // namespace

TEST_CASE("layers follow the normal of a sphere, in six charts") {
  const SurfaceLayersRequest request = ball_request();
  const SurfaceLayers layers(ball(), request, Progress());
  CHECK(layers.charts() == 6);
  CHECK(layers.index_sum() == 2.0);
  CHECK(layers.singularities().size() >= 8);
  for (const PhaseSingularity& s : layers.singularities()) CHECK(s.place_Frame.norm() == Approx(kRadius).epsilon(0.02));
  CHECK(layers.period_rms_fraction() < 0.15);
  WARN("sphere: periods off by " << 100.0 * layers.period_rms_fraction() << " % RMS, shear " << layers.report(0).shear_deg.rms
                                 << " deg, direction " << layers.report(0).orientation_deg.rms << " deg RMS");
  // Phase 0 is -depth / layer wherever a chart reaches; every point of the shell is reached.
  std::vector<Vec3> points;
  for (const Vec3& p : random_points(Vec3::Constant(-kRadius), Vec3::Constant(kRadius), 3000))
    if (p.norm() < kRadius - 0.1 && p.norm() > kRadius - request.depth_mm) points.push_back(p);
  std::vector<int> reached(points.size(), 0);
  for (int c = 0; c < layers.charts(); ++c) {
    const Phases phases(layers.phases(c), points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const float x = float(points[i][0]), y = float(points[i][1]), z = float(points[i][2]);
      float reach;
      layers.reach(c, 1, &x, &y, &z, &reach);
      if (reach <= 0.0f) continue;
      ++reached[i];
      CHECK(std::abs(whole_cells_off(phases.at(i)[0] - (points[i].norm() - kRadius) / request.layer_mm)) < 0.02);
      CHECK(phases.jacobian_at(i).determinant() > 0.0);
      CHECK(phases.jacobian_at(i).row(0).normalized().dot(points[i].normalized()) > 0.995);
    }
  }
  CHECK(*std::min_element(reached.begin(), reached.end()) >= 1);
  CHECK(*std::max_element(reached.begin(), reached.end()) >= 2);
}

TEST_CASE("the lattice holds together where charts meet") {
  // What the two faces of the shell cut off is loose in any lattice: only solid 0.5 mm away from them counts.
  const CellPtr gyroid = find_cell("gyroid-network-minus");
  SurfaceLayersRequest request = ball_request();
  struct Loose {
    double near_border = 0.0, elsewhere = 0.0;
  };
  const auto loose_shares = [&](double overlap_cells) {
    request.overlap_cells = overlap_cells;
    const SurfaceLayers layers(ball(), request, Progress());
    const Filled filled = fill(layers, request, *gyroid, 0.2, 0.12);
    const SolidPieces pieces(filled.field);
    double solid[2] = {}, loose[2] = {};
    for (std::size_t v = 0; v < filled.charts.size(); ++v) {
      if (!(filled.field.data[v] < 0.0f) || filled.depth_mm[v] < 0.5f || filled.depth_mm[v] > request.depth_mm - 0.5) continue;
      const int near = filled.border_mm[v] < 0.75f ? 0 : 1;
      solid[near] += 1.0;
      loose[near] += !pieces.in_largest(v);
    }
    const Loose result{loose[0] / solid[0], loose[1] / solid[1]};
    WARN("overlap " << overlap_cells << " cells: loose " << 100.0 * result.near_border << " % of the solid near borders, "
                    << 100.0 * result.elsewhere << " % elsewhere");
    return result;
  };
  const Loose united = loose_shares(1.0), cut = loose_shares(0.0);
  CHECK(united.near_border < 0.001);
  CHECK(united.elsewhere < 0.001);
  CHECK(united.near_border <= cut.near_border);
}

TEST_CASE("surfaces with holes and processes: indices sum to the Euler characteristic, every chart is usable") {
  const LevelSet ring = solid("ring", Vec3(10.0, 10.0, 3.0), 0.25, [](const Vec3& p) { return torus_distance(p, 7.0, 3.0); });
  SurfaceLayersRequest request;
  request.depth_mm = 1.4;
  const SurfaceLayers round(ring, request, Progress());
  CHECK(round.index_sum() == 0.0);
  CHECK(round.period_rms_fraction() < 0.25);
  WARN("torus: " << round.charts() << " charts, " << round.singularities().size() << " singular points, periods off by "
                 << 100.0 * round.period_rms_fraction() << " % RMS");
  const LevelSet vertebra = solid("vertebra", Vec3(14.0, 26.0, 7.0), 0.3, [](const Vec3& p) { return vertebra_distance(p); });
  request.depth_mm = 1.0;
  request.layer_mm = 1.0;
  const SurfaceLayers bone(vertebra, request, Progress());
  CHECK(bone.index_sum() == 0.0);
  WARN("vertebra-like: " << bone.charts() << " charts, " << bone.singularities().size() << " singular points, periods off by "
                         << 100.0 * bone.period_rms_fraction() << " % RMS");
}

TEST_CASE("impossible surface layers are refused") {
  SurfaceLayersRequest request = ball_request();
  request.layer_mm = 0.0;
  CHECK(error_of(ball(), request) == "surface layers: the layer is 0 mm; expected a positive length");
  request = ball_request();
  request.overlap_cells = 9.0;
  CHECK(error_of(ball(), request) == "surface layers: an overlap of 9 cells is not possible; expected 0 to 4");
  request = ball_request();
  request.depth_mm = 8.0;
  CHECK(error_of(ball(), request).find("surface layers 8 mm deep do not fit the body 'ball', which is 14.") == 0);
  request = ball_request();
  request.period_rms_limit_fraction = 0.001;
  CHECK(error_of(ball(), request).find("surface layers: cells are off by ") == 0);
}
