#pragma once
/// Filters on regular grids that the segmentation is built from. Lengths in mm, so that slices thicker than pixels are treated alike.

#include "core/progress.h"
#include "geometry/image/image.h"

namespace spongiosa::geometry::bone_detail {

/// Value of voxels at which no distance was found (empty set).
inline constexpr float kFar_mm = 1e15f;

/// Separable Gaussian, truncated at 3 sigma, borders continued constantly. A sigma under a fifth of the spacing leaves that axis alone.
FloatImage gaussian_smoothed(const FloatImage& image, double sigma_mm);

/// Grey closing minus image, with a box of half-width `radius_mm`: how far a voxel lies under the bright structures on both sides of it.
FloatImage valley_depth(const FloatImage& image, double radius_mm);

/// Exact Euclidean distance (mm) of every voxel centre to the nearest voxel with `set` != 0.
/// Felzenszwalb & Huttenlocher, Theory of Computing 8:415, 2012 (lower envelope of parabolas, axis by axis).
FloatImage distance_to(const LabelImage& set);

/// Voxels of `set` joined with `seed` over faces. Empty when the seed is not in the set.
LabelImage component_of(const LabelImage& set, const Index3& seed);

/// Morphological closing by a ball.
LabelImage closed(const LabelImage& set, double radius_mm);

/// Background that cannot be reached from the border of the image becomes 1. Returns how many voxels were filled.
/// @param closed_low, closed_high  the first/last slice is the end of the scan, not the outside: nothing comes in through it
std::int64_t fill_holes(LabelImage& set, bool closed_low = false, bool closed_high = false);

/// Perona & Malik diffusion with the gradient taken after smoothing (Catte et al., SIAM J Numer Anal 29:182, 1992). Where nothing holds
/// it back it acts as a Gaussian of `sigma_mm`; the contrast that stops it is three times the median gradient in soft tissue.
/// @param soft_hu  centre of the soft-tissue histogram
FloatImage edge_preserving_smoothed(const FloatImage& image, double sigma_mm, double soft_hu, const Progress& progress);

}  // namespace spongiosa::geometry::bone_detail
