#include "lattice/grading/graded_phases.h"

#include "core/error.h"
#include "lattice/grading/detail/phase_integration.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::lattice {
namespace {

constexpr double kRadians = std::numbers::pi / 180.0;
constexpr double kLeastEdge_mm = 0.01, kMostEdge_mm = 100.0;
constexpr double kDefaultPoints = 200'000, kMostPoints = 2e6;
constexpr int kMargin = 3;  ///< grid points beyond the zone: the spline's ends are felt by less than 2 % there
constexpr float kOutsideWeight = 1e-3f;

Mat3 turn_about(int axis, double angle_deg) {
  return Eigen::AngleAxisd(kRadians * angle_deg, Vec3::Unit(axis)).toRotationMatrix();
}

detail::PhaseGrid grid_around(const geometry::Box& box, double spacing_mm) {
  detail::PhaseGrid grid;
  grid.spacing_mm = spacing_mm;
  const Vec3 margin = Vec3::Constant(kMargin * spacing_mm);
  grid.first_Frame = box.min - margin;
  for (int a = 0; a < 3; ++a) grid.size[a] = std::int64_t(std::ceil((box.size()[a] + 2.0 * margin[a]) / spacing_mm)) + 1;
  return grid;
}

detail::PhaseGrid choose_grid(const geometry::Box& box, const std::optional<double>& asked_mm, double least_edge_mm) {
  if (asked_mm) {
    if (!(*asked_mm > 0.0)) fail_input("the grid of the phases is {} mm; expected a positive spacing", *asked_mm);
    const detail::PhaseGrid grid = grid_around(box, *asked_mm);
    if (double(grid.points()) > kMostPoints)
      fail_input("a phase grid of {} mm has {} points in the zone; expected at most {:.0f}: choose a coarser one, or none for the default",
                 *asked_mm, grid.points(), kMostPoints);
    return grid;
  }
  double spacing_mm = 0.25 * least_edge_mm;
  detail::PhaseGrid grid = grid_around(box, spacing_mm);
  while (double(grid.points()) > kDefaultPoints) grid = grid_around(box, spacing_mm *= 1.03);
  return grid;
}

void check_limits(const GradedPhases& result, double limit_fraction) {
  const PhaseReport& r = result.report;
  const std::string figures = fmt::format(
      "period {:.1f} % RMS, {:.1f} % at the 99th percentile, {:.1f} % at most; shear {:.1f} deg RMS; direction {:.1f} deg RMS",
      100.0 * r.period_fraction.rms, 100.0 * r.period_fraction.percentile_99, 100.0 * r.period_fraction.most, r.shear_deg.rms,
      r.orientation_deg.rms);
  if (r.least_volume_ratio <= 0.0)
    fail_input("the wanted cell sizes and directions make cells fold over ({}); expected gentler gradings", figures);
  if (r.period_fraction.rms > limit_fraction)
    fail_input("no connected lattice has the wanted cell sizes and directions within {:.1f} % RMS ({}); expected a gentler grading, one "
               "of a cell edge along its own axis, a turn that goes with it, or a higher limit",
               100.0 * limit_fraction, figures);
}

}  // namespace

bool WantedCells::is_constant() const {
  const auto constant = [](const Field& field) { return field.is_constant(); };
  return std::all_of(edges_mm.begin(), edges_mm.end(), constant) && std::all_of(turns_deg.begin(), turns_deg.end(), constant);
}

void WantedCells::evaluate(int n, const float* x, const float* y, const float* z, float* const rows[9]) const {
  std::vector<float> edge[3], turn[3];
  bool turns_constant = true;
  for (std::size_t a = 0; a < 3; ++a) {
    edge[a].resize(std::size_t(n));
    turn[a].resize(std::size_t(n));
    edges_mm[a].evaluate(n, x, y, z, edge[a].data());
    turns_deg[a].evaluate(n, x, y, z, turn[a].data());
    turns_constant = turns_constant && turns_deg[a].is_constant();
  }
  Mat3 r = rotation;
  for (std::size_t p = 0; p < std::size_t(n); ++p) {
    if (p == 0 || !turns_constant) r = turn_about(2, turn[2][p]) * turn_about(1, turn[1][p]) * turn_about(0, turn[0][p]) * rotation;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) rows[3 * i + j][p] = float(r(j, i) / double(edge[i][p]));
  }
}

GradedPhases integrate_phases(const GradedPhasesRequest& request, const geometry::LevelSet& zone, const Progress& progress) {
  const WantedCells& wanted = request.wanted;
  double least_edge_mm = kMostEdge_mm;
  for (const Field& edge : wanted.edges_mm)
    least_edge_mm = std::min(least_edge_mm, check_field(edge, {"cell edge", "mm", kLeastEdge_mm, kMostEdge_mm}, zone).least);
  for (const Field& turn : wanted.turns_deg) check_field(turn, {"turn of the cells", "deg", -36000.0, 36000.0}, zone);

  GradedPhases result;
  if (wanted.is_constant()) {
    const Vec3 zero = Vec3::Zero();
    Mat3 rotation = wanted.rotation;
    for (int a = 0; a < 3; ++a) rotation = turn_about(a, wanted.turns_deg[std::size_t(a)].value(zero)) * rotation;
    const Vec3 edges(wanted.edges_mm[0].value(zero), wanted.edges_mm[1].value(zero), wanted.edges_mm[2].value(zero));
    result.map = uniform_phases(edges, {request.origin_Frame, rotation});
  } else {
    const geometry::Box box = zone.solid_bounds();
    const detail::PhaseGrid grid = choose_grid(box, request.grid_mm, least_edge_mm);
    result.grid_mm = grid.spacing_mm;
    const auto rows_and_weights = [&](int n, const float* x, const float* y, const float* z, float* const rows[9], float* const weight[3]) {
      wanted.evaluate(n, x, y, z, rows);
      const geometry::LevelSet::Sampler distance(zone);
      const double near_mm = std::min(grid.spacing_mm, 0.9 * zone.band_mm());
      for (int i = 0; i < n; ++i) {
        const bool in_zone = distance.value(Vec3(x[i], y[i], z[i])) < near_mm;
        bool usable = true;  // beyond the zone fields may be anything
        for (int a = 0; a < 9; ++a) usable = usable && std::isfinite(rows[a][i]) && std::abs(rows[a][i]) <= 1.0 / kLeastEdge_mm;
        for (int a = 0; a < 9 && !usable; ++a) rows[a][i] = 0.0f;
        for (int a = 0; a < 3; ++a) weight[a][i] = in_zone && usable ? 1.0f : kOutsideWeight;
      }
    };
    result.map = std::make_shared<detail::PhaseSpline>(grid, detail::integrate_rows(grid, rows_and_weights, 0, progress.part(0.0, 0.8)),
                                                       request.origin_Frame);
  }
  result.report = measure_phases(*result.map, wanted, zone, progress.part(0.8, 1.0));
  check_limits(result, request.period_rms_limit_fraction);
  return result;
}

}  // namespace spongiosa::lattice
