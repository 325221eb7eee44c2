#pragma once
/// Sets of vertices that are joined pair by pair.

#include <cstdint>
#include <numeric>
#include <vector>

namespace spongiosa::geometry {

/// Union by smaller number with path halving: a set is named by its smallest vertex.
class VertexSets {
 public:
  explicit VertexSets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
  std::uint32_t find(std::uint32_t a) {
    while (parent_[a] != a) a = parent_[a] = parent_[parent_[a]];
    return a;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a != b) parent_[a < b ? b : a] = a < b ? a : b;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace spongiosa::geometry
