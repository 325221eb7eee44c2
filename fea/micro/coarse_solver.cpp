#include "fea/micro/coarse_solver.h"

#include "core/error.h"
#include "fea/micro/coarse_matrices.h"
#include "fea/micro/composite_operator.h"

#include <Eigen/SparseCholesky>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::fea::micro {

ChebyshevSteps::ChebyshevSteps(double largest, double range, int degree) {
  const double centre = 0.5 * (largest + largest / range), half = 0.5 * (largest - largest / range), sigma = centre / half;
  double rho = 1.0 / sigma;
  for (int k = 0; k < degree; ++k) {
    if (k == 0) {
      momentum.push_back(0.0f);
      step.push_back(float(1.0 / centre));
      continue;
    }
    const double next = 1.0 / (2.0 * sigma - rho);
    momentum.push_back(float(next * rho));
    step.push_back(float(2.0 * next / half));
    rho = next;
  }
}

struct CoarseSolver::Level {
  Level(const CoarseMesh& mesh, std::unique_ptr<CoarseOperator> made, double range, int degree)
      : matrix(std::move(made)), largest(matrix->largest_eigenvalue()), steps(largest, range, degree), elements(std::int64_t(mesh.element_count())),
        b(std::size_t(mesh.node_count)), x(b.size()), y(b.size()), z(b.size()), p(b.size()), q(b.size()) {}
  std::unique_ptr<CoarseOperator> matrix;
  double largest;
  ChebyshevSteps steps;
  std::unique_ptr<CoarseTransfer> down;  ///< to the next coarser level
  std::int64_t elements;
  CoarseVector b, x;           ///< right-hand side and solution, for the finer level
  CoarseVector y, z, p, q;     ///< of the cycle and of the conjugate gradients, whose residual is b
};

struct CoarseSolver::Direct {
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> factor;
  Eigen::VectorXd b;
};

namespace {

constexpr std::int64_t kChunk = 8192;

double dot(const CoarseVector& a, const CoarseVector& b) {
  const std::int64_t count = std::int64_t(a.size()), chunks = (count + kChunk - 1) / kChunk;
  std::vector<double> sums(std::size_t(chunks), 0.0);
  tbb::parallel_for(std::int64_t(0), chunks, [&](std::int64_t c) {
    double sum = 0.0;
    for (std::int64_t i = c * kChunk; i < std::min(count, (c + 1) * kChunk); ++i) {
      const Float4 product = a[std::size_t(i)] * b[std::size_t(i)];
      sum += double(product[0]) + double(product[1]) + double(product[2]);
    }
    sums[std::size_t(c)] = sum;
  });
  double sum = 0.0;
  for (const double s : sums) sum += s;
  return sum;
}

template <class Work>
void for_nodes(std::size_t count, const Work& work) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 4096), [&](const auto& range) {
    for (std::size_t i = range.begin(); i < range.end(); ++i) work(i);
  });
}

}  // namespace

CoarseSolver::CoarseSolver(const VoxelBlocks& model, double poisson_ratio, const std::vector<std::int64_t>& fixed,
                           const MultigridOptions& options, const Progress& progress)
    : options_(options), direct_(std::make_unique<Direct>()) {
  progress.report(0.0, "coarse levels: connected pieces");
  FirstCoarseLevel first = coarsen_voxels(model, fixed);
  first_ = std::make_unique<FirstTransfer>(first.mesh, std::move(first.transfer));
  int degree = options.fine_degree + options.degree_step;
  const auto add_level = [&](const CoarseMesh& mesh, std::unique_ptr<CoarseOperator> made) {
    levels_.push_back(std::make_unique<Level>(mesh, std::move(made), options_.smoothing_range, degree));
    degree += options_.degree_step;
  };
  progress.report(0.3, "coarse levels: first operator");
  add_level(first.mesh, std::make_unique<CompositeOperator>(first, poisson_ratio));
  CoarseMesh mesh = first.mesh;
  std::vector<ElementMatrix> matrices;
  while (mesh.node_count > options_.direct_nodes && can_coarsen(mesh)) {
    progress.report(0.6, fmt::format("coarse levels: level {}", levels_.size() + 1));
    NextCoarseLevel level = coarsen_mesh(mesh);
    levels_.back()->down = std::make_unique<CoarseTransfer>(mesh, level);
    if (matrices.empty()) {
      matrices = second_level_matrices(first, level, poisson_ratio);
      first = {};
    } else {
      matrices = next_level_matrices(mesh, level, matrices);
    }
    mesh = std::move(level.mesh);
    add_level(mesh, std::make_unique<BlockMatrix>(mesh, rows_of(matrices)));
  }

  progress.report(0.9, "coarse levels: factors of the last");
  // With one level only there are no matrices yet.
  const std::unique_ptr<BlockMatrix> only =
      levels_.size() > 1 ? nullptr : std::make_unique<BlockMatrix>(mesh, first_level_rows(first, poisson_ratio));
  const BlockMatrix& last = only ? *only : static_cast<const BlockMatrix&>(*levels_.back()->matrix);
  std::vector<Eigen::Triplet<double>> entries;
  bool any_fixed = false;
  for (std::int32_t n = 0; n < mesh.node_count; ++n)
    for (int c = 0; c < 3; ++c)
      if (mesh.fixed[std::size_t(n)] >> c & 1) {
        any_fixed = true;
        entries.emplace_back(3 * n + c, 3 * n + c, 1.0);
      }
  // A periodic solid may move as a whole: holding one node of a compatible system changes its solution by such a motion only.
  const std::int32_t held = any_fixed ? -1 : 0;
  last.visit_blocks([&](std::int32_t r, std::int32_t c, const float* value) {
    if (r == held || c == held) return;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        if (value[3 * j + i] != 0.0f) entries.emplace_back(3 * r + i, 3 * c + j, double(value[3 * j + i]) * (r == c && i == j ? 1.0 + 1e-6 : 1.0));
  });
  if (held == 0)
    for (int c = 0; c < 3; ++c) entries.emplace_back(c, c, 1.0);
  Eigen::SparseMatrix<double> matrix(3 * mesh.node_count, 3 * mesh.node_count);
  matrix.setFromTriplets(entries.begin(), entries.end());
  direct_->factor.compute(matrix);
  if (direct_->factor.info() != Eigen::Success || !(direct_->factor.vectorD().minCoeff() > 0.0))
    fail_computation("the coarsest operator of the voxel solver is not positive: the solid can move without deforming; hold it at three "
                     "points that are not in line, or leave out loose pieces");
  direct_->b.resize(3 * mesh.node_count);
}

CoarseSolver::~CoarseSolver() = default;

void CoarseSolver::correct(const float* residual, float* fine) {
  Level& level = *levels_.front();
  first_->restrict(residual, level.b);
  solve(0, level.b, level.x);
  first_->prolong(level.x, fine);
}

/// V-cycle from zero.
void CoarseSolver::cycle(std::size_t l, const CoarseVector& b, CoarseVector& x) {
  Level& level = *levels_[l];
  CoarseVector* now = &x;
  CoarseVector* other = &level.y;
  const auto smooth = [&](std::size_t from) {
    for (std::size_t k = from; k < level.steps.step.size(); ++k) {
      level.matrix->smooth(*now, *other, b, level.steps.momentum[k], level.steps.step[k]);
      std::swap(now, other);
    }
  };
  level.matrix->smooth_zero(*now, b, level.steps.step[0]);
  std::fill(other->begin(), other->end(), Float4{0, 0, 0, 0});
  smooth(1);
  Level& coarse = *levels_[l + 1];
  level.matrix->residual(*now, b, *other);
  level.down->restrict(*other, coarse.b);
  solve(l + 1, coarse.b, coarse.x);
  level.down->prolong(coarse.x, *now);
  smooth(0);
  if (now != &x) x.swap(level.y);
}

/// b is used up.
void CoarseSolver::solve(std::size_t l, CoarseVector& b, CoarseVector& x) {
  if (l + 1 == levels_.size()) {
    for (std::size_t n = 0; n < b.size(); ++n)
      for (int c = 0; c < 3; ++c) direct_->b[Eigen::Index(3 * n) + c] = double(b[n][c]);
    const Eigen::VectorXd solution = direct_->factor.solve(direct_->b);
    for (std::size_t n = 0; n < b.size(); ++n)
      x[n] = Float4{float(solution[Eigen::Index(3 * n)]), float(solution[Eigen::Index(3 * n) + 1]), float(solution[Eigen::Index(3 * n) + 2]), 0.0f};
    return;
  }
  const int steps = l == 0 ? options_.first_steps : options_.coarse_steps;
  if (steps <= 1) {
    cycle(l, b, x);
    return;
  }
  // Flexible conjugate gradients, because the preconditioner is not quite the same operator at every step.
  Level& level = *levels_[l];
  std::fill(x.begin(), x.end(), Float4{0, 0, 0, 0});
  double rz = 0.0, q_norm = 0.0;
  for (int step = 0; step < steps; ++step) {
    cycle(l, b, level.z);
    const double now = dot(level.z, b);
    if (!(now > 0.0)) return;
    const double beta = step == 0 ? 0.0 : -dot(level.z, level.q) / q_norm;
    for_nodes(x.size(), [&](std::size_t i) { level.p[i] = step == 0 ? level.z[i] : level.z[i] + float(beta) * level.p[i]; });
    level.matrix->multiply(level.p, level.q);
    q_norm = dot(level.p, level.q);
    if (!(q_norm > 0.0)) return;
    rz = dot(level.p, b);
    const float alpha = float(rz / q_norm);
    const bool last = step + 1 == steps;
    for_nodes(x.size(), [&](std::size_t i) {
      x[i] += alpha * level.p[i];
      if (!last) b[i] -= alpha * level.q[i];
    });
  }
}

std::vector<CoarseSolver::LevelSize> CoarseSolver::levels() const {
  std::vector<LevelSize> sizes;
  for (const auto& level : levels_)
    sizes.push_back({level->elements, level->matrix->rows(),
                     level->matrix->bytes() + std::int64_t(6 * 16 * level->b.size()) + (level->down ? level->down->bytes() : 0), level->largest});
  if (!sizes.empty()) sizes[0].bytes += first_->bytes();
  return sizes;
}

}  // namespace spongiosa::fea::micro
