#include "geometry/surface/vertex_weld.h"

#include <bit>

namespace spongiosa::geometry {

std::size_t VertexWeld::first_slot(const Vec3f& place) const {
  // Multiplying by odd numbers and folding the high half down mixes all bits (as in SplitMix64).
  std::uint64_t hash = std::bit_cast<std::uint32_t>(place[0]) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 32) ^ std::bit_cast<std::uint32_t>(place[1])) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 32) ^ std::bit_cast<std::uint32_t>(place[2])) * 0x94d049bb133111ebu;
  hash ^= hash >> 31;
  return std::size_t(hash) & (table_.size() - 1);
}

std::uint32_t& VertexWeld::find(const Vec3f& place) {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = first_slot(place);
  while (table_[slot] != kEmpty && places_[table_[slot]] != place) slot = (slot + 1) & mask;
  return table_[slot];
}

void VertexWeld::grow() {
  table_.assign(table_.size() * 2, kEmpty);
  for (std::size_t n = 0; n < places_.size(); ++n) find(places_[n]) = std::uint32_t(n);
}

}  // namespace spongiosa::geometry
