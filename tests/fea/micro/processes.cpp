/// The voxel solver over processes against one process: the same displacements to the tolerance. Run by mpirun with 1, 2, 3 processes.

#include "core/threads.h"
#include "fea/micro/platen_test.h"
#include "tests/fea/micro/voxel_solids.h"

#include <cstdio>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

int failures = 0;
void check(bool good, const char* what, double value) {
  if (good) return;
  ++failures;
  std::fprintf(stderr, "process %d: %s: %g\n", launched_rank(), what, value);
}

/// Struts two voxels thick, some of them soft, that pass each other and the borders between processes at all places.
VoxelBlocks struts() {
  const Index3 size{22, 30, 44};
  std::vector<float> scale(std::size_t(product(size)), 0.0f);
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) {
        const int in = (i % 7 < 2) + (j % 9 < 2) + (k % 11 < 2);
        const bool slanted = std::abs((i + 2 * j + k) % 13 - (j - k + 260) % 13) < 2;
        if (in >= 2 || slanted) scale[std::size_t(i + size[0] * (j + size[1] * k))] = (i / 8 + j / 8 + k / 8) % 3 ? 1.0f : 0.1f;
      }
  return VoxelBlocks({size}, scale, 0.05f);
}

double difference(const NodalVector<double>& a, const NodalVector<double>& b) {
  double square = 0.0, size = 0.0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    square += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(square / size);
}

/// Products of the shares with random vectors are those of the whole.
void check_product(const VoxelBlocks& whole, Processes& all) {
  const VoxelShare share(whole.grid(), source_of(whole), 0.05f, all);
  const VoxelBlocks& model = share.model();
  check(share.unknowns_of_all() == whole.unknown_count(), "unknowns of all shares", double(share.unknowns_of_all()));
  const NodalVector<double> x = random_vector<double>(whole, 7);
  NodalVector<double> y(whole), own_x(model), own_y(model);
  const VoxelOperator op(whole, 0.3, {}), own_op(model, 0.3, {});
  op.apply(x, y);
  const auto for_own = [&](const auto& work) {
    for (const VoxelBlock& block : model.own_blocks())
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        const VoxelBlocks::NodeIndex in_whole = whole.node_index(node);
        for (int c = 0; c < 3; ++c) work(at.x + c * at.stride, in_whole.x + c * in_whole.stride);
      });
  };
  for_own([&](std::int64_t own, std::int64_t in_whole) { own_x[own] = x[in_whole]; });
  share.halo().update(own_x.data());
  own_op.apply(own_x, own_y);
  double worst = 0.0;
  for_own([&](std::int64_t own, std::int64_t in_whole) { worst = std::max(worst, std::abs(own_y[own] - y[in_whole])); });
  check(worst < 1e-12, "product of a share", worst);
}

void check_solution(const VoxelBlocks& model, const MultigridOptions& options) {
  PlatenTest test(model, 0.3, {PlatenContact::kBonded, 3}, options, Progress());
  const PlatenMotion motions[] = {PlatenMotion::kCompression, PlatenMotion::kTorsion};
  std::vector<NodalVector<double>> x(2);
  const std::vector<PlatenResult> results = test.run(motions, x, {1e-9, 200}, Progress());
  // One process alone on the same nodes.
  std::vector<std::int64_t> fixed;
  NodalVector<double> alone(model);
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      if (node[2] > 3 && node[2] < model.grid().size[2] - 3) return;
      for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
      if (node[2] > 3) alone[at.x + 2 * at.stride] = -1.0;
    });
  const VoxelOperator op(model, 0.3, fixed);
  VoxelSolver solver(op, options, Progress());
  check(solver.levels().size() >= 3 || options.divided_nodes > 1, "levels to divide", double(solver.levels().size()));
  const SolveReport report = solver.solve({}, alone, 0.0, {1e-9, 200}, Progress());
  check(difference(x[0], alone) < 1e-7, "displacements in compression", difference(x[0], alone));
  check(std::abs(results[0].solve.iterations - report.iterations) <= 1, "iterations", results[0].solve.iterations);
  for (const PlatenResult& result : results) {
    check(result.stiffness > 0.0, "stiffness", result.stiffness);
    check(result.balance_error < 1e-6, "balance of the platens", result.balance_error);
  }
}

/// All processes refuse alike.
template <class Work>
void check_refused(const Work& work, const char* part_of_message) {
  try {
    work();
  } catch (const Error& error) {
    check(error.code() == ExitCode::kBadInput && std::string(error.what()).find(part_of_message) != std::string::npos, error.what(), int(error.code()));
    return;
  }
  check(false, part_of_message, 0);
}

}  // namespace

int main(int count, char** words) {
  set_thread_count(1);
  try {
    const VoxelBlocks model = struts();
    Processes* const all = processes();
    check((all ? all->size() : 1) == (count > 1 ? std::atoi(words[1]) : 1), "number of processes", all ? all->size() : 1);
    check_solution(model, {});
    MultigridOptions all_divided;
    all_divided.direct_nodes = 40;
    all_divided.divided_nodes = 1;
    // Three processes on two cores mostly wait for each other.
    if (!all || all->size() < 3) check_solution(model, all_divided);
    if (all) {
      check_product(model, *all);
      check_refused([&] { VoxelShare({{16, 16, 16}, {true, false, false}}, source_of(model), 0.5f, *all); }, "periodic");
      const VoxelBlocks rod({{200, 4, 4}}, std::vector<float>(3200, 1.0f), 0.5f);
      check_refused([&] { VoxelShare(rod.grid(), source_of(rod), 0.5f, *all); }, "too few");
      double failed = failures;
      all->sum(std::span(&failed, 1));
      failures = int(failed);
    }
  } catch (const Error& error) {
    check(false, error.what(), int(error.code()));
    if (processes_started()) processes()->abort(1);
  }
  return failures ? 1 : 0;
}
