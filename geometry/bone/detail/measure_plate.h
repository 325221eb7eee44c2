#pragma once
/// From edge points, or from a plane a surgeon cuts, to the surface an implant meets.

#include "geometry/bone/corpectomy.h"
#include "geometry/bone/detail/plate_edges.h"

#include <string>
#include <vector>

namespace spongiosa::geometry::bone_detail {

struct MeasuredPlate {
  Endplate plate;
  double found_fraction = 0.0;  ///< of the area within the outline
};
/// @param outward  +1 when the plate faces cranially   @throws Error(kBadInput) when its middle was not found
MeasuredPlate measure_plate(const PlateEdges& edges, const Frame& frame, const CorpectomyOptions& options, double outward, const std::string& name);

/// The superior (`side` +1) or inferior (-1) endplate of a seed's vertebra. @throws Error(kBadInput) when it is not found
PlateEdges find_end_plate(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, std::size_t vertebra, double side, const std::string& name);

/// The section of a vertebral body by a plane.
struct PlaneCut {
  Frame frame;                          ///< z is the plane's normal, origin the centroid of the section
  std::vector<Vec3> outline_Patient;    ///< of the body, without arch and processes
  double width_mm = 0.0, depth_mm = 0.0;
  Vec3 centre_Patient() const;
};
/// @param normal_Patient  cranial   @throws Error(kBadInput) when less than 60 mm^2 of the body lie in the plane
PlaneCut cut_plane(const Segmentation& segmentation, std::uint8_t label, const Vec3& point_Patient, const Vec3& normal_Patient, const std::string& name);
/// The cut as a plate: an exact plane, measured within its outline.
Endplate cut_plate(const PlaneCut& cut, const Frame& frame, double step_mm);

}  // namespace spongiosa::geometry::bone_detail
