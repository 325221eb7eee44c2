#include "workflow/lattice_keys.h"

#include "core/error.h"
#include "geometry/image/image_file.h"
#include "geometry/levelset/vdb_image.h"

#include <cmath>
#include <regex>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

std::optional<double> optional_number(const Json& value) { return value.is_null() ? std::nullopt : std::optional(value.get<double>()); }
std::string text_or_empty(const Json& value) { return value.is_null() ? "" : value.get<std::string>(); }

lattice::LatticeRequest lattice_request(const Json& keys) {
  lattice::LatticeRequest request;
  request.cell = cell_spec(keys);
  request.porosity_fraction = optional_number(keys.at("porosity_fraction"));
  request.porosity_expression = text_or_empty(keys.at("porosity_expression"));
  request.pore_size_mm = optional_number(keys.at("pore_size_mm"));
  request.pore_definition = lattice::pore_definition(keys.at("pore_definition").get<std::string>());
  request.strut_size_mm = optional_number(keys.at("strut_size_mm"));
  request.cell_size_mm = optional_number(keys.at("cell_size_mm"));
  request.cell_size_expression = text_or_empty(keys.at("cell_size_expression"));
  if (!keys.at("rotation_deg").is_null()) request.rotation_deg = {keys.at("rotation_deg")[0].get<double>(), keys.at("rotation_deg")[1].get<double>(), keys.at("rotation_deg")[2].get<double>()};
  for (std::size_t axis = 0; axis < 3; ++axis)
    request.turn_expressions[axis] = text_or_empty(keys.at(std::string("turn_") + "xyz"[axis] + "_expression"));
  request.frame = keys.at("frame").get<std::string>();
  request.blend_cell = text_or_empty(keys.at("blend_cell"));
  request.blend_expression = text_or_empty(keys.at("blend_expression"));
  return request;
}

}  // namespace

lattice::CellSpec cell_spec(const Json& keys) {
  lattice::CellSpec spec;
  spec.name = keys.at("cell").get<std::string>();
  spec.offset = optional_number(keys.at("cell_offset"));
  if (const std::string own = text_or_empty(keys.at("cell_expression")); !own.empty()) spec.expression = own;
  spec.strut_taper = optional_number(keys.at("strut_taper"));
  spec.node_fillet = optional_number(keys.at("node_fillet_fraction"));
  spec.hollow = optional_number(keys.at("strut_hollow_fraction"));
  spec.plate_opening = optional_number(keys.at("plate_opening_fraction"));
  if (const Json& seed = keys.at("seed"); !seed.is_null()) spec.seed = seed.get<std::uint64_t>();
  if (const Json& tile = keys.at("tile"); !tile.is_null()) spec.tile = tile.get<int>();
  if (const Json& cone = keys.at("cone_angles_deg"); !cone.is_null())
    spec.cone_deg = {cone[0].get<double>(), cone[1].get<double>(), cone[2].get<double>()};
  return spec;
}

lattice::FillRequest fill_request(const Json& keys) {
  lattice::FillRequest request;
  request.core = lattice_request(keys);
  for (const Json& zone : keys.at("zones")) {
    lattice::ZoneRequest of;
    of.name = zone.at("name").get<std::string>();
    of.region_expression = zone.at("region_expression").get<std::string>();
    of.content = zone.at("content").get<std::string>();
    of.transition_mm = zone.at("transition_mm").get<double>();
    if (of.content == "lattice") of.lattice = lattice_request(zone);
    request.zones.push_back(of);
  }
  request.period_error_max_fraction = keys.at("period_error_max_fraction").get<double>();
  request.remove_islands = keys.at("islands") == "remove";
  request.voxel_mm = optional_number(keys.at("voxel_mm"));
  return request;
}

bool uses_variable(const Json& keys, const std::string& name) {
  for (const auto& [key, value] : keys.items()) {
    if (value.is_array() && key == "zones") {
      for (const Json& zone : value)
        if (uses_variable(zone, name)) return true;
    } else if (key.ends_with("_expression") && value.is_string() &&
               std::regex_search(value.get<std::string>(), std::regex("\\b" + name + "\\b"))) {
      return true;
    }
  }
  return false;
}

void add_images(lattice::FieldSources& sources, const Json& keys, const std::filesystem::path& base) {
  for (const Json& image : keys.at("images")) {
    const std::filesystem::path path = image.at("path").get<std::string>();
    const std::filesystem::path file = path.is_absolute() ? path : base / path;
    sources.add_image(image.at("name").get<std::string>(),
                      std::make_shared<g::FloatImage>(file.extension() == ".vdb" ? g::read_vdb_image(file) : g::read_float_image(file)));
  }
}

std::vector<std::string> fill_notes(const lattice::FilledPart& part) {
  std::vector<std::string> notes = part.notes;
  double islands_mm3 = 0.0;
  for (const lattice::Island& island : part.islands) islands_mm3 += island.volume_mm3;
  if (!part.islands.empty())
    notes.push_back(fmt::format("{} solid pieces, {:.4f} mm3 in total, are not joined to the part (struts cut off at the zone's border); "
                                "they were {}.",
                                part.islands.size(), islands_mm3, part.islands_removed ? "removed" : "left in place"));
  return notes;
}

std::string islands_table(const lattice::FilledPart& part) {
  std::string table = "volume_mm3,x_mm,y_mm,z_mm\n";
  for (const lattice::Island& island : part.islands)
    table += fmt::format("{:.6g},{:.3f},{:.3f},{:.3f}\n", island.volume_mm3, island.centre_Patient[0], island.centre_Patient[1],
                         island.centre_Patient[2]);
  return table;
}

Json fill_results(const lattice::FilledPart& part, const Json& keys) {
  Json results = {{"cell", keys.at("cell")},
                  {"cell_size_mm", part.cell_size_mm},
                  {"threshold", part.threshold},
                  {"voxel_mm", part.voxel_mm},
                  {"grid_size_voxels", part.grid_size},
                  {"thinnest_wall_mm", part.thinnest_wall_mm},
                  {"thinnest_wall_voxels", part.thinnest_wall_mm / part.voxel_mm}};
  results["requested"] = {{"porosity_fraction", part.requested_fraction},
                          {"pore_size_mm", keys.at("pore_size_mm")},
                          {"pore_definition", keys.at("pore_definition")},
                          {"strut_size_mm", keys.at("strut_size_mm")},
                          {"cell_size_mm", keys.at("cell_size_mm")}};
  results["definitions"] = {{"porosity", "1 - solid/zone volume in the porous zone of the final part; volumes of the print mesh"},
                            {"pore_size", "diameter of the largest sphere inscribed in the void within the porous zone"},
                            {"strut_size", "diameter of the largest sphere inscribed in the solid of the porous zone, two voxels clear of the zone's edge"}};
  results["unit_cell"] = Json::array();
  for (const lattice::NamedSize& size : part.cell_sizes_mm)
    results["unit_cell"].push_back({{"size", size.name}, {"definition", size.definition}, {"value_mm", size.value_mm}});
  results["porosity_fraction"] = part.porosity_fraction;
  results["porous_zone_mm3"] = part.porous_zone_mm3;
  results["lattice_solid_mm3"] = part.lattice_solid_mm3;
  results["part_solid_mm3"] = part.part_solid_mm3;
  results["calibration_steps"] = part.calibration_steps;
  double islands_mm3 = 0.0;
  for (const lattice::Island& island : part.islands) islands_mm3 += island.volume_mm3;
  results["islands"] = {{"count", part.islands.size()}, {"volume_mm3", islands_mm3}, {"removed", part.islands_removed}};
  results["zones"] = Json::array();
  for (const lattice::ZoneResult& zone : part.zones) {
    Json entry = {{"name", zone.name}, {"content", zone.content}, {"volume_mm3", zone.volume_mm3}};
    if (zone.content == "lattice") {
      entry["cell"] = zone.cell;
      entry["cell_size_mm"] = zone.cell_size_mm;
      entry["level"] = zone.level;
      // Null where the zone is empty.
      entry["porosity_fraction"] = std::isnan(zone.porosity_fraction) ? Json() : Json(zone.porosity_fraction);
      entry["requested_fraction"] = std::isnan(zone.requested_fraction) ? Json() : Json(zone.requested_fraction);
    }
    results["zones"].push_back(entry);
  }
  if (part.mesh.triangles.empty()) return results;
  results["pore_size_mm"] = part.pore_size_mm;
  results["strut_size_mm"] = part.strut_size_mm;
  results["pore_size_held_by_walls"] = part.pore_held_by_walls;
  results["strut_size_held_by_walls"] = part.strut_held_by_walls;
  results["size_definition"] =
      "diameter of the largest ball that the walls of the phase alone hold and that lies within the porous zone (struts: two voxels off its edge); "
      "held_by_walls false: there is none, and the faces of the zone are walls too";
  const g::MeshReport& mesh = part.mesh_report;
  results["mesh"] = {{"triangles", mesh.triangles},
                     {"vertices", mesh.vertices},
                     {"components", mesh.components},
                     {"open_edges", mesh.open_edges},
                     {"non_manifold_edges", mesh.non_manifold_edges},
                     {"misoriented_edges", mesh.misoriented_edges},
                     {"degenerate_triangles", mesh.degenerate_triangles},
                     {"closed_two_manifold", mesh.closed_two_manifold()},
                     {"volume_mm3", mesh.volume_mm3},
                     {"area_mm2", mesh.area_mm2}};
  return results;
}

}  // namespace spongiosa::workflow
