#include "lattice/grading/surface_layers.h"

#include "core/error.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/grading/cross_field.h"
#include "lattice/grading/detail/image_source.h"
#include "lattice/grading/detail/phase_errors.h"
#include "lattice/grading/detail/phase_integration.h"
#include "lattice/grading/detail/surface_charts.h"
#include "lattice/grading/distance_grid.h"

#include <Eigen/Geometry>
#include <nanoflann.hpp>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kMostGridPoints = 60'000, kMostSurfaceVertices = 20'000;
constexpr float kOutsideWeight = 1e-3f;

struct Points {
  std::vector<Vec3> points;
  std::size_t kdtree_get_point_count() const { return points.size(); }
  double kdtree_get_pt(std::size_t i, std::size_t axis) const { return points[i][Eigen::Index(axis)]; }
  template <class Bounds>
  bool kdtree_get_bbox(Bounds&) const {
    return false;
  }
};
/// Distance to the nearest of some points; a large number when there are none.
class Nearest {
 public:
  explicit Nearest(std::vector<Vec3> points)
      : points_{std::move(points)}, tree_(3, points_, nanoflann::KDTreeSingleIndexAdaptorParams(16)) {}
  double distance(const Vec3& p) const {
    if (points_.points.empty()) return 1e6;
    std::uint32_t nearest = 0;
    double squared = 0.0;
    tree_.knnSearch(p.data(), 1, &nearest, &squared);
    return std::sqrt(squared);
  }

 private:
  Points points_;
  nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Points>, Points, 3> tree_;
};

/// The surface and the distance to it.
struct Surface {
  geometry::Frame frame;
  geometry::FloatImage distance;       ///< negative inside
  geometry::TriangleMesh mesh;         ///< in the part's frame
  CrossField field;
  double step_mm;                      ///< of differences

  double distance_at(const Vec3& p_Frame) const { return distance.sample(frame.to_patient(p_Frame)); }
  Vec3 normal_at(const Vec3& p_Frame) const {
    Vec3 gradient;
    for (int a = 0; a < 3; ++a)
      gradient[a] = distance_at(p_Frame + step_mm * Vec3::Unit(a)) - distance_at(p_Frame - step_mm * Vec3::Unit(a));
    return gradient.norm() > 1e-9 ? gradient.normalized() : Vec3(Vec3::UnitZ());
  }
};

/// Rows of the cells wanted at a point: outward normal, `along` projected onto the surface, and their cross product.
Mat3 wanted_rows(const Surface& surface, const SurfaceLayersRequest& request, const Vec3& along, const Vec3& p_Frame) {
  const Vec3 n = surface.normal_at(p_Frame);
  const Vec3 flat = along - n.dot(along) * n;
  const Vec3 t = flat.norm() > 1e-6 ? flat.normalized() : n.unitOrthogonal();
  Mat3 rows;
  rows.row(0) = n.transpose() / request.layer_mm;
  rows.row(1) = t.transpose() / request.tangential_mm;
  rows.row(2) = n.cross(t).transpose() / request.tangential_mm;
  return rows;
}

struct Chart {
  std::shared_ptr<const detail::PhaseSpline> phases;
  std::shared_ptr<const detail::ImageSource> reach;
  PhaseReport report;
};

/// `reach` at the points of a grid: how far the foot point is from the rest of the surface, or from the chart.
geometry::FloatImage reach_grid(const Surface& surface, const detail::PhaseGrid& grid, const Nearest& own, const Nearest& rest) {
  geometry::FloatImage image;
  image.size = grid.size;
  image.spacing_mm = Vec3::Constant(grid.spacing_mm);
  image.origin_Patient = surface.frame.to_patient(grid.first_Frame);
  image.direction = surface.frame.axes_Patient;
  image.allocate();
  tbb::parallel_for(std::int64_t(0), grid.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < grid.size[1]; ++j)
      for (std::int64_t i = 0; i < grid.size[0]; ++i) {
        const Vec3 p = grid.place(i, j, k);
        const Vec3 foot = p - surface.distance_at(p) * surface.normal_at(p);
        image.at(i, j, k) = float(rest.distance(foot) - own.distance(foot));
      }
  });
  return image;
}

Chart make_chart(const Surface& surface, const SurfaceLayersRequest& request, const std::vector<int>& chart_of, int number,
                 const Progress& progress) {
  std::vector<Vec3> own, rest;
  Vec3 centre = Vec3::Zero();
  for (std::size_t v = 0; v < chart_of.size(); ++v) {
    (chart_of[v] == number ? own : rest).push_back(surface.mesh.vertices[v].cast<double>());
    if (chart_of[v] == number) centre += own.back();
  }
  centre /= double(own.size());
  // Directions are those of the cross field in the middle of the chart.
  std::size_t middle = 0;
  double nearest = 1e300;
  geometry::Box box;
  for (std::size_t v = 0; v < chart_of.size(); ++v) {
    if (chart_of[v] != number) continue;
    const Vec3 p = surface.mesh.vertices[v].cast<double>();
    box.include(p);
    if ((p - centre).norm() < nearest) nearest = (p - centre).norm(), middle = v;
  }
  const Vec3 along = surface.field.direction[middle], zero_Frame = surface.mesh.vertices[middle].cast<double>();

  const double overlap_mm = request.overlap_cells * request.tangential_mm;
  const geometry::Box around = box.grown(request.depth_mm + overlap_mm);
  detail::PhaseGrid grid;
  grid.spacing_mm = std::max(0.5 * std::min(request.tangential_mm, request.layer_mm), std::cbrt(around.size().prod() / kMostGridPoints));
  grid.first_Frame = around.min - Vec3::Constant(3.0 * grid.spacing_mm);
  for (int a = 0; a < 3; ++a) grid.size[a] = std::int64_t(std::ceil(around.size()[a] / grid.spacing_mm)) + 7;

  geometry::FloatImage reach = reach_grid(surface, grid, Nearest(std::move(own)), Nearest(std::move(rest)));
  for (float& value : reach.data) value += float(0.5 * overlap_mm);
  const double h = grid.spacing_mm;
  const auto rows = [&](int n, const float* x, const float* y, const float* z, float* const out[9]) {
    for (int i = 0; i < n; ++i) {
      const Mat3 k = wanted_rows(surface, request, along, Vec3(x[i], y[i], z[i]));
      for (int a = 0; a < 9; ++a) out[a][i] = float(k(a / 3, a % 3));
    }
  };
  const auto rows_and_weights = [&](int n, const float* x, const float* y, const float* z, float* const out[9], float* const weight[3]) {
    rows(n, x, y, z, out);
    for (int i = 0; i < n; ++i) {
      const Vec3 p(x[i], y[i], z[i]);
      const double d = surface.distance_at(p);
      const bool counts = d < h && d > -request.depth_mm - h && reach.sample(surface.frame.to_patient(p)) > -h;
      for (int a = 0; a < 3; ++a) weight[a][i] = counts ? 1.0f : kOutsideWeight;
    }
  };
  auto values = detail::integrate_rows(grid, rows_and_weights, 1, progress);
  values[0].resize(grid.points());  // the distance itself is better than an integral of its gradient
  for (std::int64_t k = 0; k < grid.size[2]; ++k)
    for (std::int64_t j = 0; j < grid.size[1]; ++j)
      for (std::int64_t i = 0; i < grid.size[0]; ++i)
        values[0][grid.offset(i, j, k)] = surface.distance_at(grid.place(i, j, k)) / request.layer_mm;

  Chart chart;
  chart.phases = std::make_shared<detail::PhaseSpline>(grid, values, zero_Frame);
  geometry::FloatImage inside = reach;
  for (std::int64_t k = 0; k < grid.size[2]; ++k)
    for (std::int64_t j = 0; j < grid.size[1]; ++j)
      for (std::int64_t i = 0; i < grid.size[0]; ++i) {
        const double d = surface.distance_at(grid.place(i, j, k));
        const bool counts = d < 0.0 && d > -request.depth_mm && reach.at(i, j, k) > 0.5 * overlap_mm;
        inside.at(i, j, k) = counts ? -1.0f : 1.0f;
      }
  chart.report = detail::measure_phases(*chart.phases, rows, std::move(inside), surface.frame);
  chart.reach = std::make_shared<detail::ImageSource>(std::make_shared<const geometry::FloatImage>(std::move(reach)), surface.frame);
  return chart;
}

void check_request(const geometry::LevelSet& body, const SurfaceLayersRequest& request) {
  for (const auto& [name, value] : {std::pair{"layer", request.layer_mm}, {"tangential cell edge", request.tangential_mm}, {"depth", request.depth_mm}})
    if (!(value > 0.0 && std::isfinite(value))) fail_input("surface layers: the {} is {} mm; expected a positive length", name, value);
  if (!(request.overlap_cells >= 0.0 && request.overlap_cells <= 4.0))
    fail_input("surface layers: an overlap of {} cells is not possible; expected 0 to 4", request.overlap_cells);
  const double half = 0.5 * body.solid_bounds().size().minCoeff();
  if (request.depth_mm >= half)
    fail_input("surface layers {} mm deep do not fit the body '{}', which is {:.1f} mm thick; expected a depth below half of that",
               request.depth_mm, body.name(), 2.0 * half);
}

Surface make_surface(const geometry::LevelSet& body, const SurfaceLayersRequest& request, const Progress& progress) {
  Surface surface;
  surface.frame = body.frame();
  const geometry::Box box = body.solid_bounds().grown(2.0 * request.tangential_mm);
  const Vec3 s = body.solid_bounds().size();
  const double area_mm2 = 2.0 * (s[0] * s[1] + s[1] * s[2] + s[2] * s[0]);
  const double spacing_mm =
      std::max({body.voxel_mm(), std::min(request.tangential_mm, request.layer_mm) / 4.0, std::sqrt(1.5 * area_mm2 / kMostSurfaceVertices)});
  surface.distance = distance_grid(body, body.frame(), box, spacing_mm, progress);
  surface.step_mm = 0.5 * spacing_mm;
  surface.mesh = geometry::extract_surface(surface.distance, progress);
  for (Vec3f& v : surface.mesh.vertices) v = body.frame().from_patient(v.cast<double>()).cast<float>();
  surface.field = smooth_cross_field(surface.mesh);
  return surface;
}

}  // namespace

struct SurfaceLayers::Impl {
  std::vector<Chart> charts;
  std::vector<PhaseSingularity> singularities;
  double index_sum = 0.0, period_rms_fraction = 0.0;
};

SurfaceLayers::SurfaceLayers(const geometry::LevelSet& body, const SurfaceLayersRequest& request, const Progress& progress) {
  check_request(body, request);
  const Surface surface = make_surface(body, request, progress.part(0.0, 0.3));
  const double least_area_mm2 = 9.0 * request.tangential_mm * request.tangential_mm;
  const detail::SurfaceCharts charts = detail::divide_surface(surface.mesh, surface.field.normal, least_area_mm2);
  auto impl = std::make_shared<Impl>();
  impl->singularities = surface.field.singularities;
  impl->index_sum = surface.field.index_sum;
  double squares = 0.0, points = 0.0, least_ratio = 1.0;
  for (int c = 0; c < charts.count; ++c) {
    impl->charts.push_back(make_chart(surface, request, charts.of_vertex, c, progress.part(0.3 + 0.7 * c / charts.count, 0.3 + 0.7 * (c + 1) / charts.count)));
    const PhaseReport& report = impl->charts.back().report;
    squares += double(report.points) * std::pow(report.period_fraction.rms, 2);
    points += double(report.points);
    least_ratio = std::min(least_ratio, report.least_volume_ratio);
  }
  impl->period_rms_fraction = std::sqrt(squares / std::max(points, 1.0));
  if (least_ratio <= 0.0 || impl->period_rms_fraction > request.period_rms_limit_fraction)
    fail_input("surface layers: cells are off by {:.1f} % RMS (limit {:.1f} %), least local volume {:.2f} of the wanted one; expected a "
               "smoother surface, a shallower depth or smaller cells",
               100.0 * impl->period_rms_fraction, 100.0 * request.period_rms_limit_fraction, least_ratio);
  impl_ = impl;
}

int SurfaceLayers::charts() const { return int(impl_->charts.size()); }
const PhaseMap& SurfaceLayers::phases(int chart) const { return *impl_->charts[std::size_t(chart)].phases; }
void SurfaceLayers::reach(int chart, int n, const float* x, const float* y, const float* z, float* out) const {
  impl_->charts[std::size_t(chart)].reach->sample(n, x, y, z, out);
}
const std::vector<PhaseSingularity>& SurfaceLayers::singularities() const { return impl_->singularities; }
double SurfaceLayers::index_sum() const { return impl_->index_sum; }
const PhaseReport& SurfaceLayers::report(int chart) const { return impl_->charts[std::size_t(chart)].report; }
double SurfaceLayers::period_rms_fraction() const { return impl_->period_rms_fraction; }

}  // namespace spongiosa::lattice
