/// Rate of y = K x: million unknowns per second and core, double and single precision, full block and porous gyroid.
/// Usage: benchmark_micro_operator [THREADS]

#include "benchmarks/micro/solids.h"
#include "core/threads.h"
#include "fea/micro/voxel_operator.h"

#include <fmt/format.h>

#include <cstdlib>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

template <class Real>
double best_rate(const VoxelOperator& op) {
  NodalVector<Real> x(op.model()), y(op.model());
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = Real(i % 1000) / 1000;
  double best = 1e30;
  const double begin = seconds();
  for (int run = 0; run < 3 || (seconds() - begin < 4.0 && run < 40); ++run) {
    const double start = processor_seconds();
    op.apply(x, y);
    best = std::min(best, processor_seconds() - start);
  }
  return double(op.model().unknown_count()) / best * 1e-6;
}

void measure(const char* name, const VoxelBlocks& model) {
  const VoxelOperator op(model, 0.3, {});
  fmt::print("{:26} {:8.2f} {:10.1f} {:10.1f} {:12.2f}\n", name, double(model.unknown_count()) * 1e-6, best_rate<double>(op),
             best_rate<float>(op), double(model.bytes()) / double(model.unknown_count()));
}

}  // namespace

int main(int count, char** words) {
  const int threads = count > 1 ? std::atoi(words[1]) : 1;
  set_thread_count(threads);
  fmt::print("instruction set {}, {} threads; rates in million unknowns per second of processor time, best of several\n", simd_level(), threads);
  fmt::print("{:26} {:>8} {:>10} {:>10} {:>12}\n", "solid", "M unkn.", "double", "single", "model B/unkn.");
  measure("full 128^3", VoxelBlocks({{128, 128, 128}}, std::vector<float>(128 * 128 * 128, 1.0f), 0.5f));
  measure("gyroid sheet 30 %, 4^3 128", gyroid_sheet(128, 4, 0.3));
  measure("gyroid sheet 30 %, 8^3 256", gyroid_sheet(256, 8, 0.3));
  measure("gyroid sheet 10 %, 8^3 256", gyroid_sheet(256, 8, 0.1));
}
