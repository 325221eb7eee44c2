#pragma once
/// Tetrahedra and triangles cut by functions that are linear on them.

#include "fea/cut/geometry.h"

#include <array>
#include <vector>

namespace spongiosa::fea::cut {

struct Vertex {
  Vec3 at;
  std::array<double, kMaxFunctions> value;
};

struct Tetrahedron {
  std::array<Vertex, 4> vertices;
  double volume() const {
    const Vec3 a = vertices[1].at - vertices[0].at, b = vertices[2].at - vertices[0].at, c = vertices[3].at - vertices[0].at;
    return std::abs(a.dot(Vec3(b.y() * c.z() - b.z() * c.y(), b.z() * c.x() - b.x() * c.z(), b.x() * c.y() - b.y() * c.x()))) / 6.0;
  }
};

/// A piece of the zero set of `function`.
struct Triangle {
  std::array<Vertex, 3> vertices;
  int function = 0;
  Vec3 normal = Vec3::Zero();  ///< unit, towards the function's positive side
  double slope = 0.0;          ///< of the function along the normal
};

struct SimplexPieces {
  std::vector<Tetrahedron> tetrahedra;
  std::vector<Triangle> triangles;
};

/// Cuts every piece at the zero of one function; pieces keep to one of its sides. The new zero set is added to the triangles.
void cut_by_function(SimplexPieces& pieces, int function);

}  // namespace spongiosa::fea::cut
