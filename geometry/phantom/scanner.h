#pragma once
/// What a scanner does to an image: blur and noise with the texture of filtered back projection.

#include "core/progress.h"
#include "core/vector.h"
#include "geometry/image/image.h"

#include <cstdint>

namespace spongiosa::geometry {

/// Gaussian blur along i, j, k with the given full widths at half maximum; edges continue the outermost voxel. In place.
void blur(FloatImage& image, const Vec3& fwhm_mm);

struct ScannerNoise {
  double sd_hu;                 ///< of the noise that is added, exact in expectation
  double resolution_fwhm_mm;    ///< in-plane correlation
  double slice_profile_fwhm_mm; ///< correlation along z
  std::uint64_t seed;
};

/// Adds stationary Gaussian noise. In plane it is a difference of two Gaussians, 1.0 and 3.0 times as wide as the point spread:
/// little power at low frequencies, as the ramp filter leaves it. Independent of the thread count.
void add_scanner_noise(FloatImage& image, const ScannerNoise& noise, const Progress& progress);

}  // namespace spongiosa::geometry
