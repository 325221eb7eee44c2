#pragma once
/// The landmarks of a femur drawn into its scan.

#include "geometry/bone/femur_landmarks.h"
#include "geometry/picture/picture.h"

namespace spongiosa::workflow {

/// Two sections of 130 x 140 mm side by side. Left: through the head's centre in the plane of neck and shaft, proximal on top. Right: at right angles to
/// it along the neck, the head on top. Green: the mask's border; violet: the head's sphere and centre; white: axes of neck and shaft; red: plane of
/// resection; yellow: lesser trochanter (where it lies in front of or behind the section, its projection); orange: the inscribed circles of the canal.
geometry::Picture femur_picture(const geometry::HuImage& hu, const geometry::LabelImage& mask, const geometry::FemurLandmarks& landmarks);

}  // namespace spongiosa::workflow
