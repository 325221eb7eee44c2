#include "core/error.h"
#include "lattice/grading/detail/phase_errors.h"

#include <Eigen/Dense>
#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::lattice {
namespace {

constexpr double kDegrees = 180.0 / std::numbers::pi;
constexpr float kOutside = -1.0f;

/// At one point.
struct CellErrors {
  double edges[3], edges_deg[3], shear_deg, orientation_deg, volume_ratio;

  CellErrors(const Mat3& jacobian, const Mat3& wanted_rows) {
    const Mat3 cell = jacobian.inverse(), wanted = wanted_rows.inverse();  // columns: edges, mm
    Mat3 direction, wanted_direction;
    shear_deg = 0.0;
    for (int i = 0; i < 3; ++i) {
      edges[i] = cell.col(i).norm() / wanted.col(i).norm() - 1.0;
      direction.col(i) = cell.col(i).normalized();
      wanted_direction.col(i) = wanted.col(i).normalized();
      edges_deg[i] = kDegrees * std::atan2(direction.col(i).cross(wanted_direction.col(i)).norm(), direction.col(i).dot(wanted_direction.col(i)));
    }
    for (int i = 0; i < 3; ++i) {
      const auto angle = [i](const Mat3& unit) { return std::asin(std::clamp(unit.col(i).dot(unit.col((i + 1) % 3)), -1.0, 1.0)); };
      shear_deg = std::max(shear_deg, kDegrees * std::abs(angle(direction) - angle(wanted_direction)));
    }
    const Eigen::JacobiSVD<Mat3> svd(direction, Eigen::ComputeFullU | Eigen::ComputeFullV);
    Mat3 turn = svd.matrixU() * svd.matrixV().transpose();
    if (turn.determinant() < 0.0) turn.col(2) = -turn.col(2);
    const double trace = (turn * wanted_direction.transpose()).trace();
    orientation_deg = kDegrees * std::acos(std::clamp(0.5 * (trace - 1.0), -1.0, 1.0));
    volume_ratio = cell.determinant() / wanted.determinant();
  }
};

/// Magnitudes in any order.
PhaseReport::Errors summary(std::vector<float> values) {
  PhaseReport::Errors errors;
  double sum = 0.0;
  for (const float v : values) sum += double(v) * double(v);
  errors.rms = std::sqrt(sum / double(values.size()));
  const auto at = values.begin() + std::ptrdiff_t(0.99 * double(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  errors.percentile_99 = *at;
  errors.most = *std::max_element(values.begin(), values.end());
  return errors;
}

}  // namespace

namespace detail {

PhaseReport measure_phases(const PhaseMap& map, const RowsAt& wanted, geometry::FloatImage zone, const geometry::Frame& frame) {
  PhaseReport report;
  report.period_error = std::move(zone);
  geometry::FloatImage& image = report.period_error;
  const Vec3 first_Frame = frame.from_patient(image.origin_Patient);
  const double step = image.spacing_mm[0];

  // Per layer, so that the order of sums does not depend on threads.
  struct Layer {
    std::vector<float> edges[3], edges_deg[3], shear, orientation;
    double least_ratio = 1e300, most_ratio = -1e300;
  };
  std::vector<Layer> layers(std::size_t(image.size[2]));
  tbb::parallel_for(std::int64_t(0), image.size[2], [&](std::int64_t k) {
    Layer& layer = layers[std::size_t(k)];
    std::vector<float> p[3], u[3], rows[9], wanted_rows[9];
    std::vector<std::size_t> places;
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i) {
        float& value = image.at(i, j, k);
        const bool inside = value < 0.0f;
        value = kOutside;
        if (!inside) continue;
        places.push_back(image.offset(i, j, k));
        const Vec3 place = first_Frame + step * Vec3(double(i), double(j), double(k));
        for (int a = 0; a < 3; ++a) p[a].push_back(float(place[a]));
      }
    const int n = int(places.size());
    float *phases[3], *jacobian[9], *target[9];
    for (int a = 0; a < 3; ++a) u[a].resize(places.size()), phases[a] = u[a].data();
    for (int a = 0; a < 9; ++a) {
      rows[a].resize(places.size()), jacobian[a] = rows[a].data();
      wanted_rows[a].resize(places.size()), target[a] = wanted_rows[a].data();
    }
    map.evaluate(n, p[0].data(), p[1].data(), p[2].data(), phases, jacobian);
    wanted(n, p[0].data(), p[1].data(), p[2].data(), target);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Mat3 is, should;
      for (int a = 0; a < 9; ++a) is(a / 3, a % 3) = rows[a][i], should(a / 3, a % 3) = wanted_rows[a][i];
      const CellErrors errors(is, should);
      float largest = 0.0f;
      for (int a = 0; a < 3; ++a) {
        layer.edges[a].push_back(float(std::abs(errors.edges[a])));
        layer.edges_deg[a].push_back(float(errors.edges_deg[a]));
        largest = std::max(largest, layer.edges[a].back());
      }
      image.data[places[i]] = largest;
      layer.shear.push_back(float(errors.shear_deg));
      layer.orientation.push_back(float(errors.orientation_deg));
      layer.least_ratio = std::min(layer.least_ratio, errors.volume_ratio);
      layer.most_ratio = std::max(layer.most_ratio, errors.volume_ratio);
    }
  });
  std::vector<float> edges[3], edges_deg[3], shear, orientation;
  const auto append = [](std::vector<float>& all, const std::vector<float>& some) { all.insert(all.end(), some.begin(), some.end()); };
  report.least_volume_ratio = 1e300, report.most_volume_ratio = -1e300;
  for (const Layer& layer : layers) {
    for (int a = 0; a < 3; ++a) {
      append(edges[a], layer.edges[a]);
      append(edges_deg[a], layer.edges_deg[a]);
    }
    append(shear, layer.shear);
    append(orientation, layer.orientation);
    report.least_volume_ratio = std::min(report.least_volume_ratio, layer.least_ratio);
    report.most_volume_ratio = std::max(report.most_volume_ratio, layer.most_ratio);
  }
  report.points = std::int64_t(shear.size());
  if (report.points == 0) return report;
  std::vector<float> all_edges;
  for (std::size_t a = 0; a < 3; ++a) {
    append(all_edges, edges[a]);
    report.edge_fraction[a] = summary(std::move(edges[a]));
    report.edge_deg[a] = summary(std::move(edges_deg[a]));
  }
  report.period_fraction = summary(std::move(all_edges));
  report.shear_deg = summary(std::move(shear));
  report.orientation_deg = summary(std::move(orientation));
  return report;
}

}  // namespace detail

PhaseReport measure_phases(const PhaseMap& map, const WantedCells& wanted, const geometry::LevelSet& zone, const Progress& progress) {
  progress.report(0.0, "errors of the phases");
  const geometry::Box box = zone.solid_bounds();
  const double step = std::cbrt(std::max(box.size().prod(), 1e-9) / 100'000.0);
  geometry::FloatImage image;
  for (int a = 0; a < 3; ++a) image.size[a] = std::int64_t(box.size()[a] / step) + 1;
  image.spacing_mm = Vec3::Constant(step);
  image.origin_Patient = zone.frame().to_patient(box.min);
  image.direction = zone.frame().axes_Patient;
  image.allocate();
  zone.sample_grid(box.min, step, image.size, image.data.data());
  const auto rows = [&](int n, const float* x, const float* y, const float* z, float* const out[9]) { wanted.evaluate(n, x, y, z, out); };
  PhaseReport report = detail::measure_phases(map, rows, std::move(image), zone.frame());
  if (report.points == 0) fail_input("the zone '{}' of the lattice holds no point; expected a solid", zone.name());
  progress.report(1.0, "errors of the phases");
  return report;
}

}  // namespace spongiosa::lattice
