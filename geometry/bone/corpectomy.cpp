#include "geometry/bone/corpectomy.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/bone/detail/measure_plate.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace spongiosa::geometry {
namespace {

using namespace bone_detail;

constexpr double kDegree = 3.14159265358979323846 / 180.0;

/// Seeds from cranial to caudal.
std::vector<std::size_t> from_cranial(const std::vector<VertebraSeed>& seeds) {
  std::vector<std::size_t> order(seeds.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seeds[a].p_Patient[2] > seeds[b].p_Patient[2]; });
  return order;
}

/// Place of a level in the row from cranial to caudal.
std::size_t place_of(const std::vector<VertebraSeed>& seeds, const std::vector<std::size_t>& order, const std::string& level) {
  std::vector<std::string> names;
  for (std::size_t n = 0; n < order.size(); ++n) {
    if (seeds[order[n]].level == level) return n;
    names.push_back(seeds[order[n]].level);
  }
  const std::string nearest = nearest_name(level, names);
  fail_input("level {} to be replaced is not among the seeds ({}); did you mean {}?", level, join(names, ", "), nearest.empty() ? "one of those" : nearest);
}

/// The vertebrae a resection concerns, as indices into the seeds.
struct Levels {
  std::size_t cranial, caudal;        ///< that stay, wholly or in part
  std::size_t first, last;            ///< resected, wholly or in part
  std::vector<std::uint8_t> removed;  ///< labels of all that bone is taken from
};

Levels find_levels(const std::vector<VertebraSeed>& seeds, const ResectionPlan& plan) {
  const auto order = from_cranial(seeds);
  const std::size_t first = place_of(seeds, order, plan.first_level), last = place_of(seeds, order, plan.last_level);
  if (first > last) fail_input("{} lies below {}: name the cranial level first", plan.first_level, plan.last_level);
  Levels levels;
  levels.first = order[first];
  levels.last = order[last];
  for (std::size_t n = first; n <= last; ++n) levels.removed.push_back(std::uint8_t(order[n] + 1));
  if (plan.kind == Resection::kBodies) {
    if (first == 0) fail_input("no seed lies above {}; the vertebra above it is needed for its inferior endplate", plan.first_level);
    if (last + 1 == order.size()) fail_input("no seed lies below {}; the vertebra below it is needed for its superior endplate", plan.last_level);
    levels.cranial = order[first - 1];
    levels.caudal = order[last + 1];
    return levels;
  }
  if (first == last) fail_input("{} is given twice; a disc or two half bodies lie between two vertebrae: give the caudal one too", plan.first_level);
  if (plan.kind == Resection::kDisc && last != first + 1)
    fail_input("{} and {} are not neighbours; a disc lies between two that are", plan.first_level, plan.last_level);
  levels.cranial = levels.first;
  levels.caudal = levels.last;
  return levels;
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

/// Foremost y of the canal: where rays from the middle of the body leave it backwards, over the middle 8 mm of the wall. The tenth
/// percentile rather than the extreme, because the basivertebral vessels open a hole in the wall.
/// @param within_plates  false for a disc: the walls of both neighbours, up to 8 mm from it
double find_canal(const Segmentation& segmentation, const std::vector<std::uint8_t>& removed, bool within_plates, const CorpectomyAnatomy& a,
                  std::vector<std::string>& notes) {
  const LabelImage& labels = segmentation.labels;
  const Vec3 centre = 0.5 * (a.replaced_superior.centre + a.replaced_inferior.centre);
  const double half_height = 0.5 * a.body_height_mm + (within_plates ? -2.0 : 8.0);
  const auto inside = [&](double x, double y, double z) {
    const Vec3 at = labels.to_index(a.frame.to_patient(Vec3(x, y, z)));
    const std::int64_t i = std::lround(at[0]), j = std::lround(at[1]), k = std::lround(at[2]);
    return labels.contains(i, j, k) && std::find(removed.begin(), removed.end(), labels.at(i, j, k)) != removed.end();
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
        const double above = from[2] - a.replaced_superior.surface.z(from[0], wall), below = a.replaced_inferior.surface.z(from[0], wall) - from[2];
        if (y > clear && (within_plates ? above < -2.0 && below < -2.0 : above > 2.0 || below > 2.0)) exits.push_back(wall);
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

/// A face of the gap: an endplate, or a plane that is cut.
struct Face {
  std::string name;
  double outward;  ///< +1 when it faces cranially
  std::optional<PlateEdges> edges;
  std::optional<PlaneCut> cut;

  Vec3 first_centre_Patient() const { return edges ? edges->frame.origin_Patient : cut->centre_Patient(); }
  Endplate measured(const Frame& frame, const CorpectomyOptions& options, std::vector<std::string>* notes) const {
    if (cut) return cut_plate(*cut, frame, options.surface_step_mm);
    MeasuredPlate result = measure_plate(*edges, frame, options, outward, name);
    if (notes && result.found_fraction < 0.9)
      notes->push_back(fmt::format("{}: {:.0f} % of its area was found in the image, the rest is smooth continuation", name, 100.0 * result.found_fraction));
    return std::move(result.plate);
  }
};

Face plate_face(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, std::size_t vertebra, double side) {
  Face face;
  face.name = fmt::format("the {} endplate of {}", side > 0.0 ? "superior" : "inferior", seeds[vertebra].level);
  face.outward = side;
  face.edges = find_end_plate(segmentation, seeds, vertebra, side, face.name);
  return face;
}

/// @param stays  +1 when the cranial part stays
Face cut_face(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, std::size_t vertebra, double stays, const BodyCut& cut) {
  const std::string& level = seeds[vertebra].level;
  if (!(cut.kept_fraction >= 0.2 && cut.kept_fraction <= 0.8))
    fail_input("the share of {} that stays is {:g}; expected 0.2..0.8 of its height", level, cut.kept_fraction);
  if (!(std::abs(cut.tilt_deg) <= 30.0)) fail_input("the cut through {} is tilted by {:g} degrees; expected -30..30", level, cut.tilt_deg);
  const PlateEdges top = find_end_plate(segmentation, seeds, vertebra, 1.0, fmt::format("the superior endplate of {}", level));
  const PlateEdges bottom = find_end_plate(segmentation, seeds, vertebra, -1.0, fmt::format("the inferior endplate of {}", level));
  const Vec3 &high = top.frame.origin_Patient, &low = bottom.frame.origin_Patient;
  const Vec3 mean_normal = (top.frame.axes_Patient.col(2) - bottom.frame.axes_Patient.col(2)).normalized();
  const Vec3 left = (Vec3::UnitX() - mean_normal[0] * mean_normal).normalized();
  // More bone goes in front where the tilt is positive: the plane of a cranial part rises to the front, that of a caudal part falls.
  const Vec3 normal = Eigen::AngleAxisd(-stays * cut.tilt_deg * kDegree, left) * mean_normal;
  const Vec3 point = stays > 0.0 ? Vec3(high + cut.kept_fraction * (low - high)) : Vec3(low + cut.kept_fraction * (high - low));
  Face face;
  face.name = fmt::format("the cut through {}", level);
  face.outward = -stays;
  face.cut = cut_plane(segmentation, std::uint8_t(vertebra + 1), point, normal, face.name);
  return face;
}

void check_options(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, const CorpectomyOptions& options) {
  if (!(options.surface_step_mm >= 0.1 && options.surface_step_mm <= 2.0) || !(options.smoothing_mm >= 0.0 && options.smoothing_mm <= 10.0))
    fail_input("corpectomy options out of range: surface step {} mm must be within 0.1 to 2, smoothing {} mm within 0 to 10",
               options.surface_step_mm, options.smoothing_mm);
  if (seeds.size() != segmentation.volume_mm3.size())
    fail_input("{} seeds for a segmentation of {} vertebrae; measure with the seeds it was made with", seeds.size(),
               segmentation.volume_mm3.size());
}

}  // namespace

CorpectomyAnatomy measure_corpectomy(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds,
                                     const std::string& replaced_level, const CorpectomyOptions& options, const Progress& progress) {
  return measure_resection(segmentation, seeds, {Resection::kBodies, replaced_level, replaced_level, {}, {}}, options, progress);
}

CorpectomyAnatomy measure_resection(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, const ResectionPlan& plan,
                                    const CorpectomyOptions& options, const Progress& progress) {
  check_options(segmentation, seeds, options);
  const Levels levels = find_levels(seeds, plan);
  CorpectomyAnatomy anatomy;
  anatomy.cranial_level = seeds[levels.cranial].level;
  anatomy.caudal_level = seeds[levels.caudal].level;
  const char* joint = plan.kind == Resection::kBodies ? "-" : "/";
  anatomy.replaced_level = plan.first_level == plan.last_level ? plan.first_level : plan.first_level + joint + plan.last_level;

  progress.report(0.0, "finding the faces of the gap");
  const bool half = plan.kind == Resection::kHalfBodies, bodies = plan.kind == Resection::kBodies;
  const Face cranial = half ? cut_face(segmentation, seeds, levels.cranial, 1.0, plan.cranial_cut) : plate_face(segmentation, seeds, levels.cranial, -1.0);
  progress.report(0.15, "finding the faces of the gap");
  const Face caudal = half ? cut_face(segmentation, seeds, levels.caudal, -1.0, plan.caudal_cut) : plate_face(segmentation, seeds, levels.caudal, 1.0);
  std::optional<Face> superior, inferior;
  if (bodies) {
    progress.report(0.3, "finding the endplates of what is replaced");
    superior = plate_face(segmentation, seeds, levels.first, 1.0);
    inferior = plate_face(segmentation, seeds, levels.last, -1.0);
  }

  // The frame is defined by the centres of the two surfaces facing the gap, which are measured in the frame: two rounds settle it.
  anatomy.frame = corpectomy_frame(cranial.first_centre_Patient(), caudal.first_centre_Patient());
  for (int round = 0; round < 2; ++round) {
    progress.report(0.6 + 0.1 * round, "placing the frame of the corpectomy");
    CorpectomyOptions coarse = options;
    if (round == 0) coarse.surface_step_mm = std::max(1.0, options.surface_step_mm);
    const Vec3 top = anatomy.frame.to_patient(cranial.measured(anatomy.frame, coarse, nullptr).centre);
    const Vec3 bottom = anatomy.frame.to_patient(caudal.measured(anatomy.frame, coarse, nullptr).centre);
    anatomy.frame = corpectomy_frame(top, bottom);
  }
  progress.report(0.8, "measuring endplates");
  anatomy.cranial = cranial.measured(anatomy.frame, options, &anatomy.notes);
  anatomy.caudal = caudal.measured(anatomy.frame, options, &anatomy.notes);
  anatomy.replaced_superior = superior ? superior->measured(anatomy.frame, options, &anatomy.notes) : anatomy.cranial;
  anatomy.replaced_inferior = inferior ? inferior->measured(anatomy.frame, options, &anatomy.notes) : anatomy.caudal;
  anatomy.gap_height_mm = anatomy.cranial.centre[2] - anatomy.caudal.centre[2];
  if (!(anatomy.gap_height_mm > 1.0))
    fail_input("{} and {} are {:.1f} mm apart: nothing is left between them", cranial.name, caudal.name, anatomy.gap_height_mm);
  anatomy.body_height_mm = (anatomy.replaced_superior.centre - anatomy.replaced_inferior.centre).norm();
  const Vec3 &up = anatomy.cranial.normal, &low = anatomy.caudal.normal;
  anatomy.lordosis_deg = (std::atan2(-low[1], low[2]) - std::atan2(-up[1], up[2])) / kDegree;
  anatomy.coronal_angle_deg = (std::atan2(-up[0], up[2]) - std::atan2(-low[0], low[2])) / kDegree;
  anatomy.canal_y_mm = find_canal(segmentation, levels.removed, plan.kind != Resection::kDisc, anatomy, anatomy.notes);
  progress.report(1.0, "corpectomy measured");
  return anatomy;
}

}  // namespace spongiosa::geometry
