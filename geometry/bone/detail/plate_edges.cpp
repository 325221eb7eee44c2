#include "geometry/bone/detail/plate_edges.h"

#include "core/error.h"
#include "geometry/bone/detail/plate_mask.h"
#include "geometry/bone/detail/surface_fit.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <deque>

namespace spongiosa::geometry::bone_detail {
namespace {

constexpr double kHalfWidth_mm = 40.0;   ///< no endplate is wider than twice this
constexpr double kLargestHole_mm2 = 30.0;  ///< the vertebral canal is over 100
constexpr double kProfile_mm = 4.0;      ///< profiles reach this far to both sides of the guess
constexpr double kProfileStep_mm = 0.1;
constexpr double kStart_mm = 4.0;        ///< the first ray of a plate's surface is at most this far from its middle
constexpr double kStartWindow_mm = 3.0;  ///< and leaves the bone within this of where it should

/// z along `outward`, x as near to the patient's left as orthogonality allows.
Frame plate_frame(const Vec3& origin, const Vec3& outward) {
  Frame frame;
  frame.origin_Patient = origin;
  const Vec3 z = outward.normalized();
  const Vec3 x = (Vec3::UnitX() - z[0] * z).normalized();
  frame.axes_Patient.col(0) = x;
  frame.axes_Patient.col(1) = z.cross(x);
  frame.axes_Patient.col(2) = z;
  return frame;
}

class LabelProbe {
 public:
  LabelProbe(const LabelImage& labels, std::uint8_t label, const Frame& frame) : labels_(labels), label_(label), frame_(frame) {}
  /// 1 inside the vertebra, 0 outside it, -1 outside the scan.
  int at(double u, double v, double w) const {
    const Vec3 x = labels_.to_index(frame_.to_patient(Vec3(u, v, w)));
    const std::int64_t i = std::lround(x[0]), j = std::lround(x[1]), k = std::lround(x[2]);
    if (!labels_.contains(i, j, k)) return -1;
    return labels_.at(i, j, k) == label_ ? 1 : 0;
  }
  /// Share of the eight voxels round a point that belong to the vertebra, trilinear.
  double share(double u, double v, double w) const {
    const Vec3 x = labels_.to_index(frame_.to_patient(Vec3(u, v, w)));
    double sum = 0.0;
    for (int corner = 0; corner < 8; ++corner) {
      double weight = 1.0;
      std::int64_t at[3];
      for (int a = 0; a < 3; ++a) {
        const double base = std::floor(x[a]);
        const bool upper = (corner >> a) & 1;
        weight *= upper ? x[a] - base : 1.0 - (x[a] - base);
        at[a] = std::clamp<std::int64_t>(std::int64_t(base) + (upper ? 1 : 0), 0, labels_.size[a] - 1);
      }
      if (labels_.at(at[0], at[1], at[2]) == label_) sum += weight;
    }
    return sum;
  }

 private:
  const LabelImage& labels_;
  std::uint8_t label_;
  const Frame& frame_;
};

/// Label surface over the plate, grown ray by ray from the middle: the next ray must leave the bone near where its neighbour did.
struct Growth {
  PlateMask found;
  std::vector<float> w_mm;
};

Growth grow_surface(const LabelProbe& probe, double start_w, double step_mm) {
  Growth growth{PlateMask(kHalfWidth_mm, step_mm), {}};
  const int n = growth.found.count();
  growth.w_mm.assign(std::size_t(n) * std::size_t(n), 0.0f);
  const auto leaves = [&](double u, double v, double guess, double window) {
    // Nearest place to the guess with 1 mm of bone below and 1 mm without above.
    for (double d = 0.0; d <= window; d += 0.2)
      for (int side = -1; side <= 1; side += 2) {
        const double w = guess + side * d;
        bool good = true;
        for (const double t : {0.2, 0.6, 1.0}) good = good && probe.at(u, v, w - t) == 1 && probe.at(u, v, w + t) == 0;
        if (good) return w;
      }
    return 1e300;
  };
  // The ray in the middle may meet a vessel or a speck of noise: the nearest ray that leaves the bone properly will do.
  std::deque<std::pair<int, int>> queue;
  const int middle = growth.found.half, around = int(std::ceil(kStart_mm / step_mm));
  double nearest = 1e300;
  for (int b = -around; b <= around; ++b)
    for (int a = -around; a <= around; ++a) {
      if (a * a + b * b >= nearest || std::hypot(a, b) * step_mm > kStart_mm) continue;
      const double w = leaves(growth.found.coordinate(middle + a), growth.found.coordinate(middle + b), start_w, kStartWindow_mm);
      if (w > 1e299) continue;
      nearest = a * a + b * b;
      std::fill(growth.found.value.begin(), growth.found.value.end(), 0.0f);
      growth.found.at(middle + a, middle + b) = 1.0f;
      growth.w_mm[std::size_t(middle + a) + std::size_t(n) * std::size_t(middle + b)] = float(w);
      queue.assign(1, {middle + a, middle + b});
    }
  while (!queue.empty()) {
    const auto [i, j] = queue.front();
    queue.pop_front();
    const double here = growth.w_mm[std::size_t(i) + std::size_t(n) * std::size_t(j)];
    const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    for (const auto& s : step) {
      const int a = i + s[0], b = j + s[1];
      if (a < 0 || b < 0 || a >= n || b >= n || growth.found.at(a, b) > 0.5f) continue;
      const double w = leaves(growth.found.coordinate(a), growth.found.coordinate(b), here, std::max(1.5 * step_mm, 1.2));
      if (w > 1e299) continue;
      growth.found.at(a, b) = 1.0f;
      growth.w_mm[std::size_t(a) + std::size_t(n) * std::size_t(b)] = float(w);
      queue.push_back({a, b});
    }
  }
  return growth;
}

/// Takes away what lies farther than 5 mm from the plane through the middle 8 mm: growth may have climbed onto arches and ribs, the
/// rims and uncinate processes of a plate stay within that.
void keep_near_middle_plane(Growth& growth) {
  std::vector<SurfacePoint> middle;
  const int n = growth.found.count();
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) {
      const double u = growth.found.coordinate(i), v = growth.found.coordinate(j);
      if (growth.found.at(i, j) > 0.5f && u * u + v * v <= 64.0)
        middle.push_back({u, v, double(growth.w_mm[std::size_t(i) + std::size_t(n) * std::size_t(j)]), 1.0});
    }
  if (middle.size() < 20) return;
  const Plane plane = fit_plane(middle);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) {
      const double w = growth.w_mm[std::size_t(i) + std::size_t(n) * std::size_t(j)];
      if (std::abs(w - plane.z(growth.found.coordinate(i), growth.found.coordinate(j))) > 5.0) growth.found.at(i, j) = 0.0f;
    }
}

std::vector<SurfacePoint> points_of(const Growth& growth, const PlateMask& kept) {
  std::vector<SurfacePoint> points;
  for (int j = 0; j < kept.count(); ++j)
    for (int i = 0; i < kept.count(); ++i)
      if (kept.at(i, j) > 0.5f && growth.found.at(i, j) > 0.5f)
        points.push_back({kept.coordinate(i), kept.coordinate(j), double(growth.w_mm[std::size_t(i) + std::size_t(kept.count()) * std::size_t(j)]),
                          1.0});
  return points;
}

HeightField smooth_field(const std::vector<SurfacePoint>& points, double step_mm, double smoothing_mm) {
  double x0 = 1e300, x1 = -1e300, y0 = 1e300, y1 = -1e300;
  for (const auto& p : points) {
    x0 = std::min(x0, p.x_mm);
    x1 = std::max(x1, p.x_mm);
    y0 = std::min(y0, p.y_mm);
    y1 = std::max(y1, p.y_mm);
  }
  return fit_surface(points, step_mm * step_mm, x0 - 5.0, x1 + 5.0, y0 - 5.0, y1 + 5.0, 1.0, smoothing_mm).field;
}

/// Tricubic (Catmull-Rom) value: unlike the trilinear one it does not blur, and blur pushes the steepest place of a thin bright layer
/// outwards. The point must be covered by the image.
double cubic_sample(const FloatImage& image, const Vec3& p_Patient) {
  const Vec3 x = image.to_index(p_Patient);
  std::int64_t at[3][4];
  double weight[3][4];
  for (int a = 0; a < 3; ++a) {
    const double base = std::floor(x[a]), t = x[a] - base;
    weight[a][0] = t * (-0.5 + t * (1.0 - 0.5 * t));
    weight[a][1] = 1.0 + t * t * (-2.5 + 1.5 * t);
    weight[a][2] = t * (0.5 + t * (2.0 - 1.5 * t));
    weight[a][3] = t * t * (-0.5 + 0.5 * t);
    for (int n = 0; n < 4; ++n) at[a][n] = std::clamp<std::int64_t>(std::int64_t(base) + n - 1, 0, image.size[a] - 1);
  }
  double value = 0.0;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 4; ++j) {
      double row = 0.0;
      for (int i = 0; i < 4; ++i) row += weight[0][i] * double(image.at(at[0][i], at[1][j], at[2][k]));
      value += weight[2][k] * weight[1][j] * row;
    }
  return value;
}

/// Grey values along rays, measured from the guessed surface, averaged over neighbouring rays so that noise averages out along the
/// plate but not across it.
struct Profiles {
  int samples = 0;
  std::vector<float> hu;      ///< node-major
  std::vector<std::uint8_t> valid;
};

Profiles straightened_profiles(const FloatImage& hu, const Frame& frame, const HeightField& guess, const PlateMask& mask, double sigma_mm) {
  Profiles profiles;
  profiles.samples = 2 * int(std::lround(kProfile_mm / kProfileStep_mm)) + 1;
  const int n = mask.count(), m = profiles.samples;
  std::vector<float> raw(std::size_t(n) * std::size_t(n) * std::size_t(m), 0.0f);
  std::vector<std::uint8_t> sampled(std::size_t(n) * std::size_t(n), 0);
  tbb::parallel_for(0, n, [&](int j) {
    for (int i = 0; i < n; ++i) {
      const std::size_t node = std::size_t(i) + std::size_t(n) * std::size_t(j);
      if (mask.value[node] <= 0.5f) continue;
      const double u = mask.coordinate(i), v = mask.coordinate(j), w = guess.z(u, v);
      if (!hu.covers(frame.to_patient(Vec3(u, v, w - 1.5))) || !hu.covers(frame.to_patient(Vec3(u, v, w + 1.5)))) continue;
      sampled[node] = 1;
      for (int s = 0; s < m; ++s) raw[node * std::size_t(m) + std::size_t(s)] =
          float(cubic_sample(hu, frame.to_patient(Vec3(u, v, w - kProfile_mm + s * kProfileStep_mm))));
    }
  });
  const int reach = int(std::ceil(2.5 * sigma_mm / mask.step_mm));
  profiles.hu.assign(raw.size(), 0.0f);
  profiles.valid = sampled;
  tbb::parallel_for(0, n, [&](int j) {
    std::vector<double> sum(static_cast<std::size_t>(m));
    for (int i = 0; i < n; ++i) {
      const std::size_t node = std::size_t(i) + std::size_t(n) * std::size_t(j);
      if (!sampled[node]) continue;
      std::fill(sum.begin(), sum.end(), 0.0);
      double total = 0.0;
      for (int b = -reach; b <= reach; ++b)
        for (int a = -reach; a <= reach; ++a) {
          if (i + a < 0 || j + b < 0 || i + a >= n || j + b >= n) continue;
          const std::size_t other = std::size_t(i + a) + std::size_t(n) * std::size_t(j + b);
          if (!sampled[other]) continue;
          const double weight = std::exp(-0.5 * (a * a + b * b) * mask.step_mm * mask.step_mm / (sigma_mm * sigma_mm));
          total += weight;
          for (int s = 0; s < m; ++s) sum[std::size_t(s)] += weight * raw[other * std::size_t(m) + std::size_t(s)];
        }
      for (int s = 0; s < m; ++s) profiles.hu[node * std::size_t(m) + std::size_t(s)] = float(sum[std::size_t(s)] / total);
    }
  });
  return profiles;
}

/// Steepest fall of grey value going out of the bone, near the guess; parabola through the three steepest samples.
/// @return offset from the guess in mm and the fall in HU per mm
std::pair<double, double> steepest_fall(const float* hu, int samples, double window_mm) {
  constexpr int kHalf = 2;  // slope by least squares over +-0.2 mm
  double best_score = 0.0, best_w = 0.0, best_fall = 0.0;
  std::vector<double> fall(std::size_t(samples), 0.0);
  for (int s = kHalf; s + kHalf < samples; ++s) {
    double sum = 0.0, norm = 0.0;
    for (int d = -kHalf; d <= kHalf; ++d) {
      sum -= d * double(hu[s + d]);
      norm += double(d * d);
    }
    fall[std::size_t(s)] = sum / (norm * kProfileStep_mm);
  }
  for (int s = kHalf + 1; s + kHalf + 1 < samples; ++s) {
    const double a = fall[std::size_t(s - 1)], b = fall[std::size_t(s)], c = fall[std::size_t(s + 1)];
    if (!(b >= a && b > c)) continue;
    const double bend = a - 2.0 * b + c;
    const double w = -kProfile_mm + (s + (bend < 0.0 ? 0.5 * (a - c) / bend : 0.0)) * kProfileStep_mm;
    const double score = b * std::exp(-0.5 * w * w / (window_mm * window_mm));
    if (score > best_score) {
      best_score = score;
      best_w = w;
      best_fall = b;
    }
  }
  return {best_w, best_fall};
}

/// Section of the vertebra under the surface, without what is not body: where there is bone anywhere between `depth_mm` and 2 mm under it,
/// so that neither a soft spot nor a slanting wall takes a bite out of it.
PlateMask section_under(const LabelProbe& probe, const HeightField& surface, double depth_mm, double step_mm, const Vec2& centre_mm,
                        const Frame& frame) {
  PlateMask below(kHalfWidth_mm, step_mm);
  tbb::parallel_for(0, below.count(), [&](int j) {
    for (int i = 0; i < below.count(); ++i) {
      const double u = below.coordinate(i), v = below.coordinate(j), w = surface.z(u, v);
      for (double d = depth_mm; d <= 2.01; d += 0.4)
        if (probe.at(u, v, w - d) >= 0 && probe.share(u, v, w - d) > 0.5) below.at(i, j) = 1.0f;
    }
  });
  return body_of(below, centre_mm, frame.axes_Patient(1, 1) > 0.0 ? 1.0 : -1.0);
}

/// Edge points of all rays of `body` near `guess`, and the smooth surface through them.
HeightField refine(const FloatImage& hu, const Frame& frame, const PlateMask& body, const HeightField& guess, double window_mm,
                   const std::string& name, std::vector<SurfacePoint>& edges) {
  const Profiles profiles = straightened_profiles(hu, frame, guess, body, 0.7);
  std::vector<float> falls;
  std::vector<SurfacePoint> all;
  for (int j = 0; j < body.count(); ++j)
    for (int i = 0; i < body.count(); ++i) {
      const std::size_t node = std::size_t(i) + std::size_t(body.count()) * std::size_t(j);
      if (!profiles.valid[node]) continue;
      const auto [offset, fall] = steepest_fall(&profiles.hu[node * std::size_t(profiles.samples)], profiles.samples, window_mm);
      if (fall <= 0.0) continue;
      const double u = body.coordinate(i), v = body.coordinate(j);
      all.push_back({u, v, guess.z(u, v) + offset, fall});
      falls.push_back(float(fall));
    }
  if (all.size() < 60) fail_input("{} was not found: no edge between bone and disc near its surface", name);
  std::nth_element(falls.begin(), falls.begin() + std::ptrdiff_t(falls.size() / 2), falls.end());
  const double typical = falls[falls.size() / 2];
  edges.clear();
  for (auto& p : all) {
    if (p.weight < 0.25 * typical) continue;  // too faint to be the plate: a vessel, a gap of the cortex, the end of the rim
    p.weight = std::min(1.0, p.weight / typical);
    edges.push_back(p);
  }
  return smooth_field(edges, body.step_mm, 1.0);
}

}  // namespace

PlateEdges find_plate(const Segmentation& segmentation, std::uint8_t label, const Vec3& seed_Patient, const Vec3& outward_Patient,
                      const std::string& name) {
  PlateEdges plate;
  Frame frame = plate_frame(seed_Patient, outward_Patient);
  PlateMask kept(kHalfWidth_mm, 1.0);
  std::vector<SurfacePoint> points;
  for (int round = 0; round < 3; ++round) {
    const LabelProbe probe(segmentation.labels, label, frame);
    // Out of the bone from well inside it: from the seed to the first gap of a millimetre; later rounds start at the plate found before.
    double w = 0.0;
    if (round == 0) {
      const double last = outward_Patient.norm();
      const auto outside = [&](double at) { return probe.at(0.0, 0.0, at) == 0 && probe.at(0.0, 0.0, at + 0.6) == 0 && probe.at(0.0, 0.0, at + 1.2) == 0; };
      for (; w < last && !outside(w); w += 0.2)
        if (probe.at(0.0, 0.0, w) < 0)
          fail_input("{} lies outside the scan: the bone goes on to the edge of the image; use a scan that shows it whole", name);
      if (w >= last) fail_input("{} was not found: no gap between this bone and its neighbour along the line of their seeds", name);
    }
    Growth growth = grow_surface(probe, w, 1.0);
    keep_near_middle_plane(growth);
    const double back = frame.axes_Patient(1, 1) > 0.0 ? 1.0 : -1.0;
    kept = body_of(growth.found, Vec2::Zero(), back);
    points = points_of(growth, kept);
    if (points.size() < 60)
      fail_input("{} was not found: only {} mm^2 of bone surface face the neighbour there; check the seeds and the threshold", name,
                 points.size());
    const Plane plane = fit_plane(points);
    const Vec2 c = centroid(kept);
    const Vec3 origin = frame.to_patient(Vec3(c[0], c[1], plane.z(c[0], c[1])));
    const Vec3 normal = frame.axes_Patient * plane.normal();
    if (round < 2) frame = plate_frame(origin, normal);
  }

  // The outline is that of the bone a little under the surface. First 1.2 mm under the rough surface, then 0.8 mm under the fine one,
  // which takes in sharp lips; it may not grow by more than they can.
  const LabelProbe probe(segmentation.labels, label, frame);
  HeightField guess = smooth_field(points, 1.0, 2.0);
  PlateMask body = section_under(probe, guess, 1.2, plate.step_mm, centroid(kept), frame);
  std::vector<SurfacePoint> edges;
  for (const double window_mm : {1.5, 0.8}) guess = refine(segmentation.hu_denoised, frame, body, guess, window_mm, name, edges);
  const PlateMask limit = grown(body, 2.5);
  body = section_under(probe, guess, 0.8, plate.step_mm, centroid(body), frame);
  for (std::size_t n = 0; n < body.value.size(); ++n) body.value[n] = std::min(body.value[n], limit.value[n]);
  if (body.area_mm2() < 60.0) fail_input("{} was not found: no bone under its surface; check the seeds and the threshold", name);
  for (int round = 0; round < 2; ++round) guess = refine(segmentation.hu_denoised, frame, body, guess, 0.8, name, edges);

  plate.frame = frame;
  for (const auto& p : edges) plate.points_Patient.push_back(frame.to_patient(Vec3(p.x_mm, p.y_mm, p.z_mm)));
  Vec2 low = Vec2::Constant(1e300), high = -low;
  for (const Vec2& p : radial_outline(body, 120)) {
    plate.outline_Patient.push_back(frame.to_patient(Vec3(p[0], p[1], guess.z(p[0], p[1]))));
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  plate.width_mm = high[0] - low[0];
  plate.depth_mm = high[1] - low[1];
  return plate;
}

}  // namespace spongiosa::geometry::bone_detail
