// The one file that includes CGAL.

#include "core/error.h"
#include "geometry/tetrahedra/detail/steps.h"

#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Labeled_mesh_domain_3.h>
#include <CGAL/Mesh_complex_3_in_triangulation_3.h>
#include <CGAL/Mesh_criteria_3.h>
#include <CGAL/Mesh_domain_with_polyline_features_3.h>
#include <CGAL/Mesh_triangulation_3.h>
#include <CGAL/make_mesh_3.h>

#include <algorithm>
#include <map>

namespace spongiosa::geometry::detail {

namespace {

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using Domain = CGAL::Mesh_domain_with_polyline_features_3<CGAL::Labeled_mesh_domain_3<Kernel>>;
using Triangulation = CGAL::Mesh_triangulation_3<Domain, CGAL::Default, CGAL::Sequential_tag>::type;
using Complex = CGAL::Mesh_complex_3_in_triangulation_3<Triangulation, Domain::Corner_index, Domain::Curve_index>;
using Criteria = CGAL::Mesh_criteria_3<Triangulation>;

constexpr double kSliver_deg = 12.0;

}  // namespace

LinearTets delaunay_tets(const SolidFunction& solid, const SolidBox& box, const std::vector<std::vector<Vec3>>& edges, const TetMeshOptions& options,
                         const Progress& progress) {
  const Vec3 middle = 0.5 * (box.low_mm + box.high_mm), half = 0.5 * (box.high_mm - box.low_mm);
  std::int64_t calls = 0;
  const std::function<double(const Kernel::Point_3&)> cut = [&](const Kernel::Point_3& p) {
    if (++calls % 65536 == 0) progress.report(1.0 - 1.0 / (1.0 + 1e-7 * double(calls)), "tetrahedra");
    const Vec3 place(p.x(), p.y(), p.z());
    const double beyond = ((place - middle).cwiseAbs() - half).maxCoeff();
    return beyond >= 0.0 ? beyond : std::max(beyond, solid(place).value);
  };
  const double radius = 1.05 * half.norm();
  namespace p = CGAL::parameters;
  // Points on the surface are found to this, as a share of the sphere: far below what moves a stress.
  Domain domain = Domain::create_implicit_mesh_domain(cut, Kernel::Sphere_3({middle[0], middle[1], middle[2]}, radius * radius), p::relative_error_bound = 1e-6);
  std::vector<std::vector<Kernel::Point_3>> polylines;
  for (const std::vector<Vec3>& edge : edges) {
    polylines.emplace_back();
    for (const Vec3& place : edge) polylines.back().emplace_back(place[0], place[1], place[2]);
  }
  domain.add_features(polylines.begin(), polylines.end());
  const double h = options.edge_mm;
  const Criteria criteria(p::edge_size = h, p::facet_angle = 25.0, p::facet_size = h,
                          p::facet_distance = options.surface_distance_mm > 0.0 ? options.surface_distance_mm : 0.05 * h,
                          p::cell_radius_edge_ratio = 2.0, p::cell_size = h);
  // No limits of time, which would make the mesh depend on the machine's load.
  const Complex mesh = CGAL::make_mesh_3<Complex>(domain, criteria, p::perturb(p::time_limit = 0.0, p::sliver_bound = kSliver_deg),
                                                   p::exude(p::time_limit = 0.0, p::sliver_bound = kSliver_deg));

  // CGAL lists points and cells in the order of memory: they are numbered by their coordinates instead.
  using Coordinates = std::array<double, 3>;
  const auto coordinates = [](const auto& vertex) { return Coordinates{vertex->point().x(), vertex->point().y(), vertex->point().z()}; };
  std::map<Coordinates, std::int32_t> number;
  for (auto cell = mesh.cells_in_complex_begin(); cell != mesh.cells_in_complex_end(); ++cell)
    for (int v = 0; v < 4; ++v) number.emplace(coordinates(cell->vertex(v)), 0);
  LinearTets result;
  for (auto& [place, n] : number) {
    n = std::int32_t(result.points_mm.size());
    result.points_mm.emplace_back(place[0], place[1], place[2]);
  }
  for (auto cell = mesh.cells_in_complex_begin(); cell != mesh.cells_in_complex_end(); ++cell) {
    std::array<std::int32_t, 4> corners;
    for (int v = 0; v < 4; ++v) corners[std::size_t(v)] = number.at(coordinates(cell->vertex(v)));
    // In ascending order as far as even permutations go, which keep the volume positive.
    bool odd = false;
    for (std::size_t a = 0; a < 4; ++a)
      for (std::size_t b = a + 1; b < 4; ++b) odd ^= corners[a] > corners[b];
    std::sort(corners.begin(), corners.end());
    if (odd) std::swap(corners[2], corners[3]);
    result.cells.push_back(corners);
  }
  std::sort(result.cells.begin(), result.cells.end());
  return result;
}

}  // namespace spongiosa::geometry::detail
