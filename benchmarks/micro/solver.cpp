/// Time, iterations and memory of whole solves: compression between fixed plates to a relative residual of 1e-6.
/// Usage: benchmark_micro_solver THREADS CASE...   with CASE = solid:N | gyroid:N:CELLS:FRACTION | mask:FILE:NX:NY:NZ (one byte per voxel)
/// LOADS=1..7: load cases solved together (translations and rotations of the upper plate, and its spreading).
/// Under mpirun the processes share the solid; the first one prints its own processor time and memory.
/// The environment overrides options: DEGREE, DEGREE_STEP, RANGE, FIRST_STEPS, STEPS, ENOUGH, DIRECT; VERBOSE=1 shows iterations and levels.

#include "benchmarks/micro/solids.h"
#include "core/error.h"
#include "core/threads.h"
#include "fea/micro/voxel_solver.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <sys/resource.h>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
  return parts;
}

Solid solid(const std::vector<std::string>& words) {
  if (words[0] == "solid") {
    const std::int64_t n = std::atol(words[1].c_str());
    return {{{n, n, n}}, [](const Index3&, float* s) { std::fill(s, s + 512, 1.0f); return true; }};
  }
  if (words[0] == "gyroid") return gyroid_sheet_solid(std::atoi(words[1].c_str()), std::atoi(words[2].c_str()), std::atof(words[3].c_str()));
  if (words[0] == "mask" && words.size() == 5) {
    const Index3 size{std::atol(words[2].c_str()), std::atol(words[3].c_str()), std::atol(words[4].c_str())};
    std::ifstream file(words[1], std::ios::binary);
    auto bytes = std::make_shared<std::vector<char>>(std::size_t(product(size)));
    if (!file.read(bytes->data(), std::streamsize(bytes->size()))) fail_io("cannot read {} bytes from '{}'", bytes->size(), words[1]);
    return {{size}, [size, bytes](const Index3& block, float* scale) {
              for (std::int64_t v = 0; v < 512; ++v) {
                const Index3 at{8 * block[0] + v % 8, 8 * block[1] + v / 8 % 8, 8 * block[2] + v / 64};
                const bool inside = at[0] < size[0] && at[1] < size[1] && at[2] < size[2];
                scale[v] = inside ? float((*bytes)[std::size_t(at[0] + size[0] * (at[1] + size[1] * at[2]))]) : 0.0f;
              }
              return true;
            }};
  }
  fail_usage("'{}' is not a case", words[0]);
}

/// Calls work(node, index) for the own nodes of the lowest and the highest layer.
template <class Work>
void visit_ends(const VoxelBlocks& model, const Work& work) {
  for (const VoxelBlock& block : model.own_blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      if (node[2] == 0 || node[2] == model.grid().size[2]) work(node, at);
    });
}

void measure(const std::string& name, const MultigridOptions& options) {
  Processes* const all = processes();
  const double begin = seconds(), begin_cpu = processor_seconds();
  const Solid shape = solid(split(name));
  const auto share = all ? std::make_unique<VoxelShare>(shape.grid, shape.source, 0.5f, *all) : nullptr;
  const auto whole = all ? nullptr : std::make_unique<VoxelBlocks>(shape.voxels());
  const VoxelBlocks& model = all ? share->model() : *whole;
  const std::int64_t top = model.grid().size[2];
  std::vector<std::int64_t> fixed;
  const std::size_t loads = std::getenv("LOADS") ? std::size_t(std::atoi(std::getenv("LOADS"))) : 1;
  std::vector<NodalVector<double>> xs(loads, NodalVector<double>(model));
  const double half = 0.5 * double(model.grid().size[0]);
  visit_ends(model, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
    const double arm[2] = {double(node[0]) / half - 1.0, double(node[1]) / half - 1.0}, size = 0.01 * double(top);
    const double motion[7][3] = {{0, 0, -1}, {1, 0, 0}, {0, 1, 0}, {-arm[1], arm[0], 0}, {0, 0, arm[0]}, {0, 0, arm[1]}, {arm[0], arm[1], 0}};
    for (std::size_t l = 0; node[2] == top && l < loads; ++l)
      for (int c = 0; c < 3; ++c) xs[l][at.x + c * at.stride] = size * motion[l][c];
  });
  const VoxelOperator op(model, 0.3, std::move(fixed));
  const auto solver = all ? std::make_unique<VoxelSolver>(op, *share, options, Progress()) : std::make_unique<VoxelSolver>(op, options, Progress());
  const double ready = seconds(), ready_cpu = processor_seconds();
  const bool first = !all || all->rank() == 0, verbose = first && std::getenv("VERBOSE");
  const Progress progress([&](double, const std::string& message) {
    if (verbose) fmt::print("  {} {:.2f} s\n", message, seconds() - ready);
  });
  const NodalVector<double> no_forces;
  std::vector<VoxelSolver::LoadCase> cases;
  for (NodalVector<double>& x : xs) cases.push_back({&no_forces, &x, 0.0});
  int iterations = 0;
  for (const SolveReport& report : solver->solve_all(cases, {}, progress)) iterations = std::max(iterations, report.iterations);
  const double end = seconds(), end_cpu = processor_seconds();
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  NodalVector<double> k(model);
  if (all) share->halo().update(xs[0].data());
  op.apply(xs[0], k, VoxelOperator::Rows::kAll);
  double force = 0.0;
  visit_ends(model, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    if (node[2] == top) force += k[at.x + 2 * at.stride];
  });
  if (all) all->sum(std::span(&force, 1));
  if (!first) return;
  const double unknowns = double(all ? share->unknowns_of_all() : model.unknown_count()), own = double(model.unknown_count());
  fmt::print("{:24} {:8.3f} M unknowns, {} processes, {:3} iterations, set-up {:6.2f} s wall {:6.2f} s cpu, solve {:7.2f} s wall {:7.2f} s cpu, "
             "{:5.1f} B/unknown held, {:5.1f} peak, force {:.6f}\n",
             name, unknowns * 1e-6, all ? all->size() : 1, iterations, ready - begin, ready_cpu - begin_cpu, end - ready, end_cpu - ready_cpu,
             double(model.bytes() + solver->bytes() + std::int64_t(loads) * 8 * model.unknown_count()) / own, double(usage.ru_maxrss) * 1024.0 / own, force);
  if (verbose)
    for (const auto& level : solver->levels())
      fmt::print("  level: {} elements, {} nodes, {:.1f} MB, largest eigenvalue {:.2f}\n", level.elements, level.nodes, double(level.bytes) * 1e-6,
                 level.largest_eigenvalue);
}

}  // namespace

int main(int count, char** words) {
  set_thread_count(count > 1 ? std::atoi(words[1]) : 2);
  MultigridOptions options;
  const auto number = [](const char* name, auto& value) {
    if (const char* text = std::getenv(name)) value = std::decay_t<decltype(value)>(std::atof(text));
  };
  number("DEGREE", options.fine_degree);
  number("DEGREE_STEP", options.degree_step);
  number("RANGE", options.smoothing_range);
  number("FIRST_STEPS", options.first_steps);
  number("STEPS", options.coarse_steps);
  number("ENOUGH", options.enough_reduction);
  number("DIRECT", options.direct_nodes);
  try {
    for (int i = 2; i < count; ++i) measure(words[i], options);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    if (processes_started()) processes()->abort(int(error.code()));
    return int(error.code());
  }
  return 0;
}
