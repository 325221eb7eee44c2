#pragma once
/// Right-handed orthonormal frames in the patient's LPS coordinates (x left, y posterior, z cranial), millimetres.

#include "core/vector.h"

namespace spongiosa::geometry {

/// A rigid frame. Points are named after the frame they are given in: p_Patient (LPS), p_Implant (this frame).
/// The implant frame of the spine: x to the patient's left, y posterior, z cranial, origin in the middle of the gap.
struct Frame {
  Vec3 origin_Patient = Vec3::Zero();
  Mat3 axes_Patient = Mat3::Identity();  ///< columns: the unit x, y, z axes of this frame, in LPS

  Vec3 to_patient(const Vec3& p_Implant) const { return origin_Patient + axes_Patient * p_Implant; }
  Vec3 from_patient(const Vec3& p_Patient) const { return axes_Patient.transpose() * (p_Patient - origin_Patient); }
};

/// Axis-aligned box in whatever frame its user names.
struct Box {
  Vec3 min = Vec3::Constant(1e300);
  Vec3 max = Vec3::Constant(-1e300);

  void include(const Vec3& p) {
    min = min.cwiseMin(p);
    max = max.cwiseMax(p);
  }
  Box grown(double margin) const { return {min - Vec3::Constant(margin), max + Vec3::Constant(margin)}; }
  Vec3 size() const { return max - min; }
};

}  // namespace spongiosa::geometry
