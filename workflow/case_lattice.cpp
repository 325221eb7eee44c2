#include "workflow/case_lattice.h"

#include "core/error.h"
#include "workflow/schema.h"

#include <vector>

namespace spongiosa::workflow {

namespace {

const std::vector<const char*> kPorosityKeys = {"porosity_fraction", "porosity_expression"};
const std::vector<const char*> kSizeKeys = {"pore_size_mm", "strut_size_mm", "cell_size_mm", "cell_size_expression"};
/// What belongs to the choice of a cell.
const std::vector<const char*> kCellKeys = {"cell",                  "cell_expression",        "cell_offset",       "strut_taper",       "node_fillet_fraction",
                                            "strut_hollow_fraction", "plate_opening_fraction", "seed",              "tile",              "cone_angles_deg",
                                            "rotation_deg",          "frame",                  "blend_cell",        "blend_expression",  "turn_x_expression",
                                            "turn_y_expression",     "turn_z_expression"};

std::vector<std::string> given_of(const Json& keys, const std::vector<const char*>& names) {
  std::vector<std::string> given;
  for (const char* name : names)
    if (!keys.at(name).is_null()) given.push_back(name);
  return given;
}

/// Porosity and sizes: at most two of them, which then determine the lattice.
void check_lattice_keys(const Json& keys, const std::string& at, const std::string& where) {
  const std::vector<std::string> porosity = given_of(keys, kPorosityKeys), sizes = given_of(keys, kSizeKeys);
  if (porosity.size() > 1) fail_input("{}: {}{} and {}{} exclude each other: keep one", where, at, porosity[0], at, porosity[1]);
  if (porosity.size() + sizes.size() > 2 || (sizes.size() == 2 && sizes[1].starts_with("cell_size")))
    fail_input("{}: {}{} and {}{} exclude each other: porosity and one size determine a lattice, or pore_size_mm and strut_size_mm "
               "without porosity",
               where, at, sizes[0], at, sizes[1]);
  if (!keys.at("blend_cell").is_null() != !keys.at("blend_expression").is_null())
    fail_input("{}: {}blend_cell and {}blend_expression go together: give both or neither", where, at, at);
}

/// A zone is as the core in what it does not say: in its cell, its porosity, its size.
void inherit(const Json& core, Json& zone) {
  const auto take = [&](const std::vector<const char*>& names) {
    for (const char* name : names) zone[name] = core.at(name);
  };
  if (zone.at("cell").is_null()) take(kCellKeys);
  if (zone.at("frame").is_null()) zone["frame"] = "cartesian";
  if (zone.at("pore_definition").is_null()) zone["pore_definition"] = core.at("pore_definition");
  const bool no_porosity = given_of(zone, kPorosityKeys).empty();
  if (given_of(zone, kSizeKeys).empty()) take(kSizeKeys);
  if (no_porosity && given_of(zone, kSizeKeys).size() < 2) take(kPorosityKeys);
}

}  // namespace

void check_lattice(const Json& lattice, const std::string& where) {
  check_lattice_keys(lattice, "lattice.", where);
  for (std::size_t n = 0; n < lattice.at("zones").size(); ++n)
    check_lattice_keys(lattice.at("zones")[n], fmt::format("lattice.zones[{}].", n), where);
}

void complete_lattice(Json& lattice) {
  if (given_of(lattice, kSizeKeys).empty()) lattice["pore_size_mm"] = 0.6;
  if (given_of(lattice, kPorosityKeys).empty() && given_of(lattice, kSizeKeys).size() < 2) lattice["porosity_fraction"] = 0.7;
  for (Json& zone : lattice["zones"]) inherit(lattice, zone);
}

Json lattice_section(const std::map<std::string, Json>& given, const std::string& where) {
  Json lattice = Json::object();
  for (const std::string& path : field_paths("lattice")) {
    const std::string key = path.substr(std::string("lattice.").size());
    const auto found = given.find(key);
    const Field& field = *find_field(path);
    lattice[key] = checked_value(field, found == given.end() ? field.value : found->second, where);
  }
  for (const auto& [key, value] : given)
    if (!lattice.contains(key)) fail_unknown_key("lattice." + key, where);
  check_lattice(lattice, where);
  complete_lattice(lattice);
  return lattice;
}

}  // namespace spongiosa::workflow
