#pragma once
/// Voronoi cells of points in a periodic cube: edges for foams, neighbours for Delaunay struts.

#include "lattice/cells/cell.h"

#include <cstdint>

namespace spongiosa::lattice {

/// Random points in the periodic unit cube that keep apart from each other (Mitchell's best candidate). Same seed, same points,
/// on every machine.
std::vector<Vec3> blue_noise(int count, std::uint64_t seed);

struct PeriodicVoronoi {
  StrutGraph edges;       ///< the edges of the Voronoi cells, each once; corners that coincide are one node
  StrutGraph neighbours;  ///< the points, joined where their cells share a face
};
/// By clipping each point's cell with the planes half-way to its neighbours, nearest first, until none can cut it.
/// @param points  in the unit cube, pairwise apart, at least 2.
PeriodicVoronoi periodic_voronoi(const std::vector<Vec3>& points);

}  // namespace spongiosa::lattice
