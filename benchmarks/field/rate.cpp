/// Rate of the field of a part, against a kernel that only evaluates the formula. One block of gyroid network, one cell of 1 mm.
/// usage: benchmark_field_rate [THREADS]

#include "benchmarks/field/formula.h"
#include "core/threads.h"
#include "geometry/levelset/level_set.h"
#include "lattice/build/distance_kernel.h"
#include "lattice/build/part_field.h"
#include "lattice/grading/calibrate.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <chrono>
#include <cmath>
#include <cstdlib>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::LevelSet;

namespace {

constexpr double kVoxel_mm = 0.05, kHalf_mm = 8.0;
constexpr int kRounds = 5;

LevelSet block(const char* name, double half_mm) {
  const Box box{Vec3::Constant(-half_mm - 1.5), Vec3::Constant(half_mm + 1.5)};
  return LevelSet::from_function(name, geometry::Frame(), box, 0.2, 4.0, [=](const Vec3& p) { return p.cwiseAbs().maxCoeff() - half_mm; });
}

template <class Work>
double best_seconds(const Work& work) {
  double best = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  set_thread_count(count > 1 ? std::atoi(arguments[1]) : 0);
  const CellPtr cell = find_cell("gyroid-network-minus");
  Zone zone;
  zone.name = "core";
  zone.cell = cell;
  zone.map = uniform_phases(Vec3::Ones(), {});
  zone.density = Field(0.3);
  zone.level = std::make_shared<LevelTable>(*cell, 0.25, 0.35);
  const PartField part(block("body", kHalf_mm), block("porous", kHalf_mm + 0.6), {zone}, kVoxel_mm);
  const Index3 size = part.grid().size;
  std::vector<float> field(std::size_t(product(size)));
  constexpr std::int64_t kLayers = 32;
  const std::int64_t layer = size[0] * size[1];
  const double ours_s = best_seconds([&] {
    for (std::int64_t k = 0; k < size[2]; k += kLayers) part.evaluate(k, std::min(kLayers, size[2] - k), &field[std::size_t(k * layer)]);
  });
  // Batches that stay in the cache, as the field's do.
  constexpr int kBatch = 256;
  const auto batches = [&](const auto& work) {
    return best_seconds([&] {
      tbb::parallel_for(std::int64_t(0), std::int64_t(field.size()) / kBatch, [&](std::int64_t batch) {
        alignas(32) thread_local float x[kBatch] = {}, y[kBatch] = {}, z[kBatch] = {};
        x[0] = float(batch % 1000);
        work(x, y, z, &field[std::size_t(batch * kBatch)]);
      });
    });
  };
  const double formula_s = batches([&](const float* x, const float* y, const float* z, float* out) { gyroid_formula(kBatch, x, y, z, out); });
  const double lattice_s = batches([&](const float* x, const float* y, const float* z, float* out) {
    alignas(32) float u[3][kBatch], g[3][kBatch], level[kBatch];
    float* const u_of[3] = {u[0], u[1], u[2]};
    zone.map->evaluate(kBatch, x, y, z, u_of, nullptr);
    std::fill_n(level, kBatch, -0.6f);
    cell->evaluate({kBatch, u[0], u[1], u[2], level, out, g[0], g[1], g[2]});
    distance_of_values(kBatch, g[0], g[1], g[2], Vec3f::Ones(), 0.3f, 0.25f, out);
  });
  const double points = 1e-6 * double(field.size());
  fmt::print("{:.1f} million points, {} threads, million points per second: formula alone {:.0f}; lattice as a distance in mm {:.0f} (ratio {:.2f}); "
             "part with faces and zones {:.0f} (ratio {:.2f})\n",
             points, thread_count(), points / formula_s, points / lattice_s, lattice_s / formula_s, points / ours_s, ours_s / formula_s);
}
