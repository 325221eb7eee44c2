#include "geometry/surface/marching_cubes_table.h"

#include "core/error.h"

namespace spongiosa::geometry::marching_cubes {

namespace {

std::array<Edge, 12> make_edges() {
  std::array<Edge, 12> result{};
  for (int axis = 0; axis < 3; ++axis)
    for (int n = 0; n < 4; ++n) {
      // The two other axes in ascending order take the bits of n.
      const int first = axis == 0 ? 1 : 0;
      const int second = axis == 2 ? 1 : 2;
      const int low = n & 1, high = n >> 1;
      Edge& edge = result[std::size_t(4 * axis + n)];
      edge.axis = std::uint8_t(axis);
      edge.lower = std::uint8_t((low << first) | (high << second));
      edge.upper = std::uint8_t(edge.lower | (1 << axis));
      edge.faces = std::uint8_t((1 << (2 * first + low)) | (1 << (2 * second + high)));
    }
  return result;
}

int edge_between(int a, int b) {
  for (int e = 0; e < 12; ++e) {
    const Edge& edge = edges()[std::size_t(e)];
    if ((edge.lower == a && edge.upper == b) || (edge.lower == b && edge.upper == a)) return e;
  }
  SPONGIOSA_ASSERT(!"corners share an edge");
  return -1;
}

/// Corners of a face, counter-clockwise seen from outside the cube.
std::array<int, 4> face_corners(int axis, int side) {
  const int u = 1 << ((axis + 1) % 3), v = 1 << ((axis + 2) % 3);
  const int base = side << axis;
  if (side) return {base, base | u, base | u | v, base | v};
  return {base, base | v, base | u | v, base | u};
}

/// successor[e]: the crossed edge that follows the crossed edge e in its loop, -1 where e is not crossed. Going around a
/// face counter-clockwise, the segment that cuts off a run of solid corners leads from the edge where the run is entered
/// to the edge where it is left; seen from outside the solid, loops then run counter-clockwise. An edge is entered in one
/// of its two faces and left in the other, so every crossed edge has one successor.
std::array<int, 12> successors(int solid) {
  std::array<int, 12> successor;
  successor.fill(-1);
  for (int axis = 0; axis < 3; ++axis)
    for (int side = 0; side < 2; ++side) {
      const std::array<int, 4> corner = face_corners(axis, side);
      const auto is_solid = [&](int n) { return (solid >> corner[std::size_t(n & 3)]) & 1; };
      for (int n = 0; n < 4; ++n) {
        if (is_solid(n) || !is_solid(n + 1)) continue;
        int last = n + 1;
        while (is_solid(last + 1)) ++last;
        const int entry = edge_between(corner[std::size_t(n)], corner[std::size_t((n + 1) & 3)]);
        const int exit = edge_between(corner[std::size_t(last & 3)], corner[std::size_t((last + 1) & 3)]);
        successor[std::size_t(entry)] = exit;
      }
    }
  return successor;
}

/// Position in the loop from which a fan has no inner side in a face of the cube; -1 when there is none.
int fan_apex(const std::vector<std::uint8_t>& loop) {
  const int n = int(loop.size());
  for (int apex = 0; apex < n; ++apex) {
    bool clean = true;
    for (int step = 2; step <= n - 2; ++step)
      clean = clean && !(edges()[loop[std::size_t(apex)]].faces & edges()[loop[std::size_t((apex + step) % n)]].faces);
    if (clean) return apex;
  }
  return -1;
}

void add_loop(Case& result, const std::vector<std::uint8_t>& loop) {
  const std::size_t n = loop.size();
  ++result.loops;
  const int apex = fan_apex(loop);
  if (apex >= 0) {
    for (std::size_t step = 1; step + 1 < n; ++step)
      result.triangles.push_back({loop[std::size_t(apex)], loop[(std::size_t(apex) + step) % n],
                                  loop[(std::size_t(apex) + step + 1) % n]});
    return;
  }
  const auto centre = std::uint8_t(12 + result.centres.size());
  for (std::size_t s = 0; s < n; ++s) result.triangles.push_back({loop[s], loop[(s + 1) % n], centre});
  result.centres.push_back(loop);
}

std::array<Case, 256> make_cases() {
  std::array<Case, 256> result;
  for (int solid = 0; solid < 256; ++solid) {
    std::array<int, 12> successor = successors(solid);
    for (int first = 0; first < 12; ++first) {
      if (successor[std::size_t(first)] < 0) continue;
      std::vector<std::uint8_t> loop;
      for (int e = first; successor[std::size_t(e)] >= 0;) {
        loop.push_back(std::uint8_t(e));
        const int next = successor[std::size_t(e)];
        successor[std::size_t(e)] = -1;
        e = next;
      }
      add_loop(result[std::size_t(solid)], loop);
    }
  }
  return result;
}

}  // namespace

const std::array<Edge, 12>& edges() {
  static const std::array<Edge, 12> table = make_edges();
  return table;
}

const std::array<Case, 256>& cases() {
  static const std::array<Case, 256> table = make_cases();
  return table;
}

}  // namespace spongiosa::geometry::marching_cubes
