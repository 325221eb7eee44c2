/// Iterations of the voxel solver for every cell of the registry at densities of 0.1 to 0.4: a block of 2^3 cells, compressed between
/// bonded platens, relative residual 1e-6. Pieces that hang on by nothing are left out, and what is left must be one piece from platen to platen.
/// Usage: benchmark_micro_cells THREADS VOXELS_PER_CELL [CELL...]   Exit code 1 when a block takes more than 30 iterations.

#include "benchmarks/micro/solids.h"
#include "core/error.h"
#include "core/threads.h"
#include "fea/micro/platen_test.h"
#include "fea/micro/voxel_islands.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"

#include <fmt/format.h>

#include <cstdlib>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

constexpr int kMostIterations = 30;

/// 2^3 cells from `shift` voxels on along z; voxels with less than a tenth of solid are void, as in homogenisation.
VoxelBlocks block_of_cells(const std::vector<float>& share, std::int64_t n, std::int64_t shift) {
  const Index3 size{2 * n, 2 * n, 2 * n};
  std::vector<float> scale(std::size_t(product(size)));
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i)
        scale[std::size_t(i + size[0] * (j + size[1] * k))] = share[std::size_t(i % n + n * (j % n + n * ((k + shift) % n)))];
  return VoxelBlocks({size}, scale, 0.1f);
}

int iterations_of(const std::string& name, double density, int n) {
  const auto cell = lattice::find_cell(name);
  const std::vector<float> share = lattice::solid_share(*cell, lattice::level_for_density(*cell, density), n);
  // A network may end within the block, away from its faces: cut elsewhere then.
  for (const std::int64_t shift : {0, n / 4, n / 2}) try {
      const LargestPiece piece = largest_piece(block_of_cells(share, n, shift), Islands::kRemove);
      PlatenTest test(piece.model, 0.3, {}, {}, Progress());
      NodalVector<double> displacement;
      return test.run(PlatenMotion::kCompression, displacement, {1e-6, 200}, Progress()).solve.iterations;
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput || shift == n / 2) throw;
    }
  SPONGIOSA_ASSERT(false);
}

}  // namespace

int main(int count, char** words) {
  set_thread_count(count > 1 ? std::atoi(words[1]) : 2);
  const int n = count > 2 ? std::atoi(words[2]) : 32;
  const std::vector<std::string> names = count > 3 ? std::vector<std::string>(words + 3, words + count) : lattice::cell_names();
  int most = 0;
  fmt::print("{:28} {:>6} {:>6} {:>6} {:>6}   iterations at density\n", "cell", 0.1, 0.2, 0.3, 0.4);
  for (const std::string& name : names) {
    std::string line = fmt::format("{:28}", name), why;
    for (const double density : {0.1, 0.2, 0.3, 0.4}) {
      try {
        const int iterations = iterations_of(name, density, n);
        most = std::max(most, iterations);
        line += fmt::format(" {:6}", iterations);
      } catch (const Error& error) {
        line += "      -";
        why += fmt::format("    {} at {}: {}\n", name, density, error.what());
      }
    }
    fmt::print("{}\n{}", line, why);
    std::fflush(stdout);
  }
  fmt::print("most: {} (at most {})\n", most, kMostIterations);
  return most <= kMostIterations ? 0 : 1;
}
