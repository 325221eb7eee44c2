#pragma once
/// What a printing machine can build: limits as data, each with its source.

#include "core/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// One limit. `status` is "verified", "from memory, not verified", "derived" or "policy".
struct MachineValue {
  double value = 0.0;
  std::string source, status;
};

/// Metal powder bed. Angles are measured from the build plate: 0 lies flat, 90 stands.
struct MachineProfile {
  std::string name, label;
  MachineValue layer_mm;
  MachineValue powder_d90_mm;                ///< 90 % of the powder's volume is finer
  MachineValue min_strut_mm, min_wall_mm;    ///< diameter, thickness
  MachineValue min_gap_mm, min_hole_mm;      ///< width of slots, diameter of channels
  MachineValue critical_angle_deg;           ///< surfaces that face down and lie flatter need support
  MachineValue max_overhang_fraction;        ///< of the part's surface
  MachineValue max_span_mm;                  ///< horizontal, between supports
  MachineValue max_islands;                  ///< pieces of a layer on nothing but powder
  MachineValue opening_per_d90;              ///< powder leaves through openings of so many D90
  MachineValue max_path_per_diameter;        ///< of the way of powder out of the part
  MachineValue drain_hole_mm;                ///< for cavities one and a half times as wide, or more
  MachineValue growth_vertical_mm, growth_horizontal_mm;  ///< strut as built less strut as designed, diameter
  MachineValue density_g_cm3;

  double opening_mm() const { return opening_per_d90.value * powder_d90_mm.value; }
};

/// "laser-ti64", "electron-beam-ti64"
std::vector<std::string> machine_profile_names();
/// A built-in profile by name, or a file (anything that ends in .json).
/// @throws Error(kBadInput) naming the nearest profile, or the key of the file that is missing, unknown, no number or out of range; Error(kIo)
MachineProfile load_machine_profile(const std::string& name_or_file);
/// As a file that load_machine_profile reads.
Json to_json(const MachineProfile& profile);
MachineProfile machine_profile_from_json(const Json& document, const std::string& where);

}  // namespace spongiosa::workflow
