// What cut-cell elasticity takes from deal.II: octrees with their nodes.

#include "fea/dealii/octree.h"
#include "fea/dealii/octree_module_interface.h"
#include "fea/dealii/runtime.h"

namespace spongiosa::fea {

extern "C" void spongiosa_fea_build_octree(const Vec3& first_mm, double root_mm, const Index3& roots, int levels, int degree,
                                           const cut::OctreeQuestions& ask, cut::Mesh& mesh) {
  run_with_dealii("the octree", [&] { mesh = build_octree(first_mm, root_mm, roots, levels, degree, ask); });
}

}  // namespace spongiosa::fea
