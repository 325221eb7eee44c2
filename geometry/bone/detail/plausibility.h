#pragma once
/// Whether seeds and labels can be what they are called: leaks into a neighbour and misplaced seeds show in simple measures.

#include "geometry/bone/detail/levels.h"

#include <string>
#include <vector>

namespace spongiosa::geometry::bone_detail {

/// The row of seeds may not bend by more than 60 degrees at a vertebra; a seed in the spinal canal makes it do so.
/// @param warnings  out: bends of more than 40 degrees
/// @throws Error(kBadInput) naming the seed and the angle
void require_straight_row(const std::vector<VertebraSeed>& seeds, std::vector<std::string>& warnings);

/// In a patient whose bodies are bright none is darker than soft tissue.
/// @param warnings  out: seeds less than 50 HU brighter than it
/// @throws Error(kBadInput) naming the seed and its grey value
void require_alike_bodies(const std::vector<VertebraSeed>& seeds, const GreyLevels& levels, std::vector<std::string>& warnings);

/// How a label stands to its seed and neighbours.
struct LabelShape {
  double volume_mm3 = 0.0;
  double body_span_mm = 0.0;      ///< length along the column that the label fills near the line through the seeds
  double seed_spacing_mm = 0.0;   ///< mean distance to the next seeds; 0 with a single seed
  bool cut = false;               ///< reaches the first or last slice
};
/// @param cut_low, cut_high  whether the first/last slice of `labels` is the end of the scan
std::vector<LabelShape> label_shapes(const LabelImage& labels, const std::vector<VertebraSeed>& seeds, bool cut_low, bool cut_high);

/// A label is refused when it spans more than 1.6 seed spacings along the column (the next body too), or has more than 2.5 times the
/// volume that its uncut neighbours suggest; from 1.7 times on, and when it is cut by the end of the scan, it is warned of.
/// The sacrum, one bone, is not judged.
/// @throws Error(kBadInput) naming the level and the seed that would help
void judge_labels(const std::vector<VertebraSeed>& seeds, const std::vector<LabelShape>& shapes, std::vector<std::string>& warnings);

}  // namespace spongiosa::geometry::bone_detail
