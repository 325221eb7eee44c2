#include "geometry/bone/corpectomy.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/bone/detail/plate_edges.h"
#include "geometry/bone/detail/plate_mask.h"
#include "geometry/bone/detail/surface_fit.h"

#include <Eigen/Geometry>

#include <array>
#include <numeric>

namespace spongiosa::geometry {
namespace {

using namespace bone_detail;

constexpr double kContinuation_mm = 10.0;  ///< grid beyond the outline
constexpr double kInnerPart = 0.8;         ///< of the outline: where plane and centre are taken
constexpr double kDegree = 3.14159265358979323846 / 180.0;

/// Indices into the seeds of the vertebra above, the replaced one, the one below.
std::array<std::size_t, 3> find_levels(const std::vector<VertebraSeed>& seeds, const std::string& replaced) {
  std::vector<std::string> names;
  for (const auto& seed : seeds) names.push_back(seed.level);
  if (std::find(names.begin(), names.end(), replaced) == names.end())
    fail_input("level {} to be replaced is not among the seeds ({}); did you mean {}?", replaced, join(names, ", "),
               nearest_name(replaced, names).empty() ? "one of those" : nearest_name(replaced, names));
  std::vector<std::size_t> order(seeds.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seeds[a].p_Patient[2] > seeds[b].p_Patient[2]; });
  for (std::size_t n = 0; n < order.size(); ++n) {
    if (seeds[order[n]].level != replaced) continue;
    if (n == 0) fail_input("no seed lies above {}; the vertebra above it is needed for its inferior endplate", replaced);
    if (n + 1 == order.size()) fail_input("no seed lies below {}; the vertebra below it is needed for its superior endplate", replaced);
    return {order[n - 1], order[n], order[n + 1]};
  }
  fail_input("level {} to be replaced is not among the seeds", replaced);
}

Frame corpectomy_frame(const Vec3& cranial_Patient, const Vec3& caudal_Patient) {
  Frame frame;
  frame.origin_Patient = 0.5 * (cranial_Patient + caudal_Patient);
  const Vec3 z = (cranial_Patient - caudal_Patient).normalized();
  const Vec3 x = (Vec3::UnitX() - z[0] * z).normalized();
  frame.axes_Patient.col(0) = x;
  frame.axes_Patient.col(1) = z.cross(x);
  frame.axes_Patient.col(2) = z;
  return frame;
}

double signed_area(const std::vector<Vec2>& polygon) {
  double twice = 0.0;
  for (std::size_t n = 0, m = polygon.size() - 1; n < polygon.size(); m = n++)
    twice += polygon[m][0] * polygon[n][1] - polygon[n][0] * polygon[m][1];
  return 0.5 * twice;
}

/// Slope of the surface, by central differences over 1 mm.
Vec2 slope(const HeightField& field, double x, double y) {
  return {field.z(x + 0.5, y) - field.z(x - 0.5, y), field.z(x, y + 0.5) - field.z(x, y - 0.5)};
}

/// Largest depth of the mid-sagittal profile below the chord between its rims, across the chord. The rims are the points of the front
/// and the rear third that stand out farthest from the plane towards the gap. @param outward +1 for a superior, -1 for an inferior endplate
double profile_concavity(const Endplate& plate, double outward) {
  double front = 1e300, rear = -1e300;
  for (double y = -40.0; y <= 40.0; y += 0.25)
    if (inside_polygon(plate.outline, {plate.centre[0], plate.centre[1] + y})) {
      front = std::min(front, plate.centre[1] + y);
      rear = std::max(rear, plate.centre[1] + y);
    }
  if (rear - front < 3.0) return 0.0;
  const auto height = [&](double y) {
    const Vec3 p(plate.centre[0], y, plate.surface.z(plate.centre[0], y));
    return outward * plate.normal.dot(p - plate.centre);
  };
  const auto best_in = [&](double from, double to) {
    double best = from;
    for (double y = from; y <= to; y += 0.25)
      if (height(y) > height(best)) best = y;
    return best;
  };
  const double a = best_in(front, front + (rear - front) / 3.0), b = best_in(rear - (rear - front) / 3.0, rear);
  const auto point = [&](double y) { return Vec2(y, plate.surface.z(plate.centre[0], y)); };
  const Vec2 chord = (point(b) - point(a)).normalized();
  const Vec2 towards_gap = outward * Vec2(-chord[1], chord[0]);
  double deepest = 0.0;
  for (double y = a; y <= b; y += 0.25) deepest = std::max(deepest, -towards_gap.dot(point(y) - point(a)));
  return deepest;
}

struct Measured {
  Endplate plate;
  double found_fraction = 0.0;  ///< of the area within the outline
};

/// @param outward  +1 when the plate faces cranially
Measured measure_plate(const PlateEdges& edges, const Frame& frame, const CorpectomyOptions& options, double outward,
                       const std::string& name) {
  Measured result;
  Endplate& plate = result.plate;
  for (const Vec3& p : edges.outline_Patient) plate.outline.push_back(frame.from_patient(p).head<2>());
  if (signed_area(plate.outline) < 0.0) std::reverse(plate.outline.begin(), plate.outline.end());
  Vec2 low = Vec2::Constant(1e300), high = -low;
  for (const Vec2& p : plate.outline) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  std::vector<SurfacePoint> points;
  for (const Vec3& p : edges.points_Patient) {
    const Vec3 q = frame.from_patient(p);
    points.push_back({q[0], q[1], q[2], 1.0});
    low = low.cwiseMin(q.head<2>());
    high = high.cwiseMax(q.head<2>());
  }
  const SurfaceFit fit = fit_surface(points, edges.step_mm * edges.step_mm, low[0] - kContinuation_mm, high[0] + kContinuation_mm,
                                     low[1] - kContinuation_mm, high[1] + kContinuation_mm, options.surface_step_mm, options.smoothing_mm);
  plate.surface = fit.field;
  plate.roughness_mm = fit.rms_mm;
  HeightField& field = plate.surface;
  // 0.1 um steps: more than enough, and decimal text keeps them exactly.
  for (float& z : field.z_mm) z = float(std::round(double(z) * 1e4) / 1e4);

  // A node is measured when it lies within the outline and a trusted edge point lies within about a millimetre.
  const int reach = std::max(1, int(std::lround(1.0 / field.step_mm)));
  for (std::size_t n = 0; n < points.size(); ++n) {
    if (fit.weight[n] <= 0.0) continue;
    const int i = int(std::lround((points[n].x_mm - field.x0_mm) / field.step_mm));
    const int j = int(std::lround((points[n].y_mm - field.y0_mm) / field.step_mm));
    for (int b = std::max(0, j - reach); b <= std::min(field.ny - 1, j + reach); ++b)
      for (int a = std::max(0, i - reach); a <= std::min(field.nx - 1, i + reach); ++a)
        field.measured[std::size_t(a) + std::size_t(field.nx) * std::size_t(b)] = 1;
  }
  // Plane and centre leave out the outer fifth: rims and uncinate processes are not what an implant rests on, and rounding there would
  // tilt the plane.
  Vec2 middle = Vec2::Zero();
  for (const Vec2& p : plate.outline) middle += p / double(plate.outline.size());
  std::vector<SurfacePoint> nodes;
  Vec3 centre = Vec3::Zero();
  double area = 0.0, inside = 0.0;
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i) {
      std::uint8_t& found = field.measured[std::size_t(i) + std::size_t(field.nx) * std::size_t(j)];
      const double x = field.x0_mm + i * field.step_mm, y = field.y0_mm + j * field.step_mm;
      if (!inside_polygon(plate.outline, {x, y})) {
        found = 0;
        continue;
      }
      inside += 1.0;
      if (!found) continue;
      result.found_fraction += 1.0;
      if (!inside_polygon(plate.outline, middle + (Vec2(x, y) - middle) / kInnerPart)) continue;
      const Vec2 s = slope(field, x, y);
      const double w = std::sqrt(1.0 + s.squaredNorm());
      const double z = field.z_mm[std::size_t(i) + std::size_t(field.nx) * std::size_t(j)];
      nodes.push_back({x, y, z, w});
      centre += w * Vec3(x, y, z);
      area += w;
    }
  if (nodes.size() < 30) fail_input("{}: its middle was not found in the image; check the seeds and the threshold", name);
  result.found_fraction /= inside;
  plate.centre = centre / area;
  plate.normal = fit_plane(nodes).normal();
  plate.width_mm = edges.width_mm;
  plate.depth_mm = edges.depth_mm;
  plate.concavity_mm = profile_concavity(plate, outward);
  return result;
}

/// Foremost y of the canal: where rays from the middle of the body leave it backwards, over the middle 8 mm of the wall. The tenth
/// percentile rather than the extreme, because the basivertebral vessels open a hole in the wall.
double find_canal(const Segmentation& segmentation, std::uint8_t label, const CorpectomyAnatomy& a, std::vector<std::string>& notes) {
  const LabelImage& labels = segmentation.labels;
  const Vec3 centre = 0.5 * (a.replaced_superior.centre + a.replaced_inferior.centre);
  const double half_height = 0.5 * a.body_height_mm - 2.0;
  const auto inside = [&](double x, double y, double z) {
    const Vec3 at = labels.to_index(a.frame.to_patient(Vec3(x, y, z)));
    const std::int64_t i = std::lround(at[0]), j = std::lround(at[1]), k = std::lround(at[2]);
    return labels.contains(i, j, k) && labels.at(i, j, k) == label;
  };
  const Vec3 axis = (a.replaced_superior.centre - a.replaced_inferior.centre).normalized();
  std::vector<double> exits;
  for (double t = -half_height; t <= half_height; t += 0.5)
    for (double x = -4.0; x <= 4.0; x += 0.5) {
      const Vec3 from = centre + t * axis + Vec3(x, 0.0, 0.0);
      double clear = 0.0;
      for (double y = 0.0; y < 35.0; y += 0.1) {
        clear = inside(from[0], from[1] + y, from[2]) ? 0.0 : clear + 0.1;
        if (clear < 3.0) continue;
        const double wall = from[1] + y - clear;
        // Rays that leave through an endplate tell nothing about the canal.
        if (y > clear && from[2] < a.replaced_superior.surface.z(from[0], wall) - 2.0 &&
            from[2] > a.replaced_inferior.surface.z(from[0], wall) + 2.0)
          exits.push_back(wall);
        break;
      }
    }
  if (exits.size() < 10) {
    const double behind = std::max(a.replaced_superior.centre[1] + 0.5 * a.replaced_superior.depth_mm,
                                   a.replaced_inferior.centre[1] + 0.5 * a.replaced_inferior.depth_mm);
    notes.push_back("spinal canal not found behind the replaced body; its front was taken from the depth of the endplates");
    return behind;
  }
  const auto tenth = exits.begin() + std::ptrdiff_t(exits.size() / 10);
  std::nth_element(exits.begin(), tenth, exits.end());
  return *tenth;
}

}  // namespace

CorpectomyAnatomy measure_corpectomy(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds,
                                     const std::string& replaced_level, const CorpectomyOptions& options, const Progress& progress) {
  if (!(options.surface_step_mm >= 0.1 && options.surface_step_mm <= 2.0) || !(options.smoothing_mm >= 0.0 && options.smoothing_mm <= 10.0))
    fail_input("corpectomy options out of range: surface step {} mm must be within 0.1 to 2, smoothing {} mm within 0 to 10",
               options.surface_step_mm, options.smoothing_mm);
  if (seeds.size() != segmentation.volume_mm3.size())
    fail_input("{} seeds for a segmentation of {} vertebrae; measure with the seeds it was made with", seeds.size(),
               segmentation.volume_mm3.size());
  const auto [above, replaced, below] = find_levels(seeds, replaced_level);
  CorpectomyAnatomy anatomy;
  anatomy.cranial_level = seeds[above].level;
  anatomy.replaced_level = seeds[replaced].level;
  anatomy.caudal_level = seeds[below].level;

  struct Task {
    std::size_t vertebra, towards;
    std::string name;
    double outward;
    Endplate* target;
    PlateEdges edges;
  };
  std::array<Task, 4> tasks{Task{above, replaced, fmt::format("the inferior endplate of {}", seeds[above].level), -1.0, &anatomy.cranial, {}},
                            Task{below, replaced, fmt::format("the superior endplate of {}", seeds[below].level), 1.0, &anatomy.caudal, {}},
                            Task{replaced, above, fmt::format("the superior endplate of {}", replaced_level), 1.0, &anatomy.replaced_superior, {}},
                            Task{replaced, below, fmt::format("the inferior endplate of {}", replaced_level), -1.0, &anatomy.replaced_inferior, {}}};
  double fraction = 0.0;
  for (Task& task : tasks) {
    progress.report(fraction, fmt::format("finding {}", task.name));
    fraction += 0.15;
    const Vec3& from = seeds[task.vertebra].p_Patient;
    task.edges = find_plate(segmentation, std::uint8_t(task.vertebra + 1), from, seeds[task.towards].p_Patient - from, task.name);
  }

  // The frame is defined by the centres of the two surfaces facing the gap, which are measured in the frame: two rounds settle it.
  anatomy.frame = corpectomy_frame(tasks[0].edges.frame.origin_Patient, tasks[1].edges.frame.origin_Patient);
  for (int round = 0; round < 2; ++round) {
    progress.report(0.6 + 0.1 * round, "placing the frame of the corpectomy");
    CorpectomyOptions coarse = options;
    if (round == 0) coarse.surface_step_mm = std::max(1.0, options.surface_step_mm);
    const Vec3 top = anatomy.frame.to_patient(measure_plate(tasks[0].edges, anatomy.frame, coarse, -1.0, tasks[0].name).plate.centre);
    const Vec3 bottom = anatomy.frame.to_patient(measure_plate(tasks[1].edges, anatomy.frame, coarse, 1.0, tasks[1].name).plate.centre);
    anatomy.frame = corpectomy_frame(top, bottom);
  }
  progress.report(0.8, "measuring endplates");
  for (Task& task : tasks) {
    Measured measured = measure_plate(task.edges, anatomy.frame, options, task.outward, task.name);
    *task.target = std::move(measured.plate);
    if (measured.found_fraction < 0.9)
      anatomy.notes.push_back(fmt::format("{}: {:.0f} % of its area was found in the image, the rest is smooth continuation", task.name,
                                          100.0 * measured.found_fraction));
  }
  anatomy.gap_height_mm = anatomy.cranial.centre[2] - anatomy.caudal.centre[2];
  anatomy.body_height_mm = (anatomy.replaced_superior.centre - anatomy.replaced_inferior.centre).norm();
  const Vec3 &up = anatomy.cranial.normal, &low = anatomy.caudal.normal;
  anatomy.lordosis_deg = (std::atan2(-low[1], low[2]) - std::atan2(-up[1], up[2])) / kDegree;
  anatomy.coronal_angle_deg = (std::atan2(-up[0], up[2]) - std::atan2(-low[0], low[2])) / kDegree;
  anatomy.canal_y_mm = find_canal(segmentation, std::uint8_t(replaced + 1), anatomy, anatomy.notes);
  progress.report(1.0, "corpectomy measured");
  return anatomy;
}

}  // namespace spongiosa::geometry
