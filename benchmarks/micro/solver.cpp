/// Time, iterations and memory of whole solves: compression between fixed plates to a relative residual of 1e-6.
/// Usage: benchmark_micro_solver THREADS CASE...   with CASE = solid:N | gyroid:N:CELLS:FRACTION | mask:FILE:NX:NY:NZ (one byte per voxel)
/// The environment overrides options: DEGREE, DEGREE_STEP, RANGE, FIRST_STEPS, STEPS, DIRECT; VERBOSE=1 shows iterations and levels.

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

VoxelBlocks solid(const std::vector<std::string>& words) {
  if (words[0] == "solid") {
    const std::int64_t n = std::atol(words[1].c_str());
    return VoxelBlocks({{n, n, n}}, [](const Index3&, float* s) { std::fill(s, s + 512, 1.0f); return true; }, 0.5f);
  }
  if (words[0] == "gyroid") return gyroid_sheet(std::atoi(words[1].c_str()), std::atoi(words[2].c_str()), std::atof(words[3].c_str()));
  if (words[0] == "mask" && words.size() == 5) {
    const Index3 size{std::atol(words[2].c_str()), std::atol(words[3].c_str()), std::atol(words[4].c_str())};
    std::ifstream file(words[1], std::ios::binary);
    std::vector<char> bytes(std::size_t(product(size)));
    if (!file.read(bytes.data(), std::streamsize(bytes.size()))) fail_io("cannot read {} bytes from '{}'", bytes.size(), words[1]);
    return VoxelBlocks({size}, std::vector<float>(bytes.begin(), bytes.end()), 0.5f);
  }
  fail_usage("'{}' is not a case", words[0]);
}

void measure(const std::string& name, const MultigridOptions& options) {
  const double begin = seconds(), begin_cpu = processor_seconds();
  const VoxelBlocks model = solid(split(name));
  const std::int64_t top = model.grid().size[2];
  std::vector<std::int64_t> fixed;
  NodalVector<double> x(model), b(model), k(model);
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      if (node[2] != 0 && node[2] != top) return;
      for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
      if (node[2] == top) x[at.x + 2 * at.stride] = -0.01 * double(top);
    });
  const VoxelOperator op(model, 0.3, std::move(fixed));
  VoxelSolver solver(op, options, Progress());
  const double ready = seconds(), ready_cpu = processor_seconds();
  const bool verbose = std::getenv("VERBOSE");
  const Progress progress([&](double, const std::string& message) {
    if (verbose) fmt::print("  {} {:.2f} s\n", message, seconds() - ready);
  });
  const SolveReport report = solver.solve(b, x, 0.0, {}, progress);
  const double end = seconds(), end_cpu = processor_seconds();
  op.apply(x, k, VoxelOperator::Rows::kAll);
  double force = 0.0;
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      if (node[2] == top) force += k[at.x + 2 * at.stride];
    });
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double unknowns = double(model.unknown_count());
  fmt::print("{:24} {:8.3f} M unknowns, {:3} iterations, set-up {:6.2f} s wall {:6.2f} s cpu, solve {:7.2f} s wall {:7.2f} s cpu, {:5.1f} B/unknown "
             "held, {:5.1f} peak, force {:.6f}\n",
             name, unknowns * 1e-6, report.iterations, ready - begin, ready_cpu - begin_cpu, end - ready, end_cpu - ready_cpu,
             double(model.bytes() + solver.bytes()) / unknowns, double(usage.ru_maxrss) * 1024.0 / unknowns, force);
  if (verbose)
    for (const auto& level : solver.levels())
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
  number("DIRECT", options.direct_nodes);
  try {
    for (int i = 2; i < count; ++i) measure(words[i], options);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return int(error.code());
  }
  return 0;
}
