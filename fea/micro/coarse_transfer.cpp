#include "fea/micro/coarse_transfer.h"

#include "core/error.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

using Range = tbb::blocked_range<std::int64_t>;
constexpr float kPower[4] = {1.0f, 0.5f, 0.25f, 0.125f};

/// Weights of the eight corners at each of the 27 places, and the corners with one.
struct PlaceWeights {
  float value[27][8];
  std::uint8_t corners[27] = {};
  PlaceWeights() {
    for (int place = 0; place < 27; ++place)
      for (int corner = 0; corner < 8; ++corner) {
        const int exponent = weight_exponent(Place(place), corner);
        value[place][corner] = exponent < 0 ? 0.0f : kPower[exponent];
        if (exponent >= 0) corners[place] |= std::uint8_t(1 << corner);
      }
  }
};
const PlaceWeights kWeights;

template <class Node>
[[gnu::always_inline]] inline Node interpolate(const Node (&corner)[8], unsigned place) {
  const float* weight = kWeights.value[place];
  Node sum{};
  for (unsigned set = kWeights.corners[place]; set; set &= set - 1) {
    const int a = std::countr_zero(set);
    sum += weight[a] * corner[a];
  }
  return sum;
}

[[gnu::always_inline]] inline Float4 read_node(const float* from, std::int64_t stride, const Float4*) {
  return Float4{from[0], from[stride], from[2 * stride], 0.0f};
}
[[gnu::always_inline]] inline LaneNode read_node(const float* from, std::int64_t stride, const LaneNode*) {
  return {{load<Float8>(from), load<Float8>(from + 8 * stride), load<Float8>(from + 16 * stride)}};
}
[[gnu::always_inline]] inline void add_node(const Float4& value, float* to, std::int64_t stride) {
  to[0] += value[0];
  to[stride] += value[1];
  to[2 * stride] += value[2];
}
[[gnu::always_inline]] inline void add_node(const LaneNode& value, float* to, std::int64_t stride) {
  for (int c = 0; c < 3; ++c) store(to + 8 * c * stride, load<Float8>(to + 8 * c * stride) + value.component[c]);
}

}  // namespace

CoarseSide::CoarseSide(const CoarseMesh& mesh)
    : nodes_(mesh.nodes), fixed_(mesh.fixed), around_(std::size_t(mesh.node_count) + 1, 0), corner_(8 * mesh.element_count()) {
  SPONGIOSA_ASSERT(mesh.element_count() < (1u << 28));
  for (const auto& nodes : nodes_)
    for (const std::int32_t n : nodes) ++around_[std::size_t(n) + 1];
  for (std::size_t n = 0; n + 1 < around_.size(); ++n) around_[n + 1] += around_[n];
  std::vector<std::uint32_t> next(around_.begin(), around_.end() - 1);
  for (std::size_t e = 0; e < nodes_.size(); ++e)
    for (std::size_t a = 0; a < 8; ++a) corner_[next[std::size_t(nodes_[e][a])]++] = std::int32_t(8 * e + a);
}

std::int64_t CoarseSide::bytes() const {
  return std::int64_t(nodes_.size() * 32 + fixed_.size() + around_.size() * 4 + corner_.size() * 4);
}

template <class Node, class Work>
void CoarseSide::for_elements(const CoarseVectorOf<Node>& coarse, const Work& work) const {
  tbb::parallel_for(Range(0, std::int64_t(nodes_.size()), 512), [&](const Range& range) {
    for (std::int64_t e = range.begin(); e < range.end(); ++e) {
      Node corner[8];
      for (std::size_t a = 0; a < 8; ++a) corner[a] = coarse[std::size_t(nodes_[std::size_t(e)][a])];
      work(std::size_t(e), corner);
    }
  });
}

template <class Node, class Add>
void CoarseSide::gather(CoarseVectorOf<Node>& coarse, const Add& add) const {
  tbb::parallel_for(Range(0, std::int64_t(coarse.size()), 512), [&](const Range& range) {
    for (std::int64_t n = range.begin(); n < range.end(); ++n) {
      Node sum{};
      for (std::uint32_t k = around_[std::size_t(n)]; k < around_[std::size_t(n) + 1]; ++k)
        add(std::size_t(corner_[k] / 8), std::size_t(corner_[k] % 8), sum);
      coarse[std::size_t(n)] = free_part(sum, fixed_[std::size_t(n)]);
    }
  });
}

CoarseTransfer::CoarseTransfer(const CoarseMesh& fine, const NextCoarseLevel& level)
    : CoarseSide(level.mesh), begin_(level.mesh.element_count() + 1, 0), node_(level.node_parent.size()), place_(node_.size()),
      fine_fixed_(node_.size()) {
  for (const std::int32_t e : level.node_parent) ++begin_[std::size_t(e) + 1];
  for (std::size_t e = 0; e + 1 < begin_.size(); ++e) begin_[e + 1] += begin_[e];
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (std::size_t n = 0; n < node_.size(); ++n) {
    const std::size_t to = next[std::size_t(level.node_parent[n])]++;
    node_[to] = std::int32_t(n);
    place_[to] = level.node_place[n];
    fine_fixed_[to] = fine.fixed[n];
  }
}

template <class Node>
void CoarseTransfer::prolong(const CoarseVectorOf<Node>& coarse, CoarseVectorOf<Node>& fine) const {
  for_elements(coarse, [&](std::size_t e, const Node(&corner)[8]) {
    for (std::size_t i = begin_[e]; i < begin_[e + 1]; ++i)
      fine[std::size_t(node_[i])] += free_part(interpolate(corner, place_[i]), fine_fixed_[i]);
  });
}

template <class Node>
void CoarseTransfer::restrict(const CoarseVectorOf<Node>& fine, CoarseVectorOf<Node>& coarse) const {
  gather(coarse, [&](std::size_t e, std::size_t a, Node& sum) {
    for (std::size_t i = begin_[e]; i < begin_[e + 1]; ++i)
      if (kWeights.corners[place_[i]] >> a & 1) sum += kWeights.value[place_[i]][a] * fine[std::size_t(node_[i])];
  });
}

std::int64_t CoarseTransfer::bytes() const { return CoarseSide::bytes() + std::int64_t(begin_.size() * 4 + node_.size() * 6); }

FirstTransfer::FirstTransfer(const CoarseMesh& mesh, VoxelTransfer transfer) : CoarseSide(mesh), transfer_(std::move(transfer)) {}

template <class Node>
void FirstTransfer::prolong(const CoarseVectorOf<Node>& coarse, float* fine) const {
  for_elements(coarse, [&](std::size_t e, const Node(&corner)[8]) {
    for (std::int64_t i = transfer_.begin[e]; i < transfer_.begin[e + 1]; ++i) {
      const unsigned code = transfer_.stride_place[std::size_t(i)];
      add_node(interpolate(corner, code & 31), fine + kLanesOf<Node> * std::int64_t(transfer_.x[std::size_t(i)]), code >> 5);
    }
  });
}

template <class Node>
void FirstTransfer::restrict(const float* fine, CoarseVectorOf<Node>& coarse) const {
  gather(coarse, [&](std::size_t e, std::size_t a, Node& sum) {
    for (std::int64_t i = transfer_.begin[e]; i < transfer_.begin[e + 1]; ++i) {
      const unsigned code = transfer_.stride_place[std::size_t(i)];
      if (kWeights.corners[code & 31] >> a & 1)
        sum += kWeights.value[code & 31][a] *
               read_node(fine + kLanesOf<Node> * std::int64_t(transfer_.x[std::size_t(i)]), code >> 5, static_cast<const Node*>(nullptr));
    }
  });
}

std::int64_t FirstTransfer::bytes() const { return CoarseSide::bytes() + std::int64_t(transfer_.begin.size() * 8 + transfer_.x.size() * 6); }

#define SPONGIOSA_INSTANTIATE(Node)                                                                        \
  template void CoarseTransfer::prolong(const CoarseVectorOf<Node>&, CoarseVectorOf<Node>&) const;         \
  template void CoarseTransfer::restrict(const CoarseVectorOf<Node>&, CoarseVectorOf<Node>&) const;        \
  template void FirstTransfer::prolong(const CoarseVectorOf<Node>&, float*) const;                         \
  template void FirstTransfer::restrict(const float*, CoarseVectorOf<Node>&) const;
SPONGIOSA_INSTANTIATE(Float4)
SPONGIOSA_INSTANTIATE(LaneNode)

}  // namespace spongiosa::fea::micro
