#pragma once
/// The module's function that builds octrees; see module_interface.h and octree.h.

#include "fea/cut/mesh.h"

namespace spongiosa::fea {

using BuildOctreeFunction = void(const Vec3& first_mm, double root_mm, const Index3& roots, int levels, int degree, const cut::OctreeQuestions&,
                                 cut::Mesh&);

}  // namespace spongiosa::fea
