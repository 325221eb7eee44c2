#include "fea/micro/composite_operator.h"

#include "core/error.h"
#include "fea/micro/element_matrix.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

/// Cubes that touch the nodes of each part, ascending.
std::vector<std::vector<std::int32_t>> cubes_of_parts(const FirstCoarseLevel& level) {
  const std::vector<std::int32_t>& first = level.block_first_node;
  std::vector<std::vector<std::int32_t>> cubes(first.size() - 1);
  for (std::size_t e = 0; e < level.mesh.element_count(); ++e) {
    std::size_t owners[8];
    for (std::size_t a = 0; a < 8; ++a)
      owners[a] = std::size_t(std::upper_bound(first.begin(), first.end(), level.mesh.nodes[e][a]) - first.begin()) - 1;
    std::sort(owners, owners + 8);
    for (std::size_t a = 0; a < 8; ++a)
      if (a == 0 || owners[a] != owners[a - 1]) cubes[owners[a]].push_back(std::int32_t(e));
  }
  return cubes;
}

}  // namespace

CompositeOperator::CompositeOperator(const FirstCoarseLevel& level, double poisson_ratio) : constants_(poisson_ratio) {
  const CoarseMesh& mesh = level.mesh;
  const std::vector<std::vector<std::int32_t>> cubes = cubes_of_parts(level);
  parts_.resize(cubes.size());
  std::vector<float> diagonal(9 * std::size_t(mesh.node_count), 0.0f);
  const std::vector<ElementMatrix> small = embedded_cube_matrices(poisson_ratio, 2);
  tbb::parallel_for(std::size_t(0), parts_.size(), [&](std::size_t p) {
    Part& part = parts_[p];
    part.first_node = level.block_first_node[p];
    part.end_node = level.block_first_node[p + 1];
    const auto own = [&](std::int32_t n) { return n >= part.first_node && n < part.end_node; };
    for (const std::int32_t e : cubes[p])
      for (const std::int32_t n : mesh.nodes[std::size_t(e)])
        if (!own(n)) part.foreign.push_back(n);
    std::sort(part.foreign.begin(), part.foreign.end());
    part.foreign.erase(std::unique(part.foreign.begin(), part.foreign.end()), part.foreign.end());
    const std::size_t own_count = std::size_t(part.end_node - part.first_node), zero = own_count + part.foreign.size();
    SPONGIOSA_ASSERT(zero < 65536);
    part.batches.resize((cubes[p].size() + 7) / 8);
    for (std::size_t i = 0; i < 8 * part.batches.size(); ++i) {
      CompositeBatch& batch = part.batches[i / 8];
      const std::size_t lane = i % 8;
      if (i >= cubes[p].size()) {
        for (std::size_t a = 0; a < 8; ++a) {
          batch.corner[a][lane] = std::uint16_t(zero);
          batch.moment[a][lane] = 0.0f;
        }
        continue;
      }
      const std::size_t e = std::size_t(cubes[p][i]);
      float scale[8], moment[8];
      std::copy(level.scale[e].begin(), level.scale[e].end(), scale);
      composite_moments(scale, moment);
      for (std::size_t a = 0; a < 8; ++a) {
        const std::int32_t n = mesh.nodes[e][a];
        const std::size_t local = own(n) ? std::size_t(n - part.first_node)
                                         : own_count + std::size_t(std::lower_bound(part.foreign.begin(), part.foreign.end(), n) - part.foreign.begin());
        batch.corner[a][lane] = std::uint16_t(local);
        batch.moment[a][lane] = moment[a];
        if (!own(n)) continue;
        for (std::size_t b = 0; b < 8; ++b) {
          if (mesh.nodes[e][b] != n) continue;  // several corners are one node on a periodic axis with a single cube
          for (std::size_t v = 0; v < 8; ++v)
            for (std::size_t c = 0; c < 9; ++c)
              diagonal[9 * std::size_t(n) + c] += scale[v] * small[v](Eigen::Index(3 * a + c % 3), Eigen::Index(3 * b + c / 3));
        }
      }
    }
    for (std::int32_t n = part.first_node; n < part.end_node; ++n)
      if (mesh.fixed[std::size_t(n)]) part.held.emplace_back(n - part.first_node, mesh.fixed[std::size_t(n)]);
  });
  invert_diagonal(mesh, diagonal);
}

std::int64_t CompositeOperator::bytes() const {
  std::int64_t bytes = std::int64_t(inverse_.size() * 4);
  for (const Part& part : parts_)
    bytes += std::int64_t(sizeof(Part) + part.foreign.size() * 4 + part.batches.size() * sizeof(CompositeBatch) + part.held.size() * 8);
  return bytes;
}

template <class Finish>
void CompositeOperator::apply(const CoarseVector& x, const Finish& finish) const {
  tbb::parallel_for(std::size_t(0), parts_.size(), [&](std::size_t p) {
    const Part& part = parts_[p];
    const std::size_t own = std::size_t(part.end_node - part.first_node), count = own + part.foreign.size() + 1;
    static thread_local CoarseVector displacement, force;
    if (displacement.size() < count) displacement.resize(count);
    force.assign(count, Float4{0, 0, 0, 0});
    std::copy_n(x.begin() + part.first_node, own, displacement.begin());
    for (std::size_t i = 0; i < part.foreign.size(); ++i) displacement[own + i] = x[std::size_t(part.foreign[i])];
    displacement[count - 1] = Float4{0, 0, 0, 0};
    composite_forces(part.batches.data(), part.batches.size(), constants_, reinterpret_cast<const float*>(displacement.data()),
                     reinterpret_cast<float*>(force.data()));
    for (const auto& [node, components] : part.held)
      for (int c = 0; c < 3; ++c)
        if (components >> c & 1) force[std::size_t(node)][c] = 0.0f;
    for (std::size_t i = 0; i < own; ++i) finish(std::size_t(part.first_node) + i, force[i]);
  });
}

void CompositeOperator::multiply(const CoarseVector& x, CoarseVector& y) const {
  apply(x, [&](std::size_t n, const Float4& force) { y[n] = force; });
}
void CompositeOperator::residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const {
  apply(x, [&](std::size_t n, const Float4& force) { r[n] = b[n] - force; });
}
void CompositeOperator::smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const {
  apply(x, [&](std::size_t n, const Float4& force) {
    x_old[n] = (x[n] + momentum * (x[n] - x_old[n]) + step * times(&inverse_[9 * n], b[n] - force)) * kThree;
  });
}

}  // namespace spongiosa::fea::micro
