#pragma once
/// Linear elasticity on cut cells: mesh, system, solution of every load case, and what is read off it.

#include "fea/cut/cut_system.h"
#include "fea/cut/model.h"

#include <memory>

namespace spongiosa::fea::cut {

/// The model must outlive it.
struct Solution {
  std::shared_ptr<const Mesh> mesh;
  std::shared_ptr<const CutSystem> system;
  struct Case {
    std::string name;
    std::vector<double> displacement_mm;  ///< three per node
    int iterations = 0;
    double relative_residual = 0.0;
  };
  std::vector<Case> cases;
  std::int64_t unknowns() const { return 3 * std::int64_t(mesh->nodes_mm.size()); }
};

/// @throws Error(kBadInput) when the model makes no sense (no solid, no support, a piece that nothing holds, a material that is not positive
/// definite), Error(kComputationFailed) when a solve does not reach the tolerance.
Solution solve(const Model& model, const Options& options, const Progress& progress);

/// The solution at a point of quadrature.
struct VolumeState {
  Vec3 p_mm;
  double volume_mm3;
  int region;
  std::size_t cell;
  Vec3 displacement_mm;
  Vec6 strain;  ///< Voigt, engineering shear
};
struct SurfaceState {
  SurfacePlace place;
  double area_mm2;
  std::size_t cell;
  Vec3 displacement_mm;
  Vec6 strain;
};
/// Calls f in the order of the cells, from one thread; cells are cut again.
void for_each_volume_point(const Solution& solution, std::size_t load_case, const std::function<void(const VolumeState&)>& f);
void for_each_surface_point(const Solution& solution, std::size_t load_case, const std::function<void(const SurfaceState&)>& f);

/// Force and moment about `centre_mm` that the supports exert on the solid (N, N mm), from stress and penalty on their surfaces.
std::pair<Vec3, Vec3> reaction(const Solution& solution, std::size_t load_case, const Vec3& centre_mm);

}  // namespace spongiosa::fea::cut
