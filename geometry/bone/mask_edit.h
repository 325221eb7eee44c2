#pragma once
/// Recorded operations on a mask of bone: what a person does in a segmentation editor, as data that can be replayed.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/surface/mesh.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

enum class MaskOperation {
  kThreshold,    ///< everything from low_hu to high_hu replaces the mask
  kGrow,         ///< what is joined to the point over faces through voxels from low_hu to high_hu is added
  kSplit,        ///< of two parts that touch, the one round `point` stays; the one round `second_point` goes
  kUnion,        ///< with `other`
  kIntersect,
  kSubtract,
  kSmooth,       ///< Gaussian of `radius_mm`; as many voxels as before
  kFillHoles,    ///< background that cannot be reached from the border of the image
  kAddSphere,    ///< round `point`
  kEraseSphere,
  kCutPlane,     ///< what lies beyond `point` in the direction of `normal` goes
  kKeepPart,     ///< the connected part round `point`, or the largest one
};

/// In the order of MaskOperation: the names in case files.
inline constexpr const char* kMaskOperationNames[] = {"threshold", "grow",       "split",      "union",        "intersect", "subtract",
                                                      "smooth",    "fill-holes", "add-sphere", "erase-sphere", "cut-plane", "keep-part"};

/// One operation; each needs only the fields its description names.
struct MaskEdit {
  MaskOperation operation = MaskOperation::kFillHoles;
  std::optional<double> low_hu, high_hu;              ///< absent: without limit; one of the two is needed
  std::optional<Vec3> point_Patient, second_point_Patient;
  std::optional<Vec3> normal;                         ///< any length but 0
  std::optional<double> radius_mm;                    ///< of a sphere, 0.1..200; standard deviation of a smoothing, 0.1..5
  std::optional<LabelImage> other;                    ///< inside where not 0; sampled (share above one half) where its grid differs
};

/// What one operation did.
struct MaskChange {
  MaskOperation operation;
  double volume_before_mm3 = 0.0, volume_after_mm3 = 0.0;
  double added_mm3 = 0.0, removed_mm3 = 0.0;
  double area_before_mm2 = 0.0, area_after_mm2 = 0.0;  ///< of smoothing only: of the surface marching cubes draws between the voxels
};

/// Replays `edits` on `mask` (0 or 1) in their order. @param hu  on the same grid
/// Splitting: two fronts run through the mask from the two points; thin bridges cost more than thick bone, so the parts meet in the neck.
/// @throws Error(kBadInput) naming the operation by its number (from 1) and what it lacks: a missing or wrong field, a point outside the
///   image or farther than 5 mm from the mask, an operation that would leave nothing.
std::vector<MaskChange> apply_mask_edits(LabelImage& mask, const FloatImage& hu, const std::vector<MaskEdit>& edits, const Progress& progress);

/// One of them. @throws as apply_mask_edits, without the number
MaskChange apply_mask_edit(LabelImage& mask, const FloatImage& hu, const MaskEdit& edit);

struct MaskSurfaceOptions {
  std::optional<double> threshold_hu;  ///< absent: the border of the mask, smoothed, with the mask's volume
  double smoothing_mm = 0.6;           ///< Gaussian of the mask where no threshold is given
};
/// Closed surface of a mask, in the patient frame. With a threshold it follows the grey values between the voxels wherever they pass the
/// threshold within a voxel of the mask's border, and the border elsewhere.
/// @param hu  same grid as the mask; read only with a threshold.   @throws Error(kBadInput) for an empty mask
TriangleMesh mask_surface(const LabelImage& mask, const FloatImage& hu, const MaskSurfaceOptions& options, const Progress& progress);

}  // namespace spongiosa::geometry
