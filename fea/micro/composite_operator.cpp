#include "fea/micro/composite_operator.h"

#include "core/error.h"
#include "fea/micro/vector_kernels.h"

#include <Eigen/Dense>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::micro {

namespace {

/// Cubes that touch the nodes of each part, ascending. Nodes behind the last part belong to other processes.
std::vector<std::vector<std::int32_t>> cubes_of_parts(const CoarseMesh& mesh) {
  const std::vector<std::int32_t>& first = mesh.block_first_node;
  std::vector<std::int32_t> part_of(std::size_t(mesh.node_count), -1);
  tbb::parallel_for(std::size_t(0), first.size() - 1,
                    [&](std::size_t p) { std::fill(part_of.begin() + first[p], part_of.begin() + first[p + 1], std::int32_t(p)); });
  std::vector<std::vector<std::int32_t>> cubes(first.size() - 1);
  for (std::size_t e = 0; e < mesh.element_count(); ++e)
    for (const std::int32_t n : mesh.nodes[e]) {
      if (part_of[std::size_t(n)] < 0) continue;
      auto& of_part = cubes[std::size_t(part_of[std::size_t(n)])];
      if (of_part.empty() || of_part.back() != std::int32_t(e)) of_part.push_back(std::int32_t(e));
    }
  return cubes;
}

/// The 3x3 diagonal blocks of the eight corners are linear in the moments: 9 rows (by columns of the block) per corner.
Eigen::Matrix<float, 72, 27> diagonal_table(double poisson_ratio) {
  Eigen::Matrix<float, 72, 27> table;
  for (int k = 0; k < 27; ++k) {
    CubeMoments unit{};
    unit[std::size_t(k)] = 1.0;
    const Eigen::Matrix<double, 24, 24> matrix = moment_matrix(unit, poisson_ratio);
    for (int a = 0; a < 8; ++a)
      for (int c = 0; c < 9; ++c) table(9 * a + c, k) = float(matrix(3 * a + c % 3, 3 * a + c / 3));
  }
  return table;
}

/// Several corners are one node on a periodic axis with a single cube.
bool repeats_nodes(const std::array<std::int32_t, 8>& nodes) {
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (nodes[a] == nodes[b]) return true;
  return false;
}

void invert_block(float* block, std::uint8_t fixed, double floor) {
  Eigen::Matrix3d m = Eigen::Map<const Eigen::Matrix3f>(block).cast<double>();
  for (int c = 0; c < 3; ++c)
    if (fixed >> c & 1) {
      m.row(c).setZero();
      m.col(c).setZero();
      m(c, c) = 1.0;
    }
  m += Eigen::Matrix3d::Identity() * (1e-6 * m.trace() + floor);
  Eigen::Matrix3d inverse = m.inverse();
  for (int c = 0; c < 3; ++c)
    if (fixed >> c & 1) inverse(c, c) = 0.0;
  Eigen::Map<Eigen::Matrix3f> result(block);
  result = inverse.cast<float>();
}

}  // namespace

CompositeOperator::CompositeOperator(const CoarseMesh& mesh, const std::vector<std::array<float, 8>>& scale, double poisson_ratio)
    : constants_(poisson_ratio) {
  build(mesh, poisson_ratio, &Part::octants, [&](std::size_t e) { return octant_moments(scale[e]); });
}

CompositeOperator::CompositeOperator(const CoarseMesh& mesh, const std::vector<CubeMoments>& moments, double poisson_ratio)
    : constants_(poisson_ratio) {
  build(mesh, poisson_ratio, &Part::cubes, [&](std::size_t e) -> const CubeMoments& { return moments[e]; });
}

template <int Count, class MomentsOf>
void CompositeOperator::build(const CoarseMesh& mesh, double poisson_ratio, std::vector<CompositeBatch<Count>> Part::*batches,
                              const MomentsOf& moments_of) {
  const std::vector<std::vector<std::int32_t>> cubes = cubes_of_parts(mesh);
  const Eigen::Matrix<float, 72, 27> table = diagonal_table(poisson_ratio);
  parts_.resize(cubes.size());
  inverse_.assign(9 * std::size_t(mesh.block_first_node.back()) + 4, 0.0f);
  tbb::parallel_for(std::size_t(0), parts_.size(), [&](std::size_t p) {
    Part& part = parts_[p];
    part.first_node = mesh.block_first_node[p];
    part.end_node = mesh.block_first_node[p + 1];
    const auto own = [&](std::int32_t n) { return n >= part.first_node && n < part.end_node; };
    for (const std::int32_t e : cubes[p])
      for (const std::int32_t n : mesh.nodes[std::size_t(e)])
        if (!own(n)) part.foreign.push_back(n);
    std::sort(part.foreign.begin(), part.foreign.end());
    part.foreign.erase(std::unique(part.foreign.begin(), part.foreign.end()), part.foreign.end());
    part.foreign.shrink_to_fit();
    const std::size_t own_count = std::size_t(part.end_node - part.first_node), zero = own_count + part.foreign.size();
    SPONGIOSA_ASSERT(zero < 65536);
    std::vector<float> stiffness(own_count, 0.0f);  // modulus in the cubes around each node
    auto& of_part = part.*batches;
    of_part.resize((cubes[p].size() + 7) / 8);
    for (std::size_t i = 0; i < 8 * of_part.size(); ++i) {
      CompositeBatch<Count>& batch = of_part[i / 8];
      const std::size_t lane = i % 8;
      if (i >= cubes[p].size()) {
        for (std::size_t a = 0; a < 8; ++a) batch.corner[a][lane] = std::uint16_t(zero);
        set_moments(batch, lane, CubeMoments{});
        continue;
      }
      const std::size_t e = std::size_t(cubes[p][i]);
      const auto& nodes = mesh.nodes[e];
      const CubeMoments& moments = moments_of(e);
      set_moments(batch, lane, moments);
      Eigen::Matrix<float, 72, 1> diagonal = Eigen::Matrix<float, 72, 1>::Zero();
      for (int k = 0; k < 27; ++k) diagonal += float(moments[std::size_t(k)]) * table.col(k);
      const bool repeated = repeats_nodes(nodes);
      Eigen::Matrix<double, 24, 24> matrix;
      if (repeated) matrix = moment_matrix(moments, poisson_ratio);
      for (std::size_t a = 0; a < 8; ++a) {
        const std::int32_t n = nodes[a];
        batch.corner[a][lane] = std::uint16_t(
            own(n) ? std::size_t(n - part.first_node)
                   : own_count + std::size_t(std::lower_bound(part.foreign.begin(), part.foreign.end(), n) - part.foreign.begin()));
        if (!own(n)) continue;
        stiffness[std::size_t(n - part.first_node)] += float(moments[0]);
        float* to = &inverse_[9 * std::size_t(n)];
        for (std::size_t c = 0; c < 9; ++c) to[c] += diagonal[Eigen::Index(9 * a + c)];
        for (std::size_t b = 0; repeated && b < 8; ++b)
          for (std::size_t c = 0; b != a && nodes[b] == n && c < 9; ++c)
            to[c] += float(matrix(Eigen::Index(3 * a + c % 3), Eigen::Index(3 * b + c / 3)));
      }
    }
    // Far from the solid a node's block is small beside the rounding of its cubes' forces: a trace of their stiffness keeps that rounding
    // from being taken for a force.
    for (std::int32_t n = part.first_node; n < part.end_node; ++n) {
      const std::uint8_t fixed = mesh.fixed[std::size_t(n)];
      invert_block(&inverse_[9 * std::size_t(n)], fixed, 1e-6 * double(stiffness[std::size_t(n - part.first_node)]));
      if (fixed) part.held.emplace_back(n - part.first_node, fixed);
    }
  });
}

std::int64_t CompositeOperator::bytes() const {
  std::int64_t bytes = std::int64_t(inverse_.size() * 4);
  for (const Part& part : parts_)
    bytes += std::int64_t(sizeof(Part) + part.foreign.size() * 4 + part.octants.size() * sizeof(CompositeBatch<8>) +
                          part.cubes.size() * sizeof(CompositeBatch<27>) + part.held.size() * 8);
  return bytes;
}

template <class Node, class Finish>
void CompositeOperator::apply(const CoarseVectorOf<Node>& x, const Finish& finish) const {
  tbb::parallel_for(std::size_t(0), parts_.size(), [&](std::size_t p) {
    const Part& part = parts_[p];
    const std::size_t own = std::size_t(part.end_node - part.first_node), count = own + part.foreign.size() + 1;
    static thread_local CoarseVectorOf<Node> displacement, force;
    if (displacement.size() < count) displacement.resize(count);
    force.assign(count, Node{});
    std::copy_n(x.begin() + part.first_node, own, displacement.begin());
    for (std::size_t i = 0; i < part.foreign.size(); ++i) displacement[own + i] = x[std::size_t(part.foreign[i])];
    displacement[count - 1] = Node{};
    const float* from = reinterpret_cast<const float*>(displacement.data());
    float* to = reinterpret_cast<float*>(force.data());
    if constexpr (kLanesOf<Node> == 1) {
      composite_forces(part.octants.data(), part.octants.size(), constants_, from, to);
      composite_forces(part.cubes.data(), part.cubes.size(), constants_, from, to);
    } else {
      composite_lane_forces(part.octants.data(), part.octants.size(), constants_, from, to);
      composite_lane_forces(part.cubes.data(), part.cubes.size(), constants_, from, to);
    }
    for (const auto& [node, components] : part.held) force[std::size_t(node)] = free_part(force[std::size_t(node)], components);
    finish(std::size_t(part.first_node), own, static_cast<const Node*>(force.data()));
  });
}

template <class Node>
void CompositeOperator::multiply(const CoarseVectorOf<Node>& x, CoarseVectorOf<Node>& y) const {
  apply(x, [&](std::size_t first, std::size_t count, const Node* force) { std::copy_n(force, count, y.begin() + std::ptrdiff_t(first)); });
}
template <class Node>
void CompositeOperator::residual(const CoarseVectorOf<Node>& x, const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& r) const {
  apply(x, [&](std::size_t first, std::size_t count, const Node* force) {
    for (std::size_t i = 0; i < count; ++i) r[first + i] = b[first + i] - force[i];
  });
}
template <class Node>
void CompositeOperator::smooth(const CoarseVectorOf<Node>& x, CoarseVectorOf<Node>& x_old, const CoarseVectorOf<Node>& b, float momentum,
                               float step) const {
  apply(x, [&](std::size_t first, std::size_t count, const Node* force) {
    smooth_nodes(count, &x[first], &x_old[first], &b[first], force, &inverse_[9 * first], momentum, step);
  });
}
template <class Node>
void CompositeOperator::smooth_zero(CoarseVectorOf<Node>& x, const CoarseVectorOf<Node>& b, float step) const {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, rows(), 2048), [&](const auto& range) {
    for (std::size_t r = range.begin(); r < range.end(); ++r) x[r] = step * times(&inverse_[9 * r], b[r]);
  });
}
#define SPONGIOSA_INSTANTIATE(Node)                                                                                                       \
  template void CompositeOperator::multiply(const CoarseVectorOf<Node>&, CoarseVectorOf<Node>&) const;                                    \
  template void CompositeOperator::residual(const CoarseVectorOf<Node>&, const CoarseVectorOf<Node>&, CoarseVectorOf<Node>&) const;       \
  template void CompositeOperator::smooth(const CoarseVectorOf<Node>&, CoarseVectorOf<Node>&, const CoarseVectorOf<Node>&, float, float)  \
      const;                                                                                                                              \
  template void CompositeOperator::smooth_zero(CoarseVectorOf<Node>&, const CoarseVectorOf<Node>&, float) const;
SPONGIOSA_INSTANTIATE(Float4)
SPONGIOSA_INSTANTIATE(LaneNode)

double CompositeOperator::largest_eigenvalue(const MeshShare* share) const {
  CoarseVector x(share ? std::size_t(share->mesh.node_count) : rows()), y(x.size());
  const auto norm = [&] {
    LaneSums<Float4> sum = dot(x, x, rows());
    if (share) share->processes->sum(sum);
    return std::sqrt(sum[0]);
  };
  std::uint32_t state = 12345;
  for (std::size_t n = 0; n < rows(); ++n)
    for (int c = 0; c < 3; ++c) {
      state = state * 1664525u + 1013904223u;
      const bool held = inverse_[9 * n + std::size_t(4 * c)] == 0.0f;
      x[n][c] = held ? 0.0f : float(state >> 8) / 8388608.0f - 1.0f;
    }
  double value = 0.0;
  for (int step = 0; step < 12; ++step) {
    const double before = norm();
    if (before == 0.0) return 1.0;  // every component is held
    if (share) share->update(x);
    multiply(x, y);
    smooth_zero(x, y, float(1.0 / before));
    value = norm();
  }
  return value > 0.0 ? 1.1 * value : 1.0;
}

}  // namespace spongiosa::fea::micro
