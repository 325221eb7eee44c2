/// Stress of the voxel engine against a body-fitted mesh of quadratic tetrahedra: one gyroid cell and one octet cell between bonded platens.
/// Usage: validate_body_fitted [gyroid | octet] [--tetrahedra EDGE ...] [--voxels PER_STRUT ...]
/// EDGE: of the tetrahedra, in cells, coarse to fine; the finest is the reference.

#include "core/error.h"
#include "fea/micro/halved_voxels.h"
#include "fea/micro/platen_test.h"
#include "fea/micro/stress_statistics.h"
#include "fea/results/principal.h"
#include "fea/tetrahedra/solve_tets.h"
#include "geometry/tetrahedra/mesh_solid.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"
#include "validation/record.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace spongiosa;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

constexpr double kPoisson = 0.3;
constexpr double kZone = 0.05;   ///< of the height at both ends: stress there is that of the clamp
constexpr double kLimit = 0.05;  ///< of the 99.9th percentile by volume, at 12 voxels per strut
constexpr double kForceLimit = 0.02;

/// A cell of edge 1 with modulus 1, pressed by 1: stresses are told over force by area of the cell.
struct Case {
  std::string name;
  lattice::CellPtr cell;
  double level;
  double strut;  ///< diameter of struts, thickness of walls
};

Case make_case(const std::string& name) {
  lattice::CellSpec spec;
  if (name == "octet") {
    spec.name = "octet";
    spec.node_fillet = 1.0 / 24.0;  // a quarter of the strut's diameter
    return {name, lattice::make_cell(spec), 1.0 / 12.0, 1.0 / 6.0};
  }
  if (name != "gyroid") fail_usage("unknown cell '{}'; known are gyroid and octet", name);
  spec.name = "gyroid-sheet";
  const lattice::CellPtr cell = lattice::make_cell(spec);
  return {name, cell, lattice::level_for_density(*cell, 0.3), 0.097};  // mean wall, docs/07-micro-finite-elements.md
}

struct Measured {
  double force = 0.0;
  std::array<double, 4> volume{}, surface{};  ///< median, 99, 99.9 %, peak; over the nominal stress
};

Measured measured(double force, const fea::StressHistogram& volume, const fea::StressHistogram& surface) {
  const auto numbers = [&](const fea::StressHistogram& h) {
    return std::array<double, 4>{h.percentile(0.5) / force, h.percentile(0.99) / force, h.percentile(0.999) / force, h.peak() / force};
  };
  return {force, numbers(volume), numbers(surface)};
}

Measured by_tetrahedra(const Case& which, double edge) {
  const auto begin = Clock::now();
  const auto solid = [&](const Vec3& p) {
    const lattice::CellValue at = lattice::value_at(*which.cell, p, which.level);
    return geometry::SolidValue{at.value, at.gradient};
  };
  const geometry::TetMesh mesh = geometry::mesh_solid(solid, {Vec3::Zero(), Vec3::Ones()}, {edge}, Progress());
  const double meshed_s = seconds_since(begin);
  const auto platens = [](const Vec3& p) -> std::optional<Vec3> {
    if (p.z() == 0.0) return Vec3(0, 0, 0);
    if (p.z() == 1.0) return Vec3(0, 0, -1);
    return std::nullopt;
  };
  const fea::TetSolution solution = fea::solve_tets(mesh, 1.0, kPoisson, platens, {1e-7, 2000}, Progress());
  fea::StressHistogram volume, surface;
  for (const auto& [samples, histogram] : {std::pair{&solution.volume, &volume}, std::pair{&solution.surface, &surface}})
    for (const fea::TetStress& s : *samples)
      if (s.place_mm.z() > kZone && s.place_mm.z() < 1.0 - kZone) histogram->add(float(fea::von_mises(s.stress_mpa)), 1e6 * s.weight);
  const Measured result = measured(2.0 * solution.strain_energy_nmm, volume, surface);
  std::printf("tetrahedra of %.3f: %zu cells, %lld unknowns, smallest angle %.1f degrees, %lld edges straight, %.0f s mesh, %d iterations, %.0f s in all\n", edge,
              mesh.cells.size(), (long long)solution.unknowns, mesh.smallest_dihedral_deg, (long long)mesh.straight_edges, meshed_s, solution.iterations,
              seconds_since(begin));
  return result;
}

Measured by_voxels(const fea::micro::VoxelBlocks& model) {
  namespace micro = fea::micro;
  const auto begin = Clock::now();
  const std::int64_t n = model.grid().size[2];
  micro::PlatenTest test(model, kPoisson, {}, {}, Progress());
  micro::NodalVector<double> u;
  const micro::PlatenResult result = test.run(micro::PlatenMotion::kCompression, u, {1e-7, 300}, Progress());
  const micro::StressField field(model, kPoisson, u);
  // Motion of one voxel edge instead of one cell: stresses are n times smaller, forces too.
  const micro::StressStatistics stress = micro::stress_statistics(field, double(n), micro::between_ends(field.model(), std::llround(kZone * double(n))));
  std::printf("voxels: %lld along the edge, %lld unknowns, %d iterations, %.0f s\n", (long long)n, (long long)model.unknown_count(), result.solve.iterations,
              seconds_since(begin));
  return measured(result.stiffness / double(n), stress.volume, stress.surface);
}

void print(const std::string& label, const Measured& m, const Measured* reference) {
  const auto percent = [](double value, double exact) { return 100.0 * (value / exact - 1.0); };
  std::printf("  %-22s force %.5f", label.c_str(), m.force);
  if (reference) std::printf(" (%+.2f %%)", percent(m.force, reference->force));
  for (const auto& [name, own, other] : {std::tuple{"volume", &m.volume, reference ? &reference->volume : nullptr},
                                         std::tuple{"surface", &m.surface, reference ? &reference->surface : nullptr}}) {
    std::printf("\n    by %-8s median %.4f  99 %% %.4f  99.9 %% %.4f  peak %.4f", name, (*own)[0], (*own)[1], (*own)[2], (*own)[3]);
    if (other) std::printf("   against the reference: %+.2f %%, %+.2f %%, %+.2f %%, %+.2f %%", percent((*own)[0], (*other)[0]), percent((*own)[1], (*other)[1]),
                           percent((*own)[2], (*other)[2]), percent((*own)[3], (*other)[3]));
  }
  std::printf("\n");
  std::fflush(stdout);
}

void compare(validation::Record& record, const Case& which, const std::vector<double>& edges, const std::vector<double>& voxels) {
  std::printf("%s\n", which.name.c_str());
  std::vector<Measured> tets;
  for (const double edge : edges) {
    tets.push_back(by_tetrahedra(which, edge));
    print(fmt::format("edge {:g}", edge), tets.back(), nullptr);
  }
  const Measured& reference = tets.back();
  if (tets.size() > 1) std::printf("the reference differs from the mesh before by %.2f %% (force), %.2f %% and %.2f %% (99.9 %% by volume, by surface)\n",
                                   100.0 * (reference.force / tets[tets.size() - 2].force - 1.0), 100.0 * (reference.volume[2] / tets[tets.size() - 2].volume[2] - 1.0),
                                   100.0 * (reference.surface[2] / tets[tets.size() - 2].surface[2] - 1.0));
  for (const double per_strut : voxels) {
    const std::int64_t n = 2 * std::llround(0.5 * per_strut / which.strut);
    const fea::micro::VoxelBlocks model({{n, n, n}}, lattice::solid_share(*which.cell, which.level, int(n)), 0.02f);
    const Measured m = by_voxels(model), coarse = by_voxels(fea::micro::halved_voxels(model, 0.02f));
    print(fmt::format("{:g} voxels per strut", per_strut), m, &reference);
    // Stresses are compared under the same force, which the nominal stress they are told over sees to.
    const double volume = fea::micro::extrapolated_stress(m.volume[2], coarse.volume[2]), surface = fea::micro::extrapolated_stress(m.surface[2], coarse.surface[2]);
    const double volume_error = volume / reference.volume[2] - 1.0, surface_error = surface / reference.surface[2] - 1.0;
    std::printf("    99.9 %% extrapolated from these and voxels of twice the edge: by volume %.4f (%+.2f %%), by surface %.4f (%+.2f %%)\n", volume, 100.0 * volume_error,
                surface, 100.0 * surface_error);
    if (per_strut < 12.0) continue;
    const std::string at = fmt::format("{}, {:g} voxels per strut: ", which.name, per_strut), source = "own tetrahedra, quadratic, on the surface";
    record.judge(at + "99.9 % of von Mises by volume", "-", m.volume[2], reference.volume[2], validation::relative(kLimit), source);
    record.judge(at + "99.9 % of von Mises by volume, extrapolated", "-", volume, reference.volume[2], validation::relative(kLimit), source);
    record.judge(at + "force", "-", m.force, reference.force, validation::relative(kForceLimit), source);
  }
}

int validate(int count, char** words) {
  validation::Record record(count, words);
  std::vector<std::string> names;
  std::vector<double> edges, voxels;
  std::vector<double>* list = nullptr;
  for (int w = 1; w < count; ++w) {
    const std::string word = words[w];
    if (word == "--tetrahedra") list = &edges;
    else if (word == "--voxels") list = &voxels;
    else if (list) list->push_back(std::atof(word.c_str()));
    else names.push_back(word);
  }
  if (names.empty()) names = {"gyroid", "octet"};
  if (edges.empty()) edges = {0.06, 0.05};
  if (voxels.empty()) voxels = {4, 6, 8, 12};
  for (const std::string& name : names) compare(record, make_case(name), edges, voxels);
  return record.finish();
}

}  // namespace

int main(int count, char** words) {
  try {
    return validate(count, words);
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_body_fitted: %s\n", error.what());
    return int(error.code());
  }
}
