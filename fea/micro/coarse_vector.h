#pragma once
/// Vectors of the coarse levels: one load case in single precision, or eight of them side by side in SIMD lanes.

#include "fea/micro/block_rows.h"

#include <array>
#include <vector>

namespace spongiosa::fea::micro {

/// Load cases that are solved side by side.
inline constexpr int kLoadLanes = 8;

/// One load case: three components of a node and a zero.
using Float4 [[gnu::vector_size(16)]] = float;
/// Eight load cases: three components of a node, a lane each.
struct alignas(32) LaneNode {
  Float8 component[3];
};
/// Node is Float4 or LaneNode.
template <class Node>
using CoarseVectorOf = std::vector<Node>;
using CoarseVector = CoarseVectorOf<Float4>;

template <class Node>
inline constexpr int kLanesOf = 1;
template <>
inline constexpr int kLanesOf<LaneNode> = kLoadLanes;
/// One number per load case.
template <class Node>
using LaneSums = std::array<double, std::size_t(kLanesOf<Node>)>;

[[gnu::always_inline]] inline LaneNode operator+(const LaneNode& a, const LaneNode& b) {
  return {{a.component[0] + b.component[0], a.component[1] + b.component[1], a.component[2] + b.component[2]}};
}
[[gnu::always_inline]] inline LaneNode operator-(const LaneNode& a, const LaneNode& b) {
  return {{a.component[0] - b.component[0], a.component[1] - b.component[1], a.component[2] - b.component[2]}};
}
[[gnu::always_inline]] inline LaneNode operator*(float s, const LaneNode& a) {
  return {{s * a.component[0], s * a.component[1], s * a.component[2]}};
}
[[gnu::always_inline]] inline LaneNode& operator+=(LaneNode& a, const LaneNode& b) { return a = a + b; }

[[gnu::always_inline]] inline Float4 load4(const float* from) {
  Float4 v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
/// 3x3 block (by columns, one more number may be read behind it) times the components of a node.
[[gnu::always_inline]] inline Float4 times(const float* block, const Float4& x) {
  const Float4 three = {1, 1, 1, 0};
  return (load4(block) * x[0] + load4(block + 3) * x[1] + load4(block + 6) * x[2]) * three;
}
[[gnu::always_inline]] inline LaneNode times(const float* block, const LaneNode& x) {
  LaneNode y;
  for (int r = 0; r < 3; ++r)
    y.component[r] = block[r] * x.component[0] + block[3 + r] * x.component[1] + block[6 + r] * x.component[2];
  return y;
}
/// Zero at the components whose bit is set in `fixed`.
[[gnu::always_inline]] inline Float4 free_part(const Float4& x, std::uint8_t fixed) {
  return x * Float4{fixed & 1 ? 0.0f : 1.0f, fixed & 2 ? 0.0f : 1.0f, fixed & 4 ? 0.0f : 1.0f, 0.0f};
}
[[gnu::always_inline]] inline LaneNode free_part(const LaneNode& x, std::uint8_t fixed) {
  LaneNode y = x;
  for (int c = 0; c < 3; ++c)
    if (fixed >> c & 1) y.component[c] = Float8{};
  return y;
}
/// Scaled by one number per load case.
[[gnu::always_inline]] inline Float4 scaled(const std::array<float, 1>& s, const Float4& x) { return s[0] * x; }
[[gnu::always_inline]] inline LaneNode scaled(const std::array<float, 8>& s, const LaneNode& x) {
  const Float8 lanes = load<Float8>(s.data());
  return {{lanes * x.component[0], lanes * x.component[1], lanes * x.component[2]}};
}

/// Products of the load cases over the first `count` nodes, each added in a fixed order whatever the number of threads.
LaneSums<Float4> dot(const CoarseVectorOf<Float4>& a, const CoarseVectorOf<Float4>& b, std::size_t count);
LaneSums<LaneNode> dot(const CoarseVectorOf<LaneNode>& a, const CoarseVectorOf<LaneNode>& b, std::size_t count);

}  // namespace spongiosa::fea::micro
