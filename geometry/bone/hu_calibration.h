#pragma once
/// What Hounsfield units of one scan are worth: rods of a calibration phantom in it, or tissues whose values are known.

#include "core/vector.h"
#include "geometry/image/image.h"

#include <string>
#include <vector>

namespace spongiosa::geometry {

/// Values within a ball of the scan.
struct RegionValues {
  double mean_hu = 0.0, sd_hu = 0.0;
  std::int64_t voxels = 0;
};
/// @param radius_mm  0.5..50   @throws Error(kBadInput) when the ball leaves the scan or holds fewer than 20 voxels
RegionValues region_values(const HuImage& hu, const Vec3& centre_Patient, double radius_mm, const std::string& name);

struct CalibrationPoint {
  std::string name;
  RegionValues measured;
  double expected = 0.0;   ///< density of a rod, g/cm3; or the nominal HU of a tissue
  double residual = 0.0;   ///< expected minus fitted, in the same unit
};
/// expected = slope * HU + intercept, by least squares.
struct HuFit {
  double slope = 1.0, intercept = 0.0;
  double rms_residual = 0.0, largest_residual = 0.0;
  std::vector<CalibrationPoint> points;
};
/// @throws Error(kBadInput) for fewer than two points, or points less than 30 HU apart
HuFit fit_hu(std::vector<CalibrationPoint> points);

/// Nominal values at 120 kV (recalled, not verified): air -1000, fat -100, muscle 55, blood 45 HU.
/// @throws Error(kBadInput) for another name
double nominal_tissue_hu(const std::string& tissue);

/// Air, fat and muscle as the modes of the scan's histogram, where each has one: at least 0.5 % of the voxels within 20 HU of a peak that
/// does not lie at the border of the range it is looked for in (-1100..-850, -160..-40, 15..100 HU). Blood looks like muscle and needs a
/// region. @throws Error(kBadInput) when fewer than two are found
std::vector<CalibrationPoint> find_tissues(const HuImage& hu);

}  // namespace spongiosa::geometry
