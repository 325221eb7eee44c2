#include "workflow/print/registration.h"

#include "core/error.h"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

using Mat66 = Eigen::Matrix<double, 6, 6>;

struct Sum {
  Mat66 normal = Mat66::Zero();
  Eigen::Matrix<double, 6, 1> right = Eigen::Matrix<double, 6, 1>::Zero();
  double weighted_squares = 0.0, weights = 0.0;
};

class Fit {
 public:
  Fit(const BuildField& design, const std::vector<Vec3>& points) : design_(design), points_(points) {}

  /// One step; returns its size, mm at the part's radius and of the shift.
  double step(Registration& r) const {
    const std::size_t count = points_.size();
    std::vector<double> distance(count);
    tbb::parallel_for(std::size_t(0), count, [&](std::size_t n) { distance[n] = design_distance_mm(design_, r.apply(points_[n])); });
    std::vector<double> sorted(count);
    std::transform(distance.begin(), distance.end(), sorted.begin(), [](double d) { return std::abs(d); });
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(count / 2), sorted.end());
    const double huber = std::max(1.5 * sorted[count / 2], 0.1 * design_.voxel_mm);
    const Vec3 middle = r.apply(centre());
    // Chunks of fixed size, so that sums do not depend on the threads.
    constexpr std::size_t kChunk = 1024;
    std::vector<Sum> sums((count + kChunk - 1) / kChunk);
    tbb::parallel_for(std::size_t(0), sums.size(), [&](std::size_t chunk) {
      for (std::size_t n = chunk * kChunk; n < std::min(count, (chunk + 1) * kChunk); ++n) {
        const Vec3 q = r.apply(points_[n]), gradient = slope(q);
        Eigen::Matrix<double, 6, 1> row;
        row << (q - middle).cross(gradient), gradient;
        const double size = std::abs(distance[n]), weight = size <= huber ? 1.0 : huber / size;
        sums[chunk].normal += weight * row * row.transpose();
        sums[chunk].right -= weight * distance[n] * row;
        sums[chunk].weighted_squares += weight * distance[n] * distance[n];
        sums[chunk].weights += weight;
      }
    });
    Sum all;
    for (const Sum& sum : sums) {
      all.normal += sum.normal;
      all.right += sum.right;
      all.weighted_squares += sum.weighted_squares;
      all.weights += sum.weights;
    }
    r.rms_mm = std::sqrt(all.weighted_squares / all.weights);
    // A little damping: round parts turn without a change of distance.
    all.normal.diagonal() *= 1.0 + 1e-6;
    all.normal.diagonal().array() += 1e-9;
    const Eigen::Matrix<double, 6, 1> x = all.normal.ldlt().solve(all.right);
    const double angle = std::min(x.head<3>().norm(), 0.3);
    const Mat3 turn = angle > 0.0 ? Mat3(Eigen::AngleAxisd(angle, x.head<3>().normalized())) : Mat3(Mat3::Identity());
    // About the middle of the scan, then along.
    r.shift_mm = turn * (r.shift_mm - middle) + middle + x.tail<3>();
    r.rotation = turn * r.rotation;
    ++r.steps;
    return angle * radius() + x.tail<3>().norm();
  }

  Vec3 centre() const {
    geometry::Box box;
    for (const Vec3& p : points_) box.include(p);
    return 0.5 * (box.min + box.max);
  }

 private:
  double radius() const { return 0.5 * design_.solid.size().norm(); }
  Vec3 slope(const Vec3& q) const {
    const double h = design_.voxel_mm;
    Vec3 gradient;
    for (int a = 0; a < 3; ++a)
      gradient[a] = (design_distance_mm(design_, q + h * Vec3::Unit(a)) - design_distance_mm(design_, q - h * Vec3::Unit(a))) / (2.0 * h);
    return gradient;
  }

  const BuildField& design_;
  const std::vector<Vec3>& points_;
};

/// The proper rotations of a cube; the first is none.
std::vector<Mat3> axis_rotations() {
  std::vector<Mat3> list;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b)
      for (int signs = 0; signs < 4 && a != b; ++signs) {
        Mat3 m;
        m.col(0) = (signs & 1 ? -1.0 : 1.0) * Vec3::Unit(a);
        m.col(1) = (signs & 2 ? -1.0 : 1.0) * Vec3::Unit(b);
        m.col(2) = m.col(0).cross(m.col(1));
        list.push_back(m);
      }
  std::stable_partition(list.begin(), list.end(), [](const Mat3& m) { return m.isIdentity(); });
  return list;
}

}  // namespace

double design_distance_mm(const BuildField& design, const Vec3& p_Build) {
  const geometry::FloatImage& f = design.field;
  Vec3 x = (p_Build - f.origin_Patient) / design.voxel_mm, inside;
  std::int64_t base[3];
  double t[3];
  for (int a = 0; a < 3; ++a) {
    inside[a] = std::clamp(x[a], 0.0, double(f.size[std::size_t(a)] - 1));
    base[a] = std::min(std::int64_t(inside[a]), f.size[std::size_t(a)] - 2);
    t[a] = inside[a] - double(base[a]);
  }
  const std::int64_t dy = f.size[0], dz = f.size[0] * f.size[1];
  const float* v = &design.distance.signed_voxels[f.offset(base[0], base[1], base[2])];
  const auto along = [&](std::int64_t at) { return double(v[at]) + t[0] * (double(v[at + 1]) - double(v[at])); };
  const double low = along(0) + t[1] * (along(dy) - along(0)), high = along(dz) + t[1] * (along(dy + dz) - along(dz));
  return design.voxel_mm * (low + t[2] * (high - low) + (x - inside).norm());
}

Registration register_scan(const BuildField& design, const std::vector<Vec3>& points, bool any_orientation, const Progress& progress) {
  if (points.size() < 100) fail_input("the scan has {} points; expected 100 or more", points.size());
  const Fit fit(design, points);
  const Vec3 middle = 0.5 * (design.solid.min + design.solid.max), centre = fit.centre();
  std::vector<Registration> starts;
  for (const Mat3& rotation : axis_rotations()) {
    Registration r;
    r.rotation = rotation;
    r.shift_mm = middle - rotation * centre;
    starts.push_back(r);
    if (!any_orientation) break;
  }
  if (any_orientation) {
    for (std::size_t n = 0; n < starts.size(); ++n) {
      progress.report(0.5 * double(n) / double(starts.size()), "trying orientations of the scan");
      for (int k = 0; k < 6; ++k) fit.step(starts[n]);
    }
    std::stable_sort(starts.begin(), starts.end(), [](const Registration& a, const Registration& b) { return a.rms_mm < b.rms_mm; });
    starts.resize(3);
  }
  constexpr int kMostSteps = 100;
  std::vector<Registration> ended;
  for (Registration r : starts) {
    double moved_mm = 1e300;
    for (int k = 0; k < kMostSteps && moved_mm > 1e-4 * design.voxel_mm; ++k) {
      progress.report(0.5 + 0.5 * double(k) / kMostSteps, "laying the scan over the design");
      moved_mm = fit.step(r);
    }
    if (moved_mm <= 1e-2 * design.voxel_mm) ended.push_back(r);
  }
  if (ended.empty()) fail_computation("the scan could not be laid over the design in {} steps: begin nearer, or check that it is the same part", kMostSteps);
  return *std::min_element(ended.begin(), ended.end(), [](const Registration& a, const Registration& b) { return a.rms_mm < b.rms_mm; });
}

}  // namespace spongiosa::workflow
