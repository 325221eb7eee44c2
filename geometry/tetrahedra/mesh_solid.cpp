#include "geometry/tetrahedra/mesh_solid.h"

#include "core/error.h"
#include "geometry/tetrahedra/detail/steps.h"

#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr double kMostCells = 5e6;
constexpr double kVolumeTolerance = 0.02;
/// Mean volume of the elements, as they come out.
constexpr double kVolumePerCubedEdge = 0.17;

/// Volume of the solid in the box from the middles of n^3 parts, each weighted by the plane through it.
double counted_volume_mm3(const SolidFunction& solid, const SolidBox& box, int n) {
  const Vec3 part = (box.high_mm - box.low_mm) / n;
  double sum = 0.0;
  for (int k = 0; k < n; ++k) {
    throw_if_cancelled();
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        const SolidValue at = solid(box.low_mm + part.cwiseProduct(Vec3(i + 0.5, j + 0.5, k + 0.5)));
        const double width = at.gradient.cwiseProduct(part).cwiseAbs().sum();  // of the values within the part
        sum += width > 0.0 ? std::clamp(0.5 - at.value / width, 0.0, 1.0) : double(at.value < 0.0);
      }
  }
  return sum * part.prod();
}

}  // namespace

TetMesh mesh_solid(const SolidFunction& solid, const SolidBox& box, const TetMeshOptions& options, const Progress& progress) {
  const Vec3 size = box.high_mm - box.low_mm;
  if (!size.allFinite() || !(size.minCoeff() > 0.0)) fail_input("the box to mesh is {:g} x {:g} x {:g} mm; expected positive edges", size[0], size[1], size[2]);
  if (!(options.edge_mm > 0.0 && options.edge_mm <= 0.5 * size.minCoeff()))
    fail_input("elements of {:g} mm do not fit a box of {:g} x {:g} x {:g} mm; expected more than 0 and at most half its shortest edge", options.edge_mm,
               size[0], size[1], size[2]);
  const double expected = counted_volume_mm3(solid, box, 96);
  if (!(expected > 1e-6 * size.prod())) fail_input("there is no solid in the box to mesh; check its position");
  const double cells = expected / (kVolumePerCubedEdge * std::pow(options.edge_mm, 3.0));
  if (cells > kMostCells)
    fail_computation("elements of {:g} mm make about {:.1f} million; at most {:.0f} million are made: use longer edges", options.edge_mm, 1e-6 * cells, 1e-6 * kMostCells);
  progress.report(0.0, fmt::format("about {:.0f} thousand tetrahedra", 1e-3 * cells));
  const auto edges = detail::sharp_edges(solid, box, std::min(0.5 * options.edge_mm, size.minCoeff() / 64.0));
  const detail::LinearTets linear = detail::delaunay_tets(solid, box, edges, options, progress.part(0.05, 0.9));
  if (linear.cells.empty()) fail_computation("the mesher found no solid; use shorter edges than {:g} mm", options.edge_mm);
  TetMesh mesh = detail::quadratic(linear, solid, box, options.curved);
  const double volume = tet_volume_mm3(mesh);
  if (std::abs(volume - expected) > kVolumeTolerance * expected)
    fail_computation("the tetrahedra fill {:.5g} mm3 of a solid of {:.5g} mm3: a piece or a closed void was missed, or the edges of {:g} mm are too long",
                     volume, expected, options.edge_mm);
  return mesh;
}

}  // namespace spongiosa::geometry
