#include "fea/micro/coarse_vector.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kChunk = 8192;

template <class Node, class Add>
LaneSums<Node> sum_chunks(std::size_t nodes, const Add& add) {
  const std::int64_t count = std::int64_t(nodes), chunks = (count + kChunk - 1) / kChunk;
  std::vector<LaneSums<Node>> sums(std::size_t(chunks), LaneSums<Node>{});
  tbb::parallel_for(std::int64_t(0), chunks, [&](std::int64_t c) {
    LaneSums<Node> own{};
    for (std::int64_t i = c * kChunk; i < std::min(count, (c + 1) * kChunk); ++i) add(std::size_t(i), own);
    sums[std::size_t(c)] = own;
  });
  LaneSums<Node> sum{};
  for (const auto& s : sums)
    for (std::size_t lane = 0; lane < s.size(); ++lane) sum[lane] += s[lane];
  return sum;
}

}  // namespace

LaneSums<Float4> dot(const CoarseVectorOf<Float4>& a, const CoarseVectorOf<Float4>& b, std::size_t count) {
  return sum_chunks<Float4>(count, [&](std::size_t i, LaneSums<Float4>& sum) {
    const Float4 product = a[i] * b[i];
    sum[0] += double(product[0]) + double(product[1]) + double(product[2]);
  });
}
LaneSums<LaneNode> dot(const CoarseVectorOf<LaneNode>& a, const CoarseVectorOf<LaneNode>& b, std::size_t count) {
  return sum_chunks<LaneNode>(count, [&](std::size_t i, LaneSums<LaneNode>& sum) {
    for (std::size_t lane = 0; lane < sum.size(); ++lane)
      for (int c = 0; c < 3; ++c) sum[lane] += double(a[i].component[c][lane]) * double(b[i].component[c][lane]);
  });
}

}  // namespace spongiosa::fea::micro
