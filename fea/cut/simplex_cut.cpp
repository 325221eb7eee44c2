#include "fea/cut/simplex_cut.h"

#include <Eigen/Geometry>

#include <cmath>

namespace spongiosa::fea::cut {
namespace {

/// Where the function vanishes between a negative and a positive vertex.
Vertex zero_between(const Vertex& negative, const Vertex& positive, std::size_t function) {
  const double t = negative.value[function] / (negative.value[function] - positive.value[function]);
  Vertex zero;
  zero.at = negative.at + t * (positive.at - negative.at);
  for (std::size_t i = 0; i < kMaxFunctions; ++i) zero.value[i] = negative.value[i] + t * (positive.value[i] - negative.value[i]);
  zero.value[function] = 0.0;
  return zero;
}

/// Triangle (x0, x1, x2) below, (y0, y1, y2) above, with straight edges from x to y.
void add_prism(const std::array<Vertex, 3>& x, const std::array<Vertex, 3>& y, std::vector<Tetrahedron>& out) {
  out.push_back({{x[0], x[1], x[2], y[0]}});
  out.push_back({{x[1], x[2], y[0], y[1]}});
  out.push_back({{x[2], y[0], y[1], y[2]}});
}

void add_triangle(const Vertex& a, const Vertex& b, const Vertex& c, const Tetrahedron& parent, std::size_t function,
                  std::vector<Triangle>& out) {
  Vec3 normal = (b.at - a.at).cross(c.at - a.at);
  const double length = normal.norm();
  if (length == 0.0) return;
  normal /= length;
  // The parent's vertex farthest from the plane gives sign and slope best.
  double distance = 0.0, value = 0.0;
  for (const Vertex& v : parent.vertices) {
    const double d = normal.dot(v.at - a.at);
    if (std::abs(d) > std::abs(distance)) {
      distance = d;
      value = v.value[function];
    }
  }
  if (distance == 0.0) return;
  const double slope = value / distance;
  out.push_back({{a, b, c}, int(function), slope > 0.0 ? normal : Vec3(-normal), std::abs(slope)});
}

void cut_tetrahedron(const Tetrahedron& t, std::size_t function, std::vector<Tetrahedron>& tetrahedra, std::vector<Triangle>& triangles) {
  std::array<const Vertex*, 4> negative{}, positive{};
  std::size_t below = 0, above = 0;
  for (const Vertex& v : t.vertices) (v.value[function] < 0.0 ? negative[below++] : positive[above++]) = &v;
  if (below == 0 || above == 0) {
    tetrahedra.push_back(t);
    return;
  }
  const auto zero = [&](std::size_t n, std::size_t p) { return zero_between(*negative[n], *positive[p], function); };
  if (below == 2) {
    const Vertex ac = zero(0, 0), ad = zero(0, 1), bc = zero(1, 0), bd = zero(1, 1);
    add_prism({*negative[0], ac, ad}, {*negative[1], bc, bd}, tetrahedra);
    add_prism({*positive[0], ac, bc}, {*positive[1], ad, bd}, tetrahedra);
    add_triangle(ac, ad, bd, t, function, triangles);
    add_triangle(ac, bd, bc, t, function, triangles);
    return;
  }
  const bool single_below = below == 1;
  std::array<Vertex, 3> corner;
  for (std::size_t i = 0; i < 3; ++i) corner[i] = single_below ? zero(0, i) : zero(i, 0);
  const auto& base = single_below ? positive : negative;
  tetrahedra.push_back({{single_below ? *negative[0] : *positive[0], corner[0], corner[1], corner[2]}});
  add_prism(corner, {*base[0], *base[1], *base[2]}, tetrahedra);
  add_triangle(corner[0], corner[1], corner[2], t, function, triangles);
}

void cut_triangle(const Triangle& t, std::size_t function, std::vector<Triangle>& out) {
  std::array<const Vertex*, 3> negative{}, positive{};
  std::size_t below = 0, above = 0;
  for (const Vertex& v : t.vertices) (v.value[function] < 0.0 ? negative[below++] : positive[above++]) = &v;
  if (below == 0 || above == 0) {
    out.push_back(t);
    return;
  }
  const auto piece = [&](const Vertex& a, const Vertex& b, const Vertex& c) { out.push_back({{a, b, c}, t.function, t.normal, t.slope}); };
  const bool single_below = below == 1;
  const Vertex& tip = single_below ? *negative[0] : *positive[0];
  const auto& base = single_below ? positive : negative;
  const Vertex a = single_below ? zero_between(tip, *base[0], function) : zero_between(*base[0], tip, function);
  const Vertex b = single_below ? zero_between(tip, *base[1], function) : zero_between(*base[1], tip, function);
  piece(tip, a, b);
  piece(a, *base[0], *base[1]);
  piece(a, *base[1], b);
}

}  // namespace

void cut_by_function(SimplexPieces& pieces, int function) {
  SimplexPieces cut;
  for (const Triangle& t : pieces.triangles) cut_triangle(t, std::size_t(function), cut.triangles);
  for (const Tetrahedron& t : pieces.tetrahedra) cut_tetrahedron(t, std::size_t(function), cut.tetrahedra, cut.triangles);
  pieces = std::move(cut);
}

}  // namespace spongiosa::fea::cut
