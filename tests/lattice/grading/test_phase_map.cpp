#include "core/error.h"
#include "lattice/grading/detail/phase_spline.h"
#include "lattice/grading/phase_map.h"
#include "tests/lattice/grading/phases.h"
#include "tests/lattice/grading/shapes.h"

#include <ctime>
#include <cstring>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;

namespace {

template <class F>
std::string error_of(F work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

Mat3 some_rotation() { return Eigen::AngleAxisd(0.9, Vec3(0.4, 0.8, -0.3).normalized()).toRotationMatrix(); }

}  // namespace

TEST_CASE("uniform phases count cells from the origin along the cell's axes") {
  const Vec3 edges(1.5, 2.0, 3.0), origin(0.3, -0.7, 1.1);
  const auto map = uniform_phases(edges, {origin, some_rotation()});
  REQUIRE(map->constant_jacobian());
  CHECK(map->singularities().empty());
  const auto points = random_points(Vec3::Constant(-20.0), Vec3::Constant(20.0), 300);
  const Phases phases(*map, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Vec3 own = some_rotation().transpose() * (points[i] - origin);
    for (int a = 0; a < 3; ++a) {
      CHECK(std::abs(phases.at(i)[a]) <= 0.5);
      CHECK(std::abs(whole_cells_off(phases.at(i)[a] - own[a] / edges[a])) < 1e-7);
    }
    CHECK((phases.jacobian_at(i) - *map->constant_jacobian()).cwiseAbs().maxCoeff() < 1e-7);
  }
  check_jacobian(*map, points, 0.05, 1e-4);
}

TEST_CASE("phases keep their digits far from the origin") {
  const auto map = uniform_phases(Vec3::Constant(0.7), {Vec3::Zero(), Mat3::Identity()});
  const Phases phases(*map, {Vec3(800.0, 800.0 + 1.0 / 64, -4096.0)});
  CHECK(phases.u[1][0] - phases.u[0][0] == Approx(1.0 / 64 / 0.7).epsilon(1e-5));
  CHECK(std::abs(whole_cells_off(phases.u[2][0] + 4096.0 / 0.7)) < 1e-7);
}

TEST_CASE("cylindrical phases close round the axis") {
  CylindricalPhases request;
  request.cell_edges_mm = Vec3(1.0, 1.3, 2.0);
  request.reference_radius_mm = 6.0;
  request.placement = {Vec3(1.0, 2.0, -1.0), some_rotation()};
  const auto map = cylindrical_phases(request);
  const int round = int(std::lround(2.0 * std::numbers::pi * 6.0 / 1.3));
  const auto place = [&](double r, double theta, double z) -> Vec3 {
    return request.placement.origin_Frame + some_rotation() * Vec3(r * std::cos(theta), r * std::sin(theta), z);
  };
  const double pi = std::numbers::pi;
  const Phases phases(*map, {place(6.0, 0.3, 0.0), place(6.5, 0.3, 0.5), place(6.0, pi - 1e-4, 0.0), place(6.0, -pi + 1e-4, 0.0)});
  CHECK(std::abs(phases.u[0][0]) < 1e-5);
  CHECK(std::abs(whole_cells_off(phases.u[0][1] - 0.5)) < 1e-5);
  CHECK(std::abs(whole_cells_off(phases.u[1][0] - round * 0.3 / (2 * pi))) < 1e-5);
  CHECK(phases.u[2][1] - phases.u[2][0] == Approx(0.25).margin(1e-5));
  CHECK(std::abs(whole_cells_off(phases.u[1][2] - phases.u[1][3])) < 1e-3);  // across the cut
  std::vector<Vec3> points;
  for (const Vec3& p : random_points(Vec3(2.0, -3.1, -5.0), Vec3(9.0, 3.1, 5.0), 300)) points.push_back(place(p[0], p[1], p[2]));
  check_jacobian(*map, points, 0.01, 3e-4);
  const Phases many(*map, points);
  for (std::size_t i = 0; i < points.size(); ++i) CHECK(many.jacobian_at(i).row(0).norm() == Approx(1.0));
  CHECK(std::isfinite(Phases(*map, {request.placement.origin_Frame}).jacobian_at(0).sum()));
  REQUIRE(map->singularities().size() == 1);

  request.cells_round = 12;
  const Phases twelve(*cylindrical_phases(request), {place(6.0, 0.0, 0.0), place(6.0, 2 * pi / 24, 0.0)});
  CHECK(std::abs(whole_cells_off(twelve.u[1][1] - twelve.u[1][0] - 0.5)) < 1e-5);
}

TEST_CASE("spherical phases: two poles whose indices sum to the Euler characteristic of the sphere") {
  SphericalPhases request;
  request.radial_edge_mm = 0.8;
  request.tangential_edge_mm = 1.1;
  request.reference_radius_mm = 7.0;
  request.placement = {Vec3(0.5, 0.0, 1.0), some_rotation()};
  const auto map = spherical_phases(request);
  double sum = 0.0;
  for (const PhaseSingularity& s : map->singularities()) {
    sum += s.index;
    CHECK((s.place_Frame - request.placement.origin_Frame).norm() == Approx(7.0));
  }
  CHECK(sum == 2.0);
  std::vector<Vec3> points;
  for (const Vec3& p : random_points(Vec3(5.0, 0.3, -3.1), Vec3(9.0, 2.8, 3.1), 300))
    points.push_back(request.placement.origin_Frame +
                     some_rotation() * (p[0] * Vec3(std::sin(p[1]) * std::cos(p[2]), std::sin(p[1]) * std::sin(p[2]), std::cos(p[1]))));
  check_jacobian(*map, points, 0.01, 3e-4);
  const Phases phases(*map, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Mat3 j = phases.jacobian_at(i);
    CHECK(j.row(0).norm() == Approx(1.0 / 0.8));
    CHECK(std::abs(j.row(0).dot(j.row(1))) + std::abs(j.row(0).dot(j.row(2))) + std::abs(j.row(1).dot(j.row(2))) < 1e-5);
    // From pole to pole the circle of latitude shrinks, the meridian does not.
    CHECK(j.row(2).norm() * (points[i] - request.placement.origin_Frame).norm() == Approx(20.0 / std::numbers::pi).epsilon(1e-4));
  }
}

TEST_CASE("splined phases converge to the sampled ones with the fourth order") {
  const auto exact = [](const Vec3& p) -> Vec3 {
    return {40.0 + 3.0 * p[0] + std::sin(0.7 * p[1]), 2.0 * p[1] + 0.2 * p[2] * p[2], -0.5 * p[0] + p[2] + std::cos(0.5 * p[0] * p[1])};
  };
  const auto points = random_points(Vec3::Constant(-1.5), Vec3::Constant(1.5), 400);
  double last = 0.0;
  for (const double h : {0.8, 0.4}) {
    detail::PhaseGrid grid;
    grid.spacing_mm = h;
    grid.first_Frame = Vec3::Constant(-4.0);
    grid.size = {std::int64_t(8.0 / h) + 1, std::int64_t(8.0 / h) + 1, std::int64_t(8.0 / h) + 1};
    std::array<std::vector<double>, 3> values;
    for (std::int64_t k = 0; k < grid.size[2]; ++k)
      for (std::int64_t j = 0; j < grid.size[1]; ++j)
        for (std::int64_t i = 0; i < grid.size[0]; ++i)
          for (int a = 0; a < 3; ++a) values[std::size_t(a)].push_back(exact(grid.place(i, j, k))[a]);
    const detail::PhaseSpline spline(grid, values, Vec3::Zero());
    const Phases phases(spline, points);
    double worst = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i)
      for (int a = 0; a < 3; ++a) worst = std::max(worst, std::abs(whole_cells_off(phases.at(i)[a] - exact(points[i])[a] + exact(Vec3::Zero())[a])));
    if (last > 0.0) CHECK(worst < last / 10.0);
    CHECK(worst < 5e-3);
    last = worst;
    check_jacobian(spline, random_points(Vec3::Constant(-1.5), Vec3::Constant(1.5), 100), 0.01, 1e-3);
    // Beyond the grid the derivative is constant along a line outwards.
    const Phases outside(spline, {Vec3(4.0, 1.0, 0.5), Vec3(6.0, 1.0, 0.5)});
    CHECK(std::abs(whole_cells_off(outside.at(1)[0] - outside.at(0)[0] - 2.0 * outside.jacobian_at(0)(0, 0))) < 1e-3);
  }
}

TEST_CASE("phases are the same whatever the batch") {
  const auto points = random_points(Vec3::Constant(-9.0), Vec3::Constant(9.0), 700);
  for (const auto& map : {uniform_phases(Vec3::Constant(1.1), {}), cylindrical_phases({}), spherical_phases({})}) {
    const Phases all(*map, points);
    for (std::size_t i = 0; i < points.size(); i += 97) {
      const Phases one(*map, {points[i]});
      for (int a = 0; a < 3; ++a) CHECK(one.u[a][0] == all.u[a][i]);
      for (int a = 0; a < 9; ++a) CHECK(one.jacobian[a][0] == all.jacobian[a][i]);
    }
  }
}

TEST_CASE("impossible phase maps are refused") {
  CHECK(error_of([] { uniform_phases(Vec3(1.0, 0.0, 1.0), {}); }) == "an edge of the cell is 0 mm; expected a positive length");
  CHECK(error_of([] { uniform_phases(Vec3::Ones(), {Vec3::Zero(), 2.0 * Mat3::Identity()}); }) ==
        "the rotation of the cells is no rotation matrix; expected three orthonormal, right-handed columns");
  CylindricalPhases cylinder;
  cylinder.cells_round = 0;
  CHECK(error_of([&] { cylindrical_phases(cylinder); }) == "0 cells round the circumference are not possible; expected at least 1");
  SphericalPhases sphere;
  sphere.tangential_edge_mm = 1000.0;
  CHECK(error_of([&] { spherical_phases(sphere); }) ==
        "not one cell of 1000 mm goes round a circumference of radius 10 mm; expected a smaller cell");
  sphere.reference_radius_mm = -1.0;
  CHECK(error_of([&] { spherical_phases(sphere); }) == "the reference radius of the sphere is -1 mm; expected a positive length");
}

TEST_CASE("speed of phase maps", "[.benchmark]") {
  // As builders ask: rows of neighbouring points.
  std::vector<Vec3> points;
  for (int i = 0; i < 256; ++i) points.emplace_back(-5.0 + 0.04 * i, 1.3, 0.7);
  std::vector<float> p[3];
  for (const Vec3& point : points)
    for (int a = 0; a < 3; ++a) p[a].push_back(float(point[a]));
  std::vector<float> out[12];
  float *u[3], *jacobian[9];
  for (int a = 0; a < 12; ++a) out[a].resize(points.size()), (a < 3 ? u[a] : jacobian[a - 3]) = out[a].data();
  const auto rate = [&](const PhaseMap& map) {
    const std::clock_t start = std::clock();  // of this process: others may be running
    double seconds = 0.0, count = 0.0;
    while (seconds < 0.5) {
      for (int i = 0; i < 100; ++i) map.evaluate(256, p[0].data(), p[1].data(), p[2].data(), u, jacobian);
      count += 25'600;
      seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    }
    return count / seconds * 1e-6;
  };
  detail::PhaseGrid grid;
  grid.first_Frame = Vec3::Constant(-6.0);
  grid.spacing_mm = 0.25;
  grid.size = {49, 49, 49};
  std::array<std::vector<double>, 3> values;
  for (auto& v : values) v.assign(grid.points(), 0.5);
  const double uniform = rate(*uniform_phases(Vec3::Ones(), {})), cylinder = rate(*cylindrical_phases({}));
  const double sphere = rate(*spherical_phases({})), spline = rate(detail::PhaseSpline(grid, values, Vec3::Zero()));
  WARN("M points/s: uniform " << uniform << ", cylindrical " << cylinder << ", spherical " << sphere << ", graded " << spline);
  CHECK(std::min({uniform, cylinder, sphere, spline}) > 10.0);
}
