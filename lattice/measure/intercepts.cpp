#include "lattice/measure/intercepts.h"

#include "core/error.h"
#include "lattice/measure/surface_distance.h"

#include <Eigen/Dense>
#include <tbb/parallel_for.h>

#include <numbers>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

constexpr double kStep_voxels = 0.5, kMostSteps = 40e6, kLeastCrossings = 30.0;

void add(Intercepts& sum, const Intercepts& other) {
  sum.length_mm += other.length_mm;
  sum.solid_length_mm += other.solid_length_mm;
  sum.crossings += other.crossings;
}

/// Evenly spread over the half sphere z > 0.
std::vector<Vec3> half_sphere(int count) {
  std::vector<Vec3> directions;
  const double golden = std::numbers::pi * (3.0 - std::sqrt(5.0));
  for (int n = 0; n < count; ++n) {
    const double z = (double(n) + 0.5) / double(count), r = std::sqrt(1.0 - z * z);
    directions.emplace_back(r * std::cos(golden * n), r * std::sin(golden * n), z);
  }
  return directions;
}

/// 0..1 from a number (the finalizer of MurmurHash3, 64 bits).
double scattered(std::uint64_t n) {
  n = (n ^ (n >> 33)) * 0xff51afd7ed558ccdULL;
  n = (n ^ (n >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return double((n ^ (n >> 33)) >> 11) * 0x1p-53;
}

class Prober {
 public:
  Prober(const FloatImage& field, const FloatImage* zone, const DepthBins& bins, double raster_voxels)
      : field_(field), zone_(zone), bins_(bins), raster_(raster_voxels) {
    for (int a = 0; a < 3; ++a) last_[a] = double(field.size[std::size_t(a)] - 1);
  }

  /// Lines along `way` (index axes) over the whole grid. Sums in voxels.
  void probe(const Vec3& way, std::uint64_t seed, Intercepts& all, std::vector<Intercepts>& by_depth) const {
    const Vec3 middle = 0.5 * last_, u = way.unitOrthogonal(), v = way.cross(u);
    const double reach = middle.norm();
    const std::int64_t half = std::int64_t(std::ceil(reach / raster_));
    for (std::int64_t b = -half; b < half; ++b)
      for (std::int64_t a = -half; a < half; ++a) {
        const std::uint64_t cell = seed * 0x9e3779b97f4a7c15ULL + std::uint64_t((b + half) * 2 * half + a + half) * 2;
        const Vec3 through = middle + raster_ * ((double(a) + scattered(cell)) * u + (double(b) + scattered(cell + 1)) * v);
        double from = -2.0 * reach, to = 2.0 * reach;
        for (int axis = 0; axis < 3; ++axis) {
          if (std::abs(way[axis]) < 1e-12) {
            if (through[axis] < 0.0 || through[axis] > last_[axis]) to = from;
            continue;
          }
          const double s = -through[axis] / way[axis], t = (last_[axis] - through[axis]) / way[axis];
          from = std::max(from, std::min(s, t));
          to = std::min(to, std::max(s, t));
        }
        if (to - from > kStep_voxels) walk(through, way, from + kStep_voxels * scattered(cell + 0x100000000ULL), to, all, by_depth);
      }
  }

 private:
  void walk(const Vec3& through, const Vec3& way, double from, double to, Intercepts& all, std::vector<Intercepts>& by_depth) const {
    // Where the zone is not, the field is not looked at either.
    bool known = false;
    double before = 0.0;
    for (double t = from + kStep_voxels; t <= to; t += kStep_voxels) {
      const Vec3 middle = through + (t - 0.5 * kStep_voxels) * way;
      const std::size_t nearest = field_.offset(std::int64_t(middle[0] + 0.5), std::int64_t(middle[1] + 0.5), std::int64_t(middle[2] + 0.5));
      if (zone_ && !(zone_->data[nearest] < 0.0f)) {
        known = false;
        continue;
      }
      if (!known) before = value(through + (t - kStep_voxels) * way);
      const double here = value(through + t * way);
      Intercepts step{kStep_voxels, 0.0, 0.0};
      if ((before < 0.0) != (here < 0.0)) {
        step.crossings = 1.0;
        const double first = before / (before - here);
        step.solid_length_mm = kStep_voxels * (before < 0.0 ? first : 1.0 - first);
      } else if (here < 0.0) {
        step.solid_length_mm = kStep_voxels;
      }
      add(all, step);
      if (bins_.count > 0) {
        const std::size_t bin = bins_.of(nearest);
        if (bin < bins_.count) add(by_depth[bin], step);
      }
      before = here;
      known = true;
    }
  }

  double value(const Vec3& p) const {
    std::int64_t base[3];
    float t[3];
    for (int a = 0; a < 3; ++a) {
      base[a] = std::clamp<std::int64_t>(std::int64_t(p[a]), 0, field_.size[std::size_t(a)] - 2);
      t[a] = float(p[a] - double(base[a]));
    }
    const std::int64_t nx = field_.size[0], layer = nx * field_.size[1];
    const float* v = &field_.data[field_.offset(base[0], base[1], base[2])];
    const auto mix = [](float a, float b, float s) { return a + s * (b - a); };
    const auto row = [&](std::int64_t at) { return mix(v[at], v[at + 1], t[0]); };
    return double(mix(mix(row(0), row(nx), t[1]), mix(row(layer), row(layer + nx), t[1]), t[2]));
  }

  const FloatImage& field_;
  const FloatImage* zone_;
  const DepthBins& bins_;
  double raster_;
  Vec3 last_;
};

}  // namespace

std::optional<Fabric> fit_fabric(const std::vector<Vec3>& directions, const std::vector<Intercepts>& intercepts) {
  Eigen::MatrixXd a(Eigen::Index(directions.size()), 6);
  Eigen::VectorXd b(Eigen::Index(directions.size()));
  for (std::size_t n = 0; n < directions.size(); ++n) {
    const Vec3& w = directions[n];
    if (!(intercepts[n].crossings >= kLeastCrossings)) return std::nullopt;
    const double m = intercepts[n].length_mm / intercepts[n].crossings;
    // Multiplied by M^2, so that every direction counts with its relative error.
    a.row(Eigen::Index(n)) << w[0] * w[0], w[1] * w[1], w[2] * w[2], 2 * w[1] * w[2], 2 * w[0] * w[2], 2 * w[0] * w[1];
    a.row(Eigen::Index(n)) *= m * m;
    b[Eigen::Index(n)] = 1.0;
  }
  const Eigen::VectorXd h = a.colPivHouseholderQr().solve(b);
  Mat3 tensor;
  tensor << h[0], h[5], h[4], h[5], h[1], h[3], h[4], h[3], h[2];
  const Eigen::SelfAdjointEigenSolver<Mat3> eigen(tensor);
  if (!(eigen.eigenvalues()[0] > 0.0)) return std::nullopt;
  Fabric fabric;
  fabric.axis_lengths_mm = eigen.eigenvalues().cwiseSqrt().cwiseInverse();  // ascending eigenvalues: largest axis first
  fabric.axes_Patient = eigen.eigenvectors();
  fabric.anisotropy = fabric.axis_lengths_mm[0] / fabric.axis_lengths_mm[2];
  return fabric;
}

LineProbes probe_lines(const FloatImage& field, const FloatImage* zone, const DepthBins& bins, int direction_count, const Progress& progress) {
  require_isotropic(field, "the field");
  if (direction_count < 9) fail_input("line probes need 9 directions or more, not {}", direction_count);
  progress.report(0.0, "probing with lines");
  std::vector<Vec3> ways = half_sphere(direction_count);
  for (int axis = 0; axis < 3; ++axis) ways.push_back(Vec3::Unit(axis));
  const double steps = double(ways.size()) * double(product(field.size)) / kStep_voxels;
  const Prober prober(field, zone, bins, std::max(1.0, std::sqrt(steps / kMostSteps)));
  std::vector<Intercepts> found(ways.size());
  std::vector<std::vector<Intercepts>> by_depth(ways.size(), std::vector<Intercepts>(bins.count));
  tbb::parallel_for(std::size_t(0), ways.size(), [&](std::size_t n) { prober.probe(ways[n], n + 1, found[n], by_depth[n]); });
  progress.report(0.9, "probing with lines");
  const double h = field.spacing_mm[0];
  const auto in_mm = [h](Intercepts& one) {
    one.length_mm *= h;
    one.solid_length_mm *= h;
  };
  LineProbes probes;
  probes.by_depth.resize(bins.count);
  for (std::size_t n = 0; n < ways.size(); ++n) {
    in_mm(found[n]);
    if (n >= std::size_t(direction_count)) {
      probes.along_axis[n - std::size_t(direction_count)] = found[n];
      continue;
    }
    add(probes.all, found[n]);
    probes.directions_Patient.push_back(field.direction * ways[n]);
    probes.by_direction.push_back(found[n]);
    for (std::size_t bin = 0; bin < bins.count; ++bin) {
      in_mm(by_depth[n][bin]);
      add(probes.by_depth[bin], by_depth[n][bin]);
    }
  }
  probes.fabric = fit_fabric(probes.directions_Patient, probes.by_direction);
  progress.report(1.0, "probing with lines");
  return probes;
}

}  // namespace spongiosa::lattice
