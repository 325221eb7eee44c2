#pragma once
/// Vertebrae out of CT: threshold, noise handling, and separation of touching vertebrae from one seed per body.

#include "core/progress.h"
#include "geometry/image/image.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

struct VertebraSeed {
  std::string level;   ///< "C6", "L5", "S1" ...
  Vec3 p_Patient;      ///< a point in the middle of the vertebral body, LPS, mm
};

struct SegmentOptions {
  std::optional<double> threshold_hu;   ///< absent: chosen from the histogram around the seeds, and reported
  double margin_mm = 45.0;              ///< region of interest around the seeds; half as much again behind them
  double reach_mm = 75.0;               ///< longest path through bone from the seed that still counts as this vertebra
  double smoothing_mm = 0.6;            ///< strength of the edge-preserving noise filter, as equivalent Gaussian sigma
};

struct Segmentation {
  LabelImage labels;                  ///< on the region of interest; value n is seeds[n-1]
  FloatImage hu_denoised;             ///< same grid
  double threshold_hu = 0.0;
  double noise_sd_hu = 0.0;           ///< estimated in soft tissue before filtering
  std::vector<double> volume_mm3;     ///< per seed
  std::vector<std::string> notes;     ///< holes filled, islands removed, with volumes
  std::vector<std::string> warnings;  ///< what makes a label doubtful: someone should look at it
  std::vector<double> seed_threshold_hu;  ///< per seed; threshold_hu is the smallest of them
};

/// @throws Error(kBadInput): fewer than one seed; a seed outside the scan or outside bone (level, coordinates, HU there and the
///   nearest bone); two seeds in one vertebra (nothing separates them); a row of seeds that no spine has; a label that holds a
///   neighbour's body too (see detail/plausibility.h).
Segmentation segment_vertebrae(const HuImage& hu, const std::vector<VertebraSeed>& seeds, const SegmentOptions& options,
                               const Progress& progress);

}  // namespace spongiosa::geometry
