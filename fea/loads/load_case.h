#pragma once
/// The seven load cases of the spine, as statically equivalent loads on the upper cut face.

#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

/// Force and moment about the centroid of the loaded face, in the corpectomy frame (x left, y posterior, z cranial).
struct LoadCase {
  std::string name;    ///< "compression", "flexion", "extension", "left-bending", "right-bending", "left-torsion", "right-torsion"
  std::string label;   ///< for people
  Vec3 force_n = Vec3::Zero();
  Vec3 moment_nmm = Vec3::Zero();
};

/// Compression is the preload alone; the six others are the preload plus the moment about one axis.
/// Flexion tips the upper vertebra forward, left bending to the left, left torsion turns its front to the left.
std::vector<LoadCase> seven_load_cases(double preload_n, double moment_nm);

}  // namespace spongiosa::fea
