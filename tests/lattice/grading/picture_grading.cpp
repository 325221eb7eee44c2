/// Makes docs/pictures/grading-phase-integration.png: not a test of its own, but run by hand (see docs/06-grading.md).

#include "geometry/picture/slice.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/grading/graded_phases.h"
#include "tests/lattice/grading/phases.h"
#include "tests/lattice/grading/shapes.h"

#include <cstdlib>
#include <iostream>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;

TEST_CASE("picture of a graded gyroid by phase integration beside the naive one", "[.picture]") {
  const char* folder = std::getenv("SPONGIOSA_PICTURES");
  if (!folder) {
    std::cout << "SKIPPED: set SPONGIOSA_PICTURES to the folder for the picture\n";
    return;
  }
  const Vec3 half(14.0, 7.0, 2.0);
  const geometry::Box box = geometry::Box{-half, half}.grown(1.0);
  const auto zone = geometry::LevelSet::from_function("zone", geometry::Frame(), box, 0.25, 3.0, [=](const Vec3& p) { return box_distance(p, half); });
  const FieldSources sources(zone);
  const Field size("ramp(x,-14,14,1.2,3)", sources);
  GradedPhasesRequest request;
  request.wanted.edges_mm = {size, size, size};
  request.period_rms_limit_fraction = 0.5;
  const GradedPhases graded = integrate_phases(request, zone, Progress());
  const CellPtr cell = find_cell("gyroid-sheet");
  const double level = level_for_density(*cell, 0.25);

  const auto integrated = [&](const Vec3& p) { return value_at(*cell, Phases(*graded.map, {p}).at(0), level).value; };
  const auto naive = [&](const Vec3& p) { return value_at(*cell, p / size.value(p), level).value; };
  geometry::SlicePlane plane;
  plane.width_mm = 2.0 * half[0];
  plane.height_mm = 2.0 * half[1];
  plane.px_per_mm = 28.0;
  plane.centre_Patient = Vec3(0.0, 0.0, 0.3);
  const int width = plane.width_px(), height = plane.height_px(), gap = 16;
  geometry::Picture both(width, 2 * height + gap, {255, 255, 255});
  geometry::Picture panel(width, height, {238, 240, 244});
  geometry::tint_inside(panel, plane, integrated, {38, 70, 110}, 1.0);
  geometry::paste(both, panel, 0, 0);
  panel = geometry::Picture(width, height, {238, 240, 244});
  geometry::tint_inside(panel, plane, naive, {150, 62, 40}, 1.0);
  geometry::paste(both, panel, 0, height + gap);
  geometry::write_png(std::string(folder) + "/grading-phase-integration.png", both);

  double squares = 0.0;
  const auto points = random_points(-half, half, 20000);
  for (const Vec3& p : points) {
    const double a = size.value(p), slope = 1.8 / 28.0;
    squares += std::pow(1.0 / std::abs(1.0 - p[0] * slope / a) - 1.0, 2);
  }
  const PhaseReport& r = graded.report;
  WARN("integrated: period " << 100 * r.period_fraction.rms << " % RMS, " << 100 * r.period_fraction.percentile_99 << " % p99, "
                             << 100 * r.period_fraction.most << " % most, shear " << r.shear_deg.rms << ", direction " << r.orientation_deg.rms
                             << " deg RMS; naive along x: " << 100 * std::sqrt(squares / 20000) << " % RMS");
}
