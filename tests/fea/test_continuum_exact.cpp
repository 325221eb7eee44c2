#include "fea/continuum/hex_mesh.h"
#include "tests/fea/models.h"

#include <Eigen/LU>
#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

constexpr double kNu = 0.3;

Vec3 affine(const Vec6& e, const Vec3& x) {
  return {e[0] * x[0] + 0.5 * (e[5] * x[1] + e[4] * x[2]), e[1] * x[1] + 0.5 * (e[5] * x[0] + e[3] * x[2]),
          e[2] * x[2] + 0.5 * (e[4] * x[0] + e[3] * x[1])};
}

}  // namespace

TEST_CASE("patch test: six linear strain states are exact, for an anisotropic material too") {
  VoxelModel model = block({4, 3, 5}, 0.7, 1000.0, kNu);
  model.parts[0].share[cell_index(model, 0, 0, 4)] = 0.0f;  // a re-entrant corner
  Mat6 random = Mat6::Random();
  model.parts[0].stiffness_mpa += 50.0 * (random + random.transpose()) + 400.0 * Mat6::Identity();
  for (int state = 0; state < 6; ++state) {
    const Vec6 strain = 1e-3 * Vec6::Unit(state);
    const ContinuumResult result = solve_prescribed(
        model, [&](const Vec3& p) { return affine(strain, p); }, {1e-13, 500}, Progress());
    double error = 0.0;
    for (const Vec6& cell : result.cases[0].cell_strain) error = std::max(error, (cell - strain).norm());
    CHECK(error < 1e-12);
    const double volume = double(result.cells) * 0.7 * 0.7 * 0.7;
    CHECK(result.cases[0].strain_energy_nmm == Approx(0.5 * volume * strain.dot(model.parts[0].stiffness_mpa * strain)));
    CHECK(result.cases[0].external_work_nmm == Approx(2.0 * result.cases[0].strain_energy_nmm));
  }
}

TEST_CASE("a single cell with every displacement given has the energy of its strain") {
  const VoxelModel model = block({1, 1, 1}, 2.0, 1000.0, kNu);
  const Vec6 strain = 1e-3 * Vec6(Vec6::LinSpaced(1.0, 2.0));
  const ContinuumResult result = solve_prescribed(model, [&](const Vec3& p) { return affine(strain, p); }, {}, Progress());
  CHECK((result.cases[0].cell_strain[0] - strain).norm() < 1e-15);
  CHECK(result.cases[0].strain_energy_nmm == Approx(0.5 * 8.0 * strain.dot(model.parts[0].stiffness_mpa * strain)));
  CHECK(error_of([&] { solve_prescribed(model, [](const Vec3&) { return std::nullopt; }, {}, Progress()); }).first ==
        ExitCode::kBadInput);
}

TEST_CASE("cube between glued platens: reaction equals that of CalculiX and FAIM on the same mesh") {
  // F / (E L u) of a cube, nu = 0.3, lower face held, upper face pushed by 1 %: CalculiX 2.20 C3D8; FAIM's manual gives
  // -2651 N for the 6-cell cube of 6 mm and 6829 MPa.
  for (const auto& [n, published] : {std::pair{6, 1.078545}, {12, 1.069680}}) {
    const double length_mm = 6.0, modulus_mpa = 6829.0, push_mm = 0.01 * length_mm;
    const VoxelModel model = block({n, n, n}, length_mm / n, modulus_mpa, kNu);
    const ContinuumResult result = solve_prescribed(
        model,
        [&](const Vec3& p) -> std::optional<Vec3> {
          if (p.z() < 1e-9) return Vec3(0, 0, 0);
          if (p.z() > length_mm - 1e-9) return Vec3(0, 0, -push_mm);
          return {};
        },
        {1e-10, 500}, Progress());
    const double force_n = result.cases[0].reaction_force_n.z();
    CHECK(force_n / (modulus_mpa * length_mm * push_mm) == Approx(published).margin(1.5e-6));
    if (n == 6) CHECK(force_n == Approx(2651.0).margin(0.6));
  }
}

TEST_CASE("uniaxial bar without lateral effect: u = F L / (E A)") {
  const VoxelModel model = block({2, 2, 8}, 1.0, 2000.0, 0.0);
  const ContinuumResult result =
      solve_continuum(model, {{"axial", "Axial", Vec3(0, 0, -40), Vec3::Zero()}}, {1e-12, 500}, {}, Progress());
  const CaseResult& axial = result.cases[0];
  CHECK(axial.top_displacement_mm.z() == Approx(-40.0 * 8.0 / (2000.0 * 4.0)).epsilon(1e-9));
  CHECK(axial.parts[0].von_mises_max_mpa == Approx(10.0).epsilon(1e-9));
  CHECK(axial.parts[0].von_mises_mean_mpa == Approx(10.0).epsilon(1e-9));
  CHECK(axial.parts[0].principal_stress_min_mpa == Approx(-10.0).epsilon(1e-9));
  CHECK(axial.parts[0].principal_strain_min == Approx(-0.005).epsilon(1e-9));
  CHECK(axial.strain_energy_nmm == Approx(0.5 * 40.0 * 0.04).epsilon(1e-9));
}

TEST_CASE("two layers in series: E of shares and factors") {
  // Lower half: 30 % share of factor 2; upper half: full share of another part. nu = 0: a chain of springs.
  VoxelModel model = block({2, 2, 4}, 1.0, 1000.0, 0.0);
  model.parts.push_back({"stiff", isotropic_stiffness(5000.0, 0.0), std::vector<float>(16, 0.0f), {}});
  model.parts[0].factor.assign(16, 2.0f);
  for (std::size_t cell = 0; cell < 16; ++cell) {
    model.parts[0].share[cell] = cell < 8 ? 0.3f : 0.0f;
    model.parts[1].share[cell] = cell < 8 ? 0.0f : 1.0f;
  }
  const ContinuumResult result =
      solve_continuum(model, {{"axial", "Axial", Vec3(0, 0, 12), Vec3::Zero()}}, {1e-12, 500}, {}, Progress());
  CHECK(result.cases[0].top_displacement_mm.z() == Approx(3.0 * (2.0 / 600.0 + 2.0 / 5000.0)).epsilon(1e-6));
  CHECK(result.cell_part.front() == 0);
  CHECK(result.cell_part.back() == 1);
  CHECK(result.cases[0].parts[0].cells == 0);  // nowhere half of a cell
  CHECK(result.cases[0].parts[1].von_mises_max_mpa == Approx(3.0).epsilon(1e-6));
}

TEST_CASE("cantilever converges to Timoshenko's beam from below, at second order") {
  // P L^3 / 3EI + P L / (kappa G A) with kappa = 10 (1 + nu) / (12 + 11 nu). nu = 0, because the clamped end of a solid also
  // hinders lateral strain, which a beam does not.
  const double length_mm = 10.0, width_mm = 2.0, modulus_mpa = 1000.0, force_n = 1.0;
  const double inertia = std::pow(width_mm, 4) / 12.0, shear_modulus = modulus_mpa / 2.0;
  const double exact_mm = force_n * std::pow(length_mm, 3) / (3 * modulus_mpa * inertia) +
                          force_n * length_mm / (10.0 / 12.0 * shear_modulus * width_mm * width_mm);
  std::vector<double> deflection;
  for (const int n : {2, 4, 8}) {
    const VoxelModel model = block({n, n, 5 * n}, width_mm / n, modulus_mpa, 0.0);
    const ContinuumResult result =
        solve_continuum(model, {{"tip", "Tip", Vec3(force_n, 0, 0), Vec3::Zero()}}, {}, {}, Progress());
    deflection.push_back(result.cases[0].top_displacement_mm.x());
  }
  CHECK(deflection[0] < deflection[1]);
  CHECK(deflection[1] < deflection[2]);
  const double ratio = (deflection[1] - deflection[0]) / (deflection[2] - deflection[1]);
  CHECK(ratio > 3.0);
  CHECK(ratio < 5.0);
  const double extrapolated = deflection[2] + (deflection[2] - deflection[1]) / 3.0;
  CHECK(extrapolated == Approx(exact_mm).epsilon(0.005));
}

TEST_CASE("pure bending: rotation M L / (E I)") {
  const double length_mm = 12.0, width_mm = 2.0, modulus_mpa = 1000.0, moment_nmm = 5.0;
  std::vector<double> rotation_deg;
  for (const int n : {3, 6}) {
    const VoxelModel model = block({n, n, 6 * n}, width_mm / n, modulus_mpa, 0.0);
    const ContinuumResult result = solve_continuum(
        model, {{"bend", "Bend", Vec3::Zero(), Vec3(moment_nmm, 0, 0)}}, {}, {}, Progress());
    rotation_deg.push_back(result.cases[0].top_rotation_deg.x());
    CHECK(result.cases[0].top_displacement_mm.y() < 0.0);  // flexion tips the top to -y
    CHECK(std::abs(result.cases[0].top_displacement_mm.x()) < 1e-9);
  }
  const double exact_deg = 180.0 / M_PI * moment_nmm * length_mm / (modulus_mpa * std::pow(width_mm, 4) / 12.0);
  CHECK(rotation_deg[1] + (rotation_deg[1] - rotation_deg[0]) / 3.0 == Approx(exact_deg).epsilon(2e-3));
}

TEST_CASE("square bar in torsion: T = 0.140577 G theta' a^4") {
  const double width_mm = 2.0, modulus_mpa = 1000.0, torque_nmm = 10.0;
  // The twist between two bar lengths: the ends (held, loaded) disturb both bars alike.
  std::vector<double> rate;  // deg/mm
  for (const int n : {4, 8}) {
    std::vector<double> rotation_deg;
    for (const int lengths : {3, 5}) {
      const VoxelModel model = block({n, n, lengths * n}, width_mm / n, modulus_mpa, kNu);
      const ContinuumResult result = solve_continuum(
          model, {{"twist", "Twist", Vec3::Zero(), Vec3(0, 0, torque_nmm)}}, {}, {}, Progress());
      rotation_deg.push_back(result.cases[0].top_rotation_deg.z());
    }
    rate.push_back((rotation_deg[1] - rotation_deg[0]) / (2.0 * width_mm));
  }
  const double exact = 180.0 / M_PI * torque_nmm / (0.140577 * (modulus_mpa / 2.6) * std::pow(width_mm, 4));
  CHECK(rate[1] + (rate[1] - rate[0]) / 3.0 == Approx(exact).epsilon(3e-3));
  CHECK(rate[1] == Approx(exact).epsilon(0.02));
}

TEST_CASE("an axial load strains stiff and soft bone alike: the exact solution of a composite bar") {
  // Without lateral contraction, bars of 1000 and 100 MPa side by side shorten equally: strain = F / sum of E A.
  VoxelModel model = block({4, 2, 5}, 1.0, 1000.0, 0.0);
  model.parts[0].factor.assign(model.cell_count(), 1.0f);
  for (std::int64_t k = 0; k < 5; ++k)
    for (std::int64_t j = 0; j < 2; ++j)
      for (std::int64_t i = 2; i < 4; ++i) model.parts[0].factor[cell_index(model, i, j, k)] = 0.1f;
  LoadCase load;
  load.name = "compression";
  load.force_n = Vec3(0, 0, -44);
  const ContinuumResult result = solve_continuum(model, {load}, {1e-12, 500}, {}, Progress());
  const double strain = -44.0 / (4 * 1000.0 + 4 * 100.0);
  for (const Vec6& cell : result.cases[0].cell_strain) {
    CHECK(cell[2] == Approx(strain).epsilon(1e-6));
    CHECK(std::abs(cell[3]) + std::abs(cell[4]) < 1e-6 * std::abs(strain));
  }
  CHECK(result.cases[0].balance_error < 1e-9);
}
