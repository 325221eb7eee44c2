#include "core/error.h"
#include "fea/material/material.h"
#include "fea/results/principal.h"
#include "fea/tetrahedra/solve_tets.h"
#include "geometry/tetrahedra/mesh_solid.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;
using geometry::SolidBox;
using geometry::SolidValue;

namespace {

constexpr double kModulus_mpa = 110000.0, kPoisson = 0.3;

/// What is left of a cube when a ball about its corner is taken out.
const geometry::SolidFunction kCavity = [](const Vec3& p) { return SolidValue{1.0 - p.norm(), -p.normalized()}; };
const SolidBox kCube{Vec3::Zero(), Vec3::Constant(2.0)};

bool on_box(const Vec3& p) { return p.minCoeff() == 0.0 || p.maxCoeff() == 2.0; }

}  // namespace

TEST_CASE("a linear displacement is reproduced: uniform stress in every cell, straight or curved") {
  const geometry::TetMesh mesh = mesh_solid(kCavity, kCube, {0.7}, Progress());
  const Mat3 gradient = (Mat3() << 1e-3, 2e-4, 0, 2e-4, -5e-4, 3e-4, 0, 3e-4, 7e-4).finished();
  Vec6 strain;
  strain << gradient(0, 0), gradient(1, 1), gradient(2, 2), 2 * gradient(1, 2), 2 * gradient(0, 2), 2 * gradient(0, 1);
  const Vec6 stress = isotropic_stiffness(kModulus_mpa, kPoisson) * strain;
  // The cavity's surface is held too: a free surface would not carry a uniform stress.
  const TetSolution solution = solve_tets(mesh, kModulus_mpa, kPoisson, [&](const Vec3& p) { return std::optional<Vec3>(gradient * p); }, {1e-10}, Progress());
  double volume = 0.0;
  for (const TetStress& s : solution.volume) {
    volume += s.weight;
    REQUIRE((s.stress_mpa - stress).norm() < 1e-6 * stress.norm());
  }
  CHECK(solution.surface.empty());
  CHECK(volume == Approx(geometry::tet_volume_mm3(mesh)).epsilon(2e-3));  // four points are not exact for curved cells
  CHECK(solution.strain_energy_nmm == Approx(0.5 * strain.dot(stress) * volume).epsilon(1e-8));
  Vec3 sum = Vec3::Zero();
  for (const Vec3& r : solution.reaction_n) sum += r;
  CHECK(sum.norm() < 1e-6 * stress.norm());
}

TEST_CASE("spherical cavity under equal pull: stress at the free surface converges with the square of the edge") {
  // Lame: sigma_r = p (1 - (a/r)^3), sigma_t = p (1 + (a/r)^3 / 2), u = p ((1 - 2 nu) r + (1 + nu) a^3 / (2 r^2)) / E.
  constexpr double kPull_mpa = 100.0;
  const auto exact = [](const Vec3& p) -> std::optional<Vec3> {
    if (!on_box(p)) return std::nullopt;
    const double r = p.norm();
    return kPull_mpa / kModulus_mpa * ((1.0 - 2.0 * kPoisson) * r + (1.0 + kPoisson) / (2.0 * r * r)) * p / r;
  };
  double before = 0.0;
  for (const double edge : {0.5, 0.25}) {
    // A distance that does not bind, so that the surface is refined with the edge.
    const geometry::TetMesh mesh = mesh_solid(kCavity, kCube, {edge, 0.3 * edge}, Progress());
    const TetSolution solution = solve_tets(mesh, kModulus_mpa, kPoisson, exact, {}, Progress());
    double squares = 0.0, area = 0.0;
    for (const TetStress& s : solution.surface) {
      const double error = von_mises(s.stress_mpa) / (1.5 * kPull_mpa) - 1.0;
      squares += s.weight * error * error;
      area += s.weight;
    }
    CHECK(area == Approx(0.5 * 3.14159265).epsilon(0.01));
    const double rms = std::sqrt(squares / area);
    CAPTURE(edge, mesh.cells.size(), rms, before);
    if (before > 0.0) {
      CHECK(rms < 0.03);
      CHECK(rms < before / 2.5);
    }
    before = rms;
  }
}

TEST_CASE("what makes no sense is refused by name") {
  const geometry::TetMesh mesh = mesh_solid(kCavity, kCube, {1.0}, Progress());
  const auto message = [&](const geometry::TetMesh& used, double poisson, double tolerance, const PrescribedDisplacement& prescribed) {
    try {
      solve_tets(used, kModulus_mpa, poisson, prescribed, {tolerance}, Progress());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const auto nothing = [](const Vec3&) { return std::optional<Vec3>(); };
  using Catch::Contains;
  CHECK_THAT(message(mesh, 0.3, 1e-8, nothing), Contains("prescribed at 0 nodes"));
  CHECK_THAT(message(mesh, 0.3, 2.0, nothing), Contains("tolerance"));
  CHECK_THAT(message(mesh, 0.5, 1e-8, nothing), Contains("Poisson"));
  CHECK_THAT(message({}, 0.3, 1e-8, nothing), Contains("empty"));
  CHECK_THAT(message(mesh, 0.3, 1e-8, [](const Vec3&) { return std::optional<Vec3>(Vec3::Constant(NAN)); }), Contains("not finite"));
}
