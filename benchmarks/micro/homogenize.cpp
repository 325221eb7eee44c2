/// Time of the full 6x6 tensor of a periodic gyroid sheet cell, 30 % solid, binary voxels.
/// Usage: benchmark_micro_homogenize THREADS VOXELS...

#include "benchmarks/micro/solids.h"
#include "core/threads.h"
#include "fea/micro/periodic_strains.h"

#include <fmt/format.h>

#include <cstdlib>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

int main(int count, char** words) {
  set_thread_count(count > 1 ? std::atoi(words[1]) : 2);
  for (int i = 2; i < count; ++i)
    for (const double tolerance : {1e-6, 1e-8}) {
      const double wall = seconds(), processor = processor_seconds();
      const VoxelBlocks model = gyroid_sheet(std::atoi(words[i]), 1, 0.3, true);
      const PeriodicStrains strains = solve_periodic_strains(model, 0.3, {}, {tolerance, 200}, Progress());
      fmt::print("{}^3, residual {:.0e}: {:.2f} s wall, {:.2f} s cpu, {} iterations for six strains; C11 {:.8f} C12 {:.8f} C44 {:.8f}\n", words[i],
                 tolerance, seconds() - wall, processor_seconds() - processor, strains.iterations, strains.stiffness(0, 0),
                 strains.stiffness(0, 1), strains.stiffness(3, 3));
    }
}
