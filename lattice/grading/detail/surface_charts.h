#pragma once
/// A closed surface divided into charts by the direction it faces.

#include "geometry/surface/mesh.h"

#include <vector>

namespace spongiosa::lattice::detail {

/// Chart number of every vertex, 0 .. count-1, numbered by their first vertex. Parts that face the same of the directions
/// +-x, +-y, +-z and are connected form a chart; those with less than `least_area_mm2` go to the neighbour they share the
/// longest border with.
struct SurfaceCharts {
  std::vector<int> of_vertex;
  int count = 0;
};
SurfaceCharts divide_surface(const geometry::TriangleMesh& mesh, const std::vector<Vec3>& normal, double least_area_mm2);

}  // namespace spongiosa::lattice::detail
