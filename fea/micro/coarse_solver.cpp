#include "fea/micro/coarse_solver.h"

#include "core/error.h"
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
  Level(const CoarseMesh& mesh, std::unique_ptr<CompositeOperator> made, std::unique_ptr<MeshShare> part, double range, int degree)
      : op(std::move(made)), share(std::move(part)), nodes(std::size_t(mesh.node_count)), largest(op->largest_eigenvalue(share.get())),
        steps(largest, range, degree), elements(std::int64_t(mesh.element_count())) {}
  std::unique_ptr<CompositeOperator> op;
  std::unique_ptr<MeshShare> share;      ///< of a level divided over processes
  std::size_t nodes;                     ///< with those of other processes, which are the last
  double largest;
  ChebyshevSteps steps;
  std::unique_ptr<CoarseTransfer> down;  ///< to the next coarser level
  std::int64_t elements;
};

/// Of one level, for one load case or eight.
template <class Node>
struct CoarseSolver::Vectors {
  CoarseVectorOf<Node> b, x;           ///< right-hand side and solution, for the finer level
  CoarseVectorOf<Node> y, z, p, q;     ///< of the cycle and of the conjugate gradients, whose residual is b; not on the last level
};
struct CoarseSolver::Work {
  std::vector<Vectors<Float4>> single;
  std::vector<Vectors<LaneNode>> lanes;
};

struct CoarseSolver::Direct {
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> factor;
};

namespace {

template <class Work>
void for_nodes(std::size_t count, const Work& work) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 4096), [&](const auto& range) {
    for (std::size_t i = range.begin(); i < range.end(); ++i) work(i);
  });
}

template <std::size_t N>
std::array<float, N> quotients(const std::array<double, N>& a, const std::array<double, N>& b, double sign) {
  std::array<float, N> q;
  for (std::size_t l = 0; l < N; ++l) q[l] = b[l] > 0.0 ? float(sign * a[l] / b[l]) : 0.0f;
  return q;
}

/// Of the second level, from the octants of the first; of the others from those before.
template <class MomentsOf>
std::vector<CubeMoments> parent_moments(const CoarseMesh& fine, const NextCoarseLevel& level, const MomentsOf& moments_of) {
  const std::size_t count = level.mesh.element_count();
  std::vector<std::uint32_t> begin(count + 1, 0);
  for (const std::int32_t p : level.parent) ++begin[std::size_t(p) + 1];
  for (std::size_t e = 0; e < count; ++e) begin[e + 1] += begin[e];
  std::vector<std::int32_t> child(level.parent.size());
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t f = 0; f < child.size(); ++f) child[next[std::size_t(level.parent[f])]++] = std::int32_t(f);
  std::vector<CubeMoments> moments(count, CubeMoments{});
  tbb::parallel_for(std::size_t(0), count, [&](std::size_t e) {
    for (std::size_t i = begin[e]; i < begin[e + 1]; ++i) {
      const std::size_t f = std::size_t(child[i]);
      const auto& cube = fine.cube[f];
      add_child_moments(moments_of(f), (cube[0] & 1) | (cube[1] & 1) << 1 | (cube[2] & 1) << 2, moments[e]);
    }
  });
  return moments;
}

}  // namespace

CoarseSolver::CoarseSolver(const VoxelBlocks& model, double poisson_ratio, const std::vector<std::int64_t>& fixed,
                           const MultigridOptions& options, const VoxelShare* share, const Progress& progress)
    : options_(options), processes_(share ? &share->processes() : nullptr), direct_(std::make_unique<Direct>()), work_(std::make_unique<Work>()) {
  progress.report(0.0, "coarse levels: connected pieces");
  CoarseMesh mesh;
  std::vector<CubeMoments> moments;
  std::vector<std::array<float, 8>> scale;
  const auto of_octants = [&](std::size_t f) { return octant_moments(scale[f]); };
  if (share) {
    GatheredLevel whole = add_shared_levels(*share, poisson_ratio, fixed, progress);
    mesh = std::move(whole.mesh);
    moments = std::move(whole.moments);
  } else {
    FirstCoarseLevel first = coarsen_voxels(model, fixed);
    first_ = std::make_unique<FirstTransfer>(first.mesh, std::move(first.transfer));
    progress.report(0.3, "coarse levels: first operator");
    add_level(first.mesh, std::make_unique<CompositeOperator>(first.mesh, first.scale, poisson_ratio), nullptr);
    scale = std::move(first.scale);
    mesh = std::move(first.mesh);
  }
  // Numbers in `mesh` of this process's nodes of the last level, when that is divided.
  std::vector<std::int32_t> own;
  if (share) own.assign(levels_.back()->share->global.begin(), levels_.back()->share->global.begin() + levels_.back()->share->own_count());
  while ((mesh.node_count > options_.direct_nodes || levels_.back()->share) && can_coarsen(mesh)) {
    progress.report(0.6, fmt::format("coarse levels: level {}", levels_.size() + 1));
    NextCoarseLevel level = coarsen_mesh(mesh);
    moments = levels_.size() == 1 ? parent_moments(mesh, level, of_octants)
                                  : parent_moments(mesh, level, [&](std::size_t f) -> const CubeMoments& { return moments[f]; });
    const MeshShare* part = levels_.back()->share.get();
    if (part && level.mesh.node_count > std::max(options_.divided_nodes * processes_->size(), options_.direct_nodes) && can_coarsen(level.mesh)) {
      add_divided_level(level, own, moments, poisson_ratio, *share);
      own = levels_.back()->share->own_nodes;
      mesh = std::move(level.mesh);
      continue;
    }
    if (part) {
      // Every process has the whole coarser level, and transfers from its own nodes.
      NextCoarseLevel from_own{level.mesh, {}, {}, {}};
      for (const std::int32_t n : own) {
        from_own.node_parent.push_back(level.node_parent[std::size_t(n)]);
        from_own.node_place.push_back(level.node_place[std::size_t(n)]);
      }
      levels_.back()->down = std::make_unique<CoarseTransfer>(part->mesh, from_own);
    } else {
      levels_.back()->down = std::make_unique<CoarseTransfer>(mesh, level);
    }
    mesh = std::move(level.mesh);
    add_level(mesh, std::make_unique<CompositeOperator>(mesh, moments, poisson_ratio), nullptr);
  }
  if (levels_.back()->share) fail_input("the voxel model is too small to be divided over {} processes; start one only", processes_->size());
  progress.report(0.9, "coarse levels: factors of the last");
  if (levels_.size() == 1)
    for (std::size_t e = 0; e < mesh.element_count(); ++e) moments.push_back(of_octants(e));
  factorise(mesh, moments, poisson_ratio);
}

void CoarseSolver::add_level(const CoarseMesh& mesh, std::unique_ptr<CompositeOperator> made, std::unique_ptr<MeshShare> share) {
  const int degree = options_.fine_degree + int(levels_.size() + 1) * options_.degree_step;
  levels_.push_back(std::make_unique<Level>(mesh, std::move(made), std::move(share), options_.smoothing_range, degree));
}

GatheredLevel CoarseSolver::add_shared_levels(const VoxelShare& share, double poisson_ratio, const std::vector<std::int64_t>& fixed,
                                              const Progress& progress) {
  FirstCoarseLevel first;
  {
    const VoxelBlocks around = share.surroundings();
    first = coarsen_voxels(around, share.fixed_around(around, fixed));
  }
  FirstLevelShare own = share_first_level(first, share);
  auto first_share = std::make_unique<MeshShare>(std::move(own.share));
  first_ = std::make_unique<FirstTransfer>(first_share->mesh, std::move(own.level.transfer));
  progress.report(0.3, "coarse levels: first operator");
  auto made = std::make_unique<CompositeOperator>(first_share->mesh, own.level.scale, poisson_ratio);
  const CoarseMesh& first_mesh = first_share->mesh;
  add_level(first_mesh, std::move(made), std::move(first_share));

  progress.report(0.5, "coarse levels: level 2");
  const NextCoarseLevel around = coarsen_mesh(first.mesh);
  const std::vector<CubeMoments> moments = parent_moments(first.mesh, around, [&](std::size_t f) { return octant_moments(first.scale[f]); });
  add_divided_level(around, levels_[0]->share->own_nodes, moments, poisson_ratio, share);
  return gather_level(around.mesh, moments, 2, *levels_[1]->share, share);
}

void CoarseSolver::add_divided_level(const NextCoarseLevel& next, const std::vector<std::int32_t>& own, const std::vector<CubeMoments>& moments,
                                     double poisson_ratio, const VoxelShare& share) {
  std::vector<char> transfers(next.mesh.element_count(), 0);
  for (const std::int32_t n : own) transfers[std::size_t(next.node_parent[std::size_t(n)])] = 1;
  auto part = std::make_unique<MeshShare>(share_mesh(next.mesh, int(levels_.size()) + 1, transfers, share));
  std::vector<std::int32_t> number(next.mesh.element_count(), -1);
  std::vector<CubeMoments> own_moments;
  for (const std::int32_t e : part->elements) {
    number[std::size_t(e)] = std::int32_t(own_moments.size());
    own_moments.push_back(moments[std::size_t(e)]);
  }
  NextCoarseLevel level;
  level.mesh = part->mesh;
  for (const std::int32_t n : own) {
    level.node_parent.push_back(number[std::size_t(next.node_parent[std::size_t(n)])]);
    level.node_place.push_back(next.node_place[std::size_t(n)]);
  }
  levels_.back()->down = std::make_unique<CoarseTransfer>(levels_.back()->share->mesh, level);
  add_level(level.mesh, std::make_unique<CompositeOperator>(level.mesh, own_moments, poisson_ratio), std::move(part));
}

CoarseSolver::~CoarseSolver() = default;

void CoarseSolver::factorise(const CoarseMesh& mesh, const std::vector<CubeMoments>& moments, double poisson_ratio) {
  std::vector<Eigen::Triplet<double>> entries;
  bool any_fixed = false;
  const auto is_fixed = [&](std::int32_t n, int c) { return (mesh.fixed[std::size_t(n)] >> c & 1) != 0; };
  for (std::int32_t n = 0; n < mesh.node_count; ++n)
    for (int c = 0; c < 3; ++c)
      if (is_fixed(n, c)) {
        any_fixed = true;
        entries.emplace_back(3 * n + c, 3 * n + c, 1.0);
      }
  // A periodic solid may move as a whole: holding one node of a compatible system changes its solution by such a motion only.
  const std::int32_t held = any_fixed ? -1 : 0;
  for (std::size_t e = 0; e < mesh.element_count(); ++e) {
    const Eigen::Matrix<double, 24, 24> matrix = moment_matrix(moments[e], poisson_ratio);
    const auto& nodes = mesh.nodes[e];
    for (int i = 0; i < 24; ++i)
      for (int j = 0; j < 24; ++j) {
        const std::int32_t r = nodes[std::size_t(i / 3)], c = nodes[std::size_t(j / 3)];
        if (r == held || c == held || is_fixed(r, i % 3) || is_fixed(c, j % 3)) continue;
        entries.emplace_back(3 * r + i % 3, 3 * c + j % 3, matrix(i, j) * (i == j ? 1.0 + 1e-6 : 1.0));
      }
  }
  if (held == 0)
    for (int c = 0; c < 3; ++c) entries.emplace_back(c, c, 1.0);
  Eigen::SparseMatrix<double> matrix(3 * mesh.node_count, 3 * mesh.node_count);
  matrix.setFromTriplets(entries.begin(), entries.end());
  direct_->factor.compute(matrix);
  if (direct_->factor.info() != Eigen::Success || !(direct_->factor.vectorD().minCoeff() > 0.0))
    fail_computation("the coarsest operator of the voxel solver is not positive: the solid can move without deforming; hold it at three "
                     "points that are not in line, or leave out loose pieces");
}

template <class Node>
std::vector<CoarseSolver::Vectors<Node>>& CoarseSolver::vectors() {
  std::vector<Vectors<Node>>* all;
  if constexpr (kLanesOf<Node> == 1) all = &work_->single;
  else all = &work_->lanes;
  if (all->empty()) {
    all->resize(levels_.size());
    for (std::size_t l = 0; l < levels_.size(); ++l) {
      Vectors<Node>& v = (*all)[l];
      for (CoarseVectorOf<Node>* vector : {&v.b, &v.x, &v.y, &v.z, &v.p, &v.q})
        if (l + 1 < levels_.size() || vector == &v.b || vector == &v.x) vector->assign(levels_[l]->nodes, Node{});
    }
  }
  return *all;
}

template <class Node>
void CoarseSolver::update(std::size_t l, CoarseVectorOf<Node>& v) {
  if constexpr (kLanesOf<Node> == 1) {
    if (levels_[l]->share) levels_[l]->share->update(v);
  } else {
    SPONGIOSA_ASSERT(!processes_);  // several processes solve one load case after the other
  }
}

template <class Node>
void CoarseSolver::add_up(std::size_t l, CoarseVectorOf<Node>& v) {
  if (!processes_) return;
  float* values = reinterpret_cast<float*>(v.data());
  if (levels_[l]->share) levels_[l]->share->halo->add_to_owners(values);
  else if (levels_[l - 1]->share) processes_->sum(std::span(values, v.size() * sizeof(Node) / sizeof(float)));
}

template <class Node>
LaneSums<Node> CoarseSolver::product(std::size_t l, const CoarseVectorOf<Node>& a, const CoarseVectorOf<Node>& b) {
  LaneSums<Node> sum = dot(a, b, levels_[l]->op->rows());
  if (levels_[l]->share) processes_->sum(std::span<double>(sum));
  return sum;
}

void CoarseSolver::forget_lanes() { std::vector<Vectors<LaneNode>>().swap(work_->lanes); }

template <class Node>
void CoarseSolver::correct(const float* residual, float* fine) {
  Vectors<Node>& v = vectors<Node>().front();
  first_->restrict(residual, v.b);
  add_up<Node>(0, v.b);
  solve<Node>(0, v.b, v.x);
  update<Node>(0, v.x);
  first_->prolong(v.x, fine);
}
template void CoarseSolver::correct<Float4>(const float*, float*);
template void CoarseSolver::correct<LaneNode>(const float*, float*);

/// V-cycle from zero.
template <class Node>
void CoarseSolver::cycle(std::size_t l, const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x) {
  const Level& level = *levels_[l];
  CoarseVectorOf<Node>& y = vectors<Node>()[l].y;
  CoarseVectorOf<Node>* now = &x;
  CoarseVectorOf<Node>* other = &y;
  const auto smooth = [&](std::size_t from) {
    for (std::size_t k = from; k < level.steps.step.size(); ++k) {
      update<Node>(l, *now);
      level.op->smooth(*now, *other, b, level.steps.momentum[k], level.steps.step[k]);
      std::swap(now, other);
    }
  };
  level.op->smooth_zero(*now, b, level.steps.step[0]);
  for_nodes(other->size(), [&](std::size_t i) { (*other)[i] = Node{}; });
  smooth(1);
  Vectors<Node>& coarse = vectors<Node>()[l + 1];
  update<Node>(l, *now);
  level.op->residual(*now, b, *other);
  level.down->restrict(*other, coarse.b);
  add_up<Node>(l + 1, coarse.b);
  solve<Node>(l + 1, coarse.b, coarse.x);
  update<Node>(l + 1, coarse.x);
  level.down->prolong(coarse.x, *now);
  smooth(0);
  if (now != &x) x.swap(y);
}

template <class Node>
void CoarseSolver::solve_directly(const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x) {
  constexpr int lanes = kLanesOf<Node>;
  constexpr std::size_t stride = sizeof(Node) / sizeof(float) / (lanes == 1 ? 4 : 3);
  const auto index = [&](std::size_t c, std::size_t lane) { return c * stride + lane; };
  Eigen::MatrixXd loads(Eigen::Index(3 * b.size()), lanes);
  for (std::size_t n = 0; n < b.size(); ++n)
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t lane = 0; lane < std::size_t(lanes); ++lane)
        loads(Eigen::Index(3 * n + c), Eigen::Index(lane)) = double(reinterpret_cast<const float*>(&b[n])[index(c, lane)]);
  const Eigen::MatrixXd solution = direct_->factor.solve(loads);
  for (std::size_t n = 0; n < b.size(); ++n) {
    x[n] = Node{};
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t lane = 0; lane < std::size_t(lanes); ++lane)
        reinterpret_cast<float*>(&x[n])[index(c, lane)] = float(solution(Eigen::Index(3 * n + c), Eigen::Index(lane)));
  }
}

/// b is used up.
template <class Node>
void CoarseSolver::solve(std::size_t l, CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x) {
  if (l + 1 == levels_.size()) return solve_directly<Node>(b, x);
  const int steps = l == 0 ? options_.first_steps : options_.coarse_steps;
  if (steps <= 1) return cycle<Node>(l, b, x);
  // Flexible conjugate gradients, because the preconditioner is not quite the same operator at every step. A load case without a residual
  // or met by rounding alone gets factors of zero.
  Vectors<Node>& v = vectors<Node>()[l];
  LaneSums<Node> q_norm{};
  const std::size_t own = levels_[l]->op->rows();
  const LaneSums<Node> begin = product<Node>(l, b, b);
  for (int step = 0; step < steps; ++step) {
    cycle<Node>(l, b, v.z);
    if (step == 0) {
      v.p.swap(v.z);
    } else {
      const auto beta = quotients(product<Node>(l, v.z, v.q), q_norm, -1.0);
      for_nodes(own, [&](std::size_t i) { v.p[i] = v.z[i] + scaled(beta, v.p[i]); });
    }
    update<Node>(l, v.p);
    levels_[l]->op->multiply(v.p, v.q);
    q_norm = product<Node>(l, v.p, v.q);
    const auto alpha = quotients(product<Node>(l, v.p, b), q_norm, 1.0);
    auto minus_alpha = alpha;
    for (float& a : minus_alpha) a = -a;
    const bool last = step + 1 == steps;
    for_nodes(own, [&](std::size_t i) {
      x[i] = step == 0 ? scaled(alpha, v.p[i]) : x[i] + scaled(alpha, v.p[i]);
      if (!last) b[i] += scaled(minus_alpha, v.q[i]);
    });
    if (last) break;
    const LaneSums<Node> now = product<Node>(l, b, b);
    bool enough = true;
    for (std::size_t lane = 0; lane < now.size(); ++lane)
      enough = enough && now[lane] <= options_.enough_reduction * options_.enough_reduction * begin[lane];
    if (enough) break;
  }
}

std::vector<CoarseSolver::LevelSize> CoarseSolver::levels() const {
  std::vector<LevelSize> sizes;
  for (const auto& level : levels_) {
    const std::int64_t rows = std::int64_t(level->op->rows());
    sizes.push_back({level->elements, rows, level->op->bytes() + (level->down ? 6 : 2) * 16 * rows + (level->down ? level->down->bytes() : 0),
                     level->largest});
  }
  if (!sizes.empty()) sizes[0].bytes += first_->bytes();
  return sizes;
}

std::int64_t CoarseSolver::lane_bytes() const {
  std::int64_t bytes = 0;
  for (const auto& level : levels_) bytes += (level->down ? 6 : 2) * std::int64_t(sizeof(LaneNode)) * std::int64_t(level->op->rows());
  return bytes;
}

}  // namespace spongiosa::fea::micro
