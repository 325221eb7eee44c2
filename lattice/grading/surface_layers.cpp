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

/// How far a tangential row may grow or shrink with depth: near the medial axis normals meet and the row would have no bound.
constexpr double kMostGrowth = 3.0;

/// The gradient at `p` of a function on the surface that is continued along the normals, where its gradient at the foot of `p` is
/// `t`: t - d H t, d the distance (negative inside) and H its Hessian at p. A normal curvature k of the surface is
/// k / (1 + d k) on the parallel surface through p, and 1 - d k / (1 + d k) = 1 / (1 + d k) is by how much the row has grown.
Vec3 along_normals(const Surface& surface, const Vec3& t, const Vec3& n, const Vec3& p_Frame) {
  const double step = 2.0 * surface.step_mm;
  Vec3 turn = (surface.normal_at(p_Frame + step * t) - surface.normal_at(p_Frame - step * t)) / (2.0 * step);
  turn -= n.dot(turn) * n;
  const Vec3 row = t - surface.distance_at(p_Frame) * turn;
  const double length = row.norm();
  if (!(row.dot(t) > 1.0 / kMostGrowth)) return t / kMostGrowth;
  return row * (std::min(length, kMostGrowth) / length);
}

/// Rows of the cells wanted at a point: outward normal, `along` projected onto the surface, and their cross product. Edges in the
/// surface are wanted at the surface; below it cells go on along the normals, which come together below convex places.
Mat3 wanted_rows(const Surface& surface, const SurfaceLayersRequest& request, const Vec3& along, const Vec3& p_Frame) {
  const Vec3 n = surface.normal_at(p_Frame);
  const Vec3 flat = along - n.dot(along) * n;
  const Vec3 t = flat.norm() > 1e-6 ? flat.normalized() : n.unitOrthogonal();
  Mat3 rows;
  rows.row(0) = n.transpose() / request.layer_mm;
  rows.row(1) = along_normals(surface, t, n, p_Frame).transpose() / request.tangential_mm;
  rows.row(2) = along_normals(surface, n.cross(t), n, p_Frame).transpose() / request.tangential_mm;
  return rows;
}

struct Chart {
  std::shared_ptr<const detail::PhaseSpline> phases;
  std::shared_ptr<const detail::ImageSource> reach;
  PhaseReport report;
  double least_growth = 1.0, most_growth = 1.0;  ///< of the wanted tangential rows, at the points of the report
};

/// The tangential phases on a grid of half the spacing, constant along the normals down to `deep_mm`: each point takes the value of its
/// foot on the surface. What least squares alone gives leans by degrees, and layers of struts that lean are layers of another
/// spacing. Farther from the surface the grid is there for the spline's sake only and keeps the phases it has.
class AlongNormals {
 public:
  AlongNormals(const Surface& surface, const detail::PhaseGrid& grid, const std::array<std::vector<double>, 3>& values, const Vec3& zero_Frame)
      : surface_(surface), fitted_(grid, values, zero_Frame), origin_(grid.first_Frame), fine_(grid) {
    fine_.spacing_mm = 0.5 * grid.spacing_mm;
    for (std::int64_t& n : fine_.size) n = 2 * n - 1;
    // The spline knows phases up to whole numbers only; a linear interpolation knows which.
    for (std::size_t a = 1; a < 3; ++a) {
      linear_[a].size = grid.size;
      linear_[a].spacing_mm = Vec3::Constant(grid.spacing_mm);
      linear_[a].allocate();
      linear_[a].data.assign(values[a].begin(), values[a].end());
    }
    // What the spline calls zero: from a point of the grid, where it has the grid's value.
    const Vec3 middle = grid.place(grid.size[0] / 2, grid.size[1] / 2, grid.size[2] / 2);
    const Vec3 u = spline_at(middle);
    for (int a = 1; a < 3; ++a) zero_[a] = linear_at(a, middle) - u[a] + std::round(linear_at(a, zero_Frame) - linear_at(a, middle) + u[a]);
  }

  const detail::PhaseGrid& grid() const { return fine_; }
  std::array<std::vector<double>, 3> values(double layer_mm, double deep_mm) const {
    std::array<std::vector<double>, 3> values;
    for (auto& of_phase : values) of_phase.resize(fine_.points());
    tbb::parallel_for(std::int64_t(0), fine_.size[2], [&](std::int64_t k) {
      for (std::int64_t j = 0; j < fine_.size[1]; ++j)
        for (std::int64_t i = 0; i < fine_.size[0]; ++i) {
          const Vec3 p = fine_.place(i, j, k);
          const double distance = surface_.distance_at(p);
          const std::size_t at = fine_.offset(i, j, k);
          values[0][at] = distance / layer_mm;  // better than an integral of its gradient
          const bool near = std::abs(distance + 0.5 * deep_mm) < 0.5 * deep_mm + 4.0 * fine_.spacing_mm;
          Vec3 foot = p;
          for (int step = 0; near && step < 2; ++step) foot -= surface_.distance_at(foot) * surface_.normal_at(foot);
          const Vec3 u = near ? Vec3(spline_at(foot) + zero_) : Vec3(Vec3::Zero());
          for (int a = 1; a < 3; ++a) {
            const double about = linear_at(a, foot);
            values[std::size_t(a)][at] = near ? u[a] + std::round(about - u[a]) : about;
          }
        }
    });
    return values;
  }

 private:
  double linear_at(int phase, const Vec3& p_Frame) const { return linear_[std::size_t(phase)].sample(p_Frame - origin_); }
  Vec3 spline_at(const Vec3& p_Frame) const {
    const float x = float(p_Frame[0]), y = float(p_Frame[1]), z = float(p_Frame[2]);
    float out[12];
    float* const u[3] = {out, out + 1, out + 2};
    float* jacobian[9];
    for (int a = 0; a < 9; ++a) jacobian[a] = out + 3 + a;
    fitted_.evaluate(1, &x, &y, &z, u, jacobian);
    return Vec3(out[0], out[1], out[2]);
  }

  const Surface& surface_;
  detail::PhaseSpline fitted_;
  Vec3 origin_, zero_ = Vec3::Zero();
  detail::PhaseGrid fine_;
  std::array<geometry::FloatImage, 3> linear_;
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
  values[0].assign(grid.points(), 0.0);
  const AlongNormals continued(surface, grid, values, zero_Frame);

  Chart chart;
  chart.phases = std::make_shared<detail::PhaseSpline>(continued.grid(), continued.values(request.layer_mm, request.depth_mm), zero_Frame);
  geometry::FloatImage inside = reach;
  for (std::int64_t k = 0; k < grid.size[2]; ++k)
    for (std::int64_t j = 0; j < grid.size[1]; ++j)
      for (std::int64_t i = 0; i < grid.size[0]; ++i) {
        const double d = surface.distance_at(grid.place(i, j, k));
        const bool counts = d < 0.0 && d > -request.depth_mm && reach.at(i, j, k) > 0.5 * overlap_mm;
        inside.at(i, j, k) = counts ? -1.0f : 1.0f;
        if (!counts) continue;
        const Mat3 wanted = wanted_rows(surface, request, along, grid.place(i, j, k));
        for (int a = 1; a < 3; ++a) {
          const double growth = request.tangential_mm * wanted.row(a).norm();
          chart.least_growth = std::min(chart.least_growth, growth);
          chart.most_growth = std::max(chart.most_growth, growth);
        }
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
  std::vector<Vec3> corners;
  double index_sum = 0.0;
  SurfaceLayers::Errors errors;
};

namespace {

/// Where three charts meet: the middles of the triangles that have a corner in each, those of one place once.
std::vector<Vec3> corners_of(const geometry::TriangleMesh& mesh, const std::vector<int>& chart_of, double apart_mm) {
  std::vector<Vec3> corners;
  for (const auto& t : mesh.triangles) {
    const int a = chart_of[t[0]], b = chart_of[t[1]], c = chart_of[t[2]];
    if (a == b || b == c || c == a) continue;
    const Vec3 middle = (mesh.vertices[t[0]] + mesh.vertices[t[1]] + mesh.vertices[t[2]]).cast<double>() / 3.0;
    if (std::none_of(corners.begin(), corners.end(), [&](const Vec3& other) { return (middle - other).norm() < apart_mm; })) corners.push_back(middle);
  }
  return corners;
}

/// Root mean squares over all charts, from those of each.
class Squares {
 public:
  void add(const PhaseReport::Errors& errors, double points) {
    sum_ += points * errors.rms * errors.rms;
    points_ += points;
  }
  double rms() const { return points_ > 0.0 ? std::sqrt(sum_ / points_) : 0.0; }

 private:
  double sum_ = 0.0, points_ = 0.0;
};

}  // namespace

SurfaceLayers::SurfaceLayers(const geometry::LevelSet& body, const SurfaceLayersRequest& request, const Progress& progress)
    : tangential_mm_(float(request.tangential_mm)) {
  check_request(body, request);
  const Surface surface = make_surface(body, request, progress.part(0.0, 0.3));
  const double least_area_mm2 = 9.0 * request.tangential_mm * request.tangential_mm;
  const detail::SurfaceCharts charts = detail::divide_surface(surface.mesh, surface.field.normal, least_area_mm2);
  auto impl = std::make_shared<Impl>();
  impl->singularities = surface.field.singularities;
  impl->index_sum = surface.field.index_sum;
  impl->corners = corners_of(surface.mesh, charts.of_vertex, 0.5 * request.tangential_mm);
  Squares period, layer, normal, tangential, shear;
  Errors& errors = impl->errors;
  double least_ratio = 1.0;
  for (int c = 0; c < charts.count; ++c) {
    impl->charts.push_back(make_chart(surface, request, charts.of_vertex, c, progress.part(0.3 + 0.7 * c / charts.count, 0.3 + 0.7 * (c + 1) / charts.count)));
    const PhaseReport& report = impl->charts.back().report;
    const double points = double(report.points);
    period.add(report.period_fraction, points);
    layer.add(report.edge_fraction[0], points);
    normal.add(report.edge_deg[0], points);
    shear.add(report.shear_deg, points);
    for (const std::size_t a : {1u, 2u}) tangential.add(report.edge_fraction[a], points);
    least_ratio = std::min(least_ratio, report.least_volume_ratio);
    errors.narrowest_fraction = std::min(errors.narrowest_fraction, 1.0 / impl->charts.back().most_growth);
    errors.widest_fraction = std::max(errors.widest_fraction, 1.0 / impl->charts.back().least_growth);
  }
  errors.period_rms_fraction = period.rms();
  errors.layer_rms_fraction = layer.rms();
  errors.normal_rms_deg = normal.rms();
  errors.tangential_rms_fraction = tangential.rms();
  errors.shear_rms_deg = shear.rms();
  if (least_ratio <= 0.0 || errors.period_rms_fraction > request.period_rms_limit_fraction)
    fail_input("surface layers: cells are off by {:.1f} % RMS (limit {:.1f} %), least local volume {:.2f} of the wanted one; expected a "
               "smoother surface, a shallower depth or smaller cells",
               100.0 * errors.period_rms_fraction, 100.0 * request.period_rms_limit_fraction, least_ratio);
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
const std::vector<Vec3>& SurfaceLayers::corners() const { return impl_->corners; }
const SurfaceLayers::Errors& SurfaceLayers::errors() const { return impl_->errors; }

}  // namespace spongiosa::lattice
