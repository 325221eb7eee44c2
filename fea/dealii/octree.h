#pragma once
/// Octrees of cubes by deal.II: refinement, numbering of nodes, constraints of hanging nodes.

#include "fea/cut/mesh.h"

namespace spongiosa::fea {

/// The cubes of `roots` and of at most `levels` divisions that hold solid.
/// @param first_mm, root_mm, roots  the coarsest cubes
cut::Mesh build_octree(const Vec3& first_mm, double root_mm, const Index3& roots, int levels, int degree, const cut::OctreeQuestions& ask);

}  // namespace spongiosa::fea
