#pragma once
/// Grey levels of one scan: what is soft tissue, what is bone, and how noisy it is.

#include "geometry/bone/segment.h"

namespace spongiosa::geometry::bone_detail {

/// Grey levels at one seed. In a body of dense spongiosa the bone itself is brighter than the discs; in an osteoporotic body the
/// marrow is as dark as a disc and only the cortex tells bone from its surroundings.
struct SeedLevel {
  bool bright = false;        ///< spongiosa stands out from soft tissue
  double inside_hu = 0.0;     ///< mean within 4 mm of the seed
  double dark_hu = 0.0;       ///< the disc or, where none is known, soft tissue
  double threshold_hu = 0.0;  ///< between bone and not bone round this seed
};

struct GreyLevels {
  double soft_hu = 0.0;      ///< mode of the soft-tissue histogram
  double cortex_hu = 0.0;    ///< median of what lies well above soft tissue: cortical and dense trabecular bone
  std::vector<SeedLevel> seeds;
};

/// Median over small patches of soft tissue of the standard deviation in the patch, after taking off its linear trend.
double soft_tissue_noise_hu(const FloatImage& hu, double soft_hu);
/// Mode of the smoothed histogram between -20 and 130 HU (muscle and disc; fat and air lie below).
double soft_tissue_mode_hu(const FloatImage& hu);
double ball_mean(const FloatImage& image, const Vec3& p_Patient, double radius_mm);

/// Mean over a disc of radius 4 mm across the line from a to b, every 0.5 mm.
std::vector<double> line_profile(const FloatImage& image, const Vec3& a_Patient, const Vec3& b_Patient);

GreyLevels grey_levels(const FloatImage& smoothed, const std::vector<VertebraSeed>& seeds, std::optional<double> threshold_hu);

}  // namespace spongiosa::geometry::bone_detail
