#include "workflow/print/machine_profile.h"

#include "core/error.h"
#include "core/text.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

constexpr const char* kVerified = "verified";
constexpr const char* kRecalled = "from memory, not verified";
constexpr const char* kPolicy = "policy";

struct Field {
  const char* key;
  MachineValue MachineProfile::*value;
  double low, high;  ///< allowed, inclusive
};

const std::vector<Field>& fields() {
  using P = MachineProfile;
  static const std::vector<Field> all = {{"layer_mm", &P::layer_mm, 0.005, 1.0},
                                         {"powder_d90_mm", &P::powder_d90_mm, 0.001, 1.0},
                                         {"min_strut_mm", &P::min_strut_mm, 0.01, 10.0},
                                         {"min_wall_mm", &P::min_wall_mm, 0.01, 10.0},
                                         {"min_gap_mm", &P::min_gap_mm, 0.01, 10.0},
                                         {"min_hole_mm", &P::min_hole_mm, 0.01, 10.0},
                                         {"critical_angle_deg", &P::critical_angle_deg, 5.0, 85.0},
                                         {"max_overhang_fraction", &P::max_overhang_fraction, 0.0, 1.0},
                                         {"max_span_mm", &P::max_span_mm, 0.0, 100.0},
                                         {"max_islands", &P::max_islands, 0.0, 1e9},
                                         {"opening_per_d90", &P::opening_per_d90, 1.0, 100.0},
                                         {"max_path_per_diameter", &P::max_path_per_diameter, 0.1, 1e6},
                                         {"drain_hole_mm", &P::drain_hole_mm, 0.05, 20.0},
                                         {"growth_vertical_mm", &P::growth_vertical_mm, -0.5, 1.0},
                                         {"growth_horizontal_mm", &P::growth_horizontal_mm, -0.5, 1.0},
                                         {"density_g_cm3", &P::density_g_cm3, 0.5, 25.0}};
  return all;
}

MachineProfile laser() {
  MachineProfile p;
  p.name = "laser-ti64";
  p.label = "Laser powder bed fusion, Ti-6Al-4V";
  p.layer_mm = {0.03, "lower end of the usual 30 to 60 um", kRecalled};
  p.powder_d90_mm = {0.053, "powder of 15 to 45/53 um", kRecalled};
  p.min_strut_mm = {0.20, "struts of 0.20 mm were printed (measured 0.236 +- 0.048): s44334-025-00019-y, table 2", kVerified};
  p.min_wall_mm = {0.30, "0.3 mm possible, 0.4 mm usual", kRecalled};
  p.min_gap_mm = {0.50, "slots of 0.5 mm", kRecalled};
  p.min_hole_mm = {0.50, "holes of 0.5 mm", kRecalled};
  p.critical_angle_deg = {45.0, "self-supporting from 45 degrees, 35 to 40 with tuned down-skins", kRecalled};
  p.max_overhang_fraction = {0.20, "a surface without preferred direction has 0.146 below 45 degrees", kPolicy};
  p.max_span_mm = {1.5, "horizontal struts up to 1 to 2 mm", kRecalled};
  p.max_islands = {0.0, "an island lies on powder alone: it moves or curls", kPolicy};
  p.opening_per_d90 = {3.0, "openings of three times the D90 of the powder", kPolicy};
  p.max_path_per_diameter = {10.0, "way out at most ten diameters long", kPolicy};
  p.drain_hole_mm = {2.0, "drain holes of 2 to 3 mm on cavities", kPolicy};
  p.growth_vertical_mm = {0.0075, "diamond struts that stand: +7.5 um, Materials 2022;15:4729", kVerified};
  p.growth_horizontal_mm = {0.105, "diamond struts that lie: +105 um, Materials 2022;15:4729", kVerified};
  p.density_g_cm3 = {4.43, "Ti-6Al-4V", kRecalled};
  return p;
}

MachineProfile electron_beam() {
  MachineProfile p = laser();
  p.name = "electron-beam-ti64";
  p.label = "Electron beam powder bed fusion, Ti-6Al-4V";
  p.layer_mm = {0.05, "lower end of the usual 50 to 90 um", kRecalled};
  p.powder_d90_mm = {0.105, "powder of 45 to 105 um", kRecalled};
  p.min_strut_mm = {0.40, "coarser powder and melt pool than with a laser; no table at hand", kPolicy};
  p.min_wall_mm = {0.60, "coarser powder and melt pool than with a laser; no table at hand", kPolicy};
  p.min_gap_mm = {0.60, "sintered powder must be blown out; no table at hand", kPolicy};
  p.min_hole_mm = {0.60, "sintered powder must be blown out; no table at hand", kPolicy};
  const char* as_laser = "as for the laser, no table for electron beams at hand: print coupons";
  p.growth_vertical_mm = {laser().growth_vertical_mm.value, as_laser, kPolicy};
  p.growth_horizontal_mm = {laser().growth_horizontal_mm.value, as_laser, kPolicy};
  return p;
}

const std::vector<MachineProfile>& built_in() {
  static const std::vector<MachineProfile> all = {laser(), electron_beam()};
  return all;
}

}  // namespace

std::vector<std::string> machine_profile_names() {
  std::vector<std::string> names;
  for (const MachineProfile& p : built_in()) names.push_back(p.name);
  return names;
}

MachineProfile load_machine_profile(const std::string& name_or_file) {
  if (name_or_file.ends_with(".json")) return machine_profile_from_json(read_json(name_or_file), name_or_file);
  for (const MachineProfile& p : built_in())
    if (p.name == name_or_file) return p;
  const std::string nearest = nearest_name(name_or_file, machine_profile_names());
  fail_input("there is no machine profile '{}'{}; known are {}, or give a file that ends in .json", name_or_file,
             nearest.empty() ? "" : "; did you mean '" + nearest + "'?", join(machine_profile_names(), ", "));
}

Json to_json(const MachineProfile& profile) {
  Json document = {{"format", "spongiosa-machine"}, {"version", 1}, {"name", profile.name}, {"label", profile.label}};
  for (const Field& field : fields()) {
    const MachineValue& v = profile.*field.value;
    document[field.key] = {{"value", v.value}, {"source", v.source}, {"status", v.status}};
  }
  return document;
}

MachineProfile machine_profile_from_json(const Json& document, const std::string& where) {
  if (!document.is_object() || document.value("format", Json()) != "spongiosa-machine" || document.value("version", Json()) != 1)
    fail_input("'{}' is no machine profile: expected \"format\": \"spongiosa-machine\" and \"version\": 1", where);
  std::vector<std::string> known = {"format", "version", "name", "label"};
  for (const Field& field : fields()) known.push_back(field.key);
  for (const auto& [key, value] : document.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string nearest = nearest_name(key, known);
      fail_input("'{}' has the unknown key '{}'{}", where, key, nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
    }
  MachineProfile profile;
  for (const auto& [key, text] : {std::pair{"name", &profile.name}, {"label", &profile.label}}) {
    if (!document.contains(key) || !document.at(key).is_string()) fail_input("'{}': '{}' must be a text", where, key);
    *text = document.at(key).get<std::string>();
  }
  for (const Field& field : fields()) {
    const Json entry = document.value(field.key, Json());
    if (!entry.is_object() || !entry.contains("value") || !entry.at("value").is_number())
      fail_input("'{}': '{}' must be {{\"value\": number, \"source\": text, \"status\": text}}", where, field.key);
    MachineValue& v = profile.*field.value;
    v.value = entry.at("value").get<double>();
    if (!(v.value >= field.low && v.value <= field.high))
      fail_input("'{}': '{}' is {}; expected {} to {}", where, field.key, v.value, field.low, field.high);
    for (const auto& [key, text] : {std::pair{"source", &v.source}, {"status", &v.status}}) {
      if (!entry.contains(key) || !entry.at(key).is_string()) fail_input("'{}': '{}' needs a '{}', a text", where, field.key, key);
      *text = entry.at(key).get<std::string>();
    }
  }
  return profile;
}

}  // namespace spongiosa::workflow
