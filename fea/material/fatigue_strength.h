#pragma once
/// Fatigue strength of titanium struts by process and surface: what a local stress of the voxel engine is compared with.

#include "fea/material/material.h"

namespace spongiosa::fea {

/// Largest stress of a cycle at R = 0.1 that is survived 1e7 times, for the local (not the nominal) stress. MPa.
struct FatigueStrength {
  std::string name, label;
  double strength_mpa;    ///< the lower end of the range in the source
  std::string source;
  Status status;
};
/// The first entry is the default: the weakest surface that is usual for lattices, since nothing inside a lattice can be machined.
const std::vector<FatigueStrength>& fatigue_strengths();
/// @throws Error(kBadInput) naming the nearest known entry.
const FatigueStrength& find_fatigue_strength(const std::string& name);

}  // namespace spongiosa::fea
