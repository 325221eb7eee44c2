#include "core/error.h"
#include "core/threads.h"
#include "lattice/grading/graded_phases.h"
#include "tests/lattice/grading/phases.h"
#include "tests/lattice/grading/shapes.h"

#include <cstring>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::LevelSet;

namespace {

LevelSet block(const Vec3& half, const Vec3& centre = Vec3::Zero()) {
  const geometry::Box box = geometry::Box{centre - half, centre + half}.grown(1.0);
  return LevelSet::from_function("zone", tilted_frame(), box, 0.25, 3.0, [=](const Vec3& p) { return box_distance(p - centre, half); });
}

GradedPhasesRequest request(const FieldSources& sources, const std::string& a, const std::string& b, const std::string& c) {
  GradedPhasesRequest r;
  r.wanted.edges_mm = {Field(a, sources), Field(b, sources), Field(c, sources)};
  return r;
}

std::string error_of(const GradedPhasesRequest& r, const LevelSet& zone) {
  try {
    integrate_phases(r, zone, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an edge graded along its own axis is met, and the phase is its integral") {
  const LevelSet zone = block(Vec3(10.0, 4.0, 4.0));
  const FieldSources sources(zone);
  const auto r = request(sources, "2+0.1*x", "1.5", "1.2");
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  CHECK(graded.report.period_fraction.rms < 0.002);
  CHECK(graded.report.period_fraction.most < 0.01);
  CHECK(graded.report.shear_deg.most < 0.5);
  CHECK(graded.report.orientation_deg.most < 0.5);
  CHECK(graded.report.points > 50'000);
  // u = integral of dx / (2 + 0.1 x) = 10 log((2 + 0.1 x) / 2)
  const auto points = random_points(Vec3(-9.9, -3.9, -3.9), Vec3(9.9, 3.9, 3.9), 300);
  const Phases phases(*graded.map, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(std::abs(whole_cells_off(phases.at(i)[0] - 10.0 * std::log(1.0 + 0.05 * points[i][0]))) < 2e-3);
    CHECK(std::abs(whole_cells_off(phases.at(i)[1] - points[i][1] / 1.5)) < 2e-3);
  }
  check_jacobian(*graded.map, points, 0.02, 2e-3);
}

TEST_CASE("the error of an integrable grading falls with the grid") {
  const LevelSet zone = block(Vec3(6.0, 3.0, 3.0));
  const FieldSources sources(zone);
  auto r = request(sources, "1.5+0.5*sin(0.6*x)", "2", "2");
  r.grid_mm = 1.0;
  const double coarse = integrate_phases(r, zone, Progress()).report.period_fraction.rms;
  r.grid_mm = 0.5;
  const double fine = integrate_phases(r, zone, Progress()).report.period_fraction.rms;
  CHECK(fine < coarse / 3.0);
  CHECK(fine < 0.005);
}

TEST_CASE("the logarithmic map: isotropic grading in a plane with a turn that goes with it") {
  // Away from the axis: edge c r in both directions, turned by theta. Phases log(r)/c and theta/c.
  const Vec3 centre(12.0, 0.0, 0.0);
  const LevelSet zone = block(Vec3(6.0, 6.0, 3.0), centre);
  const FieldSources sources(zone);
  auto r = request(sources, "0.15*r", "0.15*r", "1.8");
  r.wanted.turns_deg[2] = Field("theta*180/pi", sources);
  r.origin_Frame = centre;
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  CHECK(graded.report.period_fraction.rms < 0.02);
  CHECK(graded.report.period_fraction.rms < 0.004);
  CHECK(graded.report.orientation_deg.rms < 0.3);
  CHECK(graded.report.shear_deg.rms < 0.3);
  const auto points = random_points(centre - Vec3(5.9, 5.9, 2.9), centre + Vec3(5.9, 5.9, 2.9), 200);
  const Phases phases(*graded.map, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double radius = std::hypot(points[i][0], points[i][1]), theta = std::atan2(points[i][1], points[i][0]);
    CHECK(std::abs(whole_cells_off(phases.at(i)[0] - std::log(radius / 12.0) / 0.15)) < 0.01);
    CHECK(std::abs(whole_cells_off(phases.at(i)[1] - theta / 0.15)) < 0.01);
  }
}

TEST_CASE("a logarithmic spiral: the same with a constant turn added") {
  const Vec3 centre(12.0, 0.0, 0.0);
  const LevelSet zone = block(Vec3(5.0, 5.0, 2.0), centre);
  const FieldSources sources(zone);
  auto r = request(sources, "0.15*r", "0.15*r", "1.8");
  r.wanted.turns_deg[2] = Field("theta*180/pi", sources);
  r.wanted.rotation = Eigen::AngleAxisd(0.6, Vec3::UnitZ()).toRotationMatrix();
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  CHECK(graded.report.period_fraction.rms < 0.02);
  CHECK(graded.report.orientation_deg.rms < 0.3);
}

TEST_CASE("turned cells whose rows are gradients: layers round an axis") {
  const Vec3 centre(9.0, 0.0, 0.0);
  const LevelSet zone = block(Vec3(4.0, 4.0, 2.0), centre);
  const FieldSources sources(zone);
  auto r = request(sources, "1.2", "0.14*r", "1.5");
  r.wanted.turns_deg[2] = Field("theta*180/pi", sources);
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  CHECK(graded.report.period_fraction.rms < 0.005);
  CHECK(graded.report.orientation_deg.rms < 0.3);
}

TEST_CASE("isotropic grading across its axis has no exact map: the report says so, the limit refuses it") {
  const LevelSet zone = block(Vec3(6.0, 3.0, 3.0));
  const FieldSources sources(zone);
  const std::string size = "ramp(x,-6,6,1.5,3)";
  auto r = request(sources, size, size, size);
  r.period_rms_limit_fraction = 0.02;
  const std::string message = error_of(r, zone);
  CHECK(message.find("no connected lattice has the wanted cell sizes and directions within 2.0 % RMS (period ") == 0);
  CHECK(message.find("expected a gentler grading") != std::string::npos);
  r.period_rms_limit_fraction = 0.5;
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  const PhaseReport& report = graded.report;
  CHECK(report.period_fraction.rms > 0.02);
  CHECK(report.period_fraction.rms < 0.05);
  CHECK(report.period_fraction.most >= report.period_fraction.percentile_99);
  CHECK(report.period_fraction.percentile_99 >= report.period_fraction.rms);
  CHECK(report.least_volume_ratio > 0.3);
  // The naive phases x / a(x) have the derivative 1/a - x a'/a^2 along x.
  double naive = 0.0, integrated = 0.0;
  const auto points = random_points(Vec3(-5.9, -2.9, -2.9), Vec3(5.9, 2.9, 2.9), 2000);
  const Phases phases(*graded.map, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double a = 2.25 + 0.125 * points[i][0];
    const double row = 1.0 / a - points[i][0] * 0.125 / (a * a);
    naive += std::pow(1.0 / (row * a) - 1.0, 2);
    integrated += std::pow(1.0 / (phases.jacobian_at(i)(0, 0) * a) - 1.0, 2);
  }
  CHECK(integrated < 0.05 * naive);
  // The map of errors is -1 outside, and its largest value is the reported one.
  float largest = -2.0f, least = 2.0f;
  for (const float v : report.period_error.data) largest = std::max(largest, v), least = std::min(least, v);
  CHECK(largest == Approx(report.period_fraction.most));
  CHECK((least == -1.0f || least >= 0.0f));
}

TEST_CASE("constant fields give the uniform map") {
  const LevelSet zone = block(Vec3(3.0, 3.0, 3.0));
  GradedPhasesRequest r;
  r.wanted.edges_mm = {Field(1.0), Field(1.5), Field(2.0)};
  r.wanted.turns_deg = {Field(20.0), Field(-30.0), Field(40.0)};
  r.origin_Frame = Vec3(0.2, 0.1, 0.0);
  const GradedPhases graded = integrate_phases(r, zone, Progress());
  REQUIRE(graded.map->constant_jacobian());
  CHECK(graded.grid_mm == 0.0);
  CHECK(graded.report.period_fraction.most < 1e-5);
  CHECK(graded.report.orientation_deg.most < 0.05);
}

TEST_CASE("the phases are the same for any number of threads") {
  const LevelSet zone = block(Vec3(4.0, 3.0, 3.0));
  const FieldSources sources(zone);
  const auto r = request(sources, "1.5+0.05*x", "1.5", "1.5+0.1*z");
  const auto points = random_points(Vec3(-4.0, -3.0, -3.0), Vec3(4.0, 3.0, 3.0), 500);
  set_thread_count(1);
  const GradedPhases one = integrate_phases(r, zone, Progress());
  set_thread_count(2);
  const GradedPhases two = integrate_phases(r, zone, Progress());
  set_thread_count(0);
  const Phases a(*one.map, points), b(*two.map, points);
  for (int i = 0; i < 3; ++i) CHECK(std::memcmp(a.u[i].data(), b.u[i].data(), a.u[i].size() * sizeof(float)) == 0);
  CHECK(one.report.period_fraction.rms == two.report.period_fraction.rms);
}

TEST_CASE("gradings that cannot be made are refused with the place or the figures") {
  const LevelSet zone = block(Vec3(4.0, 3.0, 3.0));
  const FieldSources sources(zone);
  CHECK(error_of(request(sources, "x", "1", "1"), zone).find("cell edge 'x' is -") == 0);
  CHECK(error_of(request(sources, "sqrt(x)", "1", "1"), zone).find("cell edge 'sqrt(x)' is not a number at (-") == 0);
  auto r = request(sources, "1.5+0.05*x", "1", "1");
  r.grid_mm = 0.01;
  CHECK(error_of(r, zone).find("a phase grid of 0.01 mm has ") == 0);
  r.grid_mm = -1.0;
  CHECK(error_of(r, zone) == "the grid of the phases is -1 mm; expected a positive spacing");
  // Half a turn within the zone: cells would have to overlap.
  auto twisted = request(sources, "1", "1", "1");
  twisted.wanted.turns_deg[2] = Field("80*x", sources);
  twisted.period_rms_limit_fraction = 1e9;
  CHECK(error_of(twisted, zone).find("the wanted cell sizes and directions make cells fold over (period ") == 0);
}
