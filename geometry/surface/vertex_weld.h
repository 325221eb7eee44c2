#pragma once
/// One number for each place: vertices of a soup of triangles become shared.

#include "core/vector.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry {

/// Numbers places in the order in which they first come (-0 equals 0). 12 bytes per place and up to 16 for the table.
class VertexWeld {
 public:
  /// @param expected  places, for which the table is made at once
  explicit VertexWeld(std::size_t expected = 0) : table_(std::bit_ceil(std::max<std::size_t>(2 * expected + 2, 1024)), kEmpty) {}

  /// Begins to load what number(p) will look at.
  void fetch(const Vec3f& p) const { __builtin_prefetch(&table_[first_slot(p + Vec3f::Zero())]); }

  std::uint32_t number(const Vec3f& p) {
    const Vec3f place = p + Vec3f::Zero();  // -0 becomes 0
    if (places_.size() * 2 >= table_.size()) grow();
    std::uint32_t& slot = find(place);
    if (slot == kEmpty) {
      slot = std::uint32_t(places_.size());
      places_.push_back(place);
    }
    return slot;
  }
  std::size_t size() const { return places_.size(); }
  std::vector<Vec3f> take() { return std::move(places_); }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t(0);

  std::size_t first_slot(const Vec3f& place) const;
  std::uint32_t& find(const Vec3f& place);
  void grow();

  std::vector<Vec3f> places_;
  std::vector<std::uint32_t> table_;
};

}  // namespace spongiosa::geometry
