/// The tables of everything measured on the lattice of the final part.

#include "workflow/report/html.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace {

struct Row {
  const char *name, *unit, *pointer;  ///< pointer: RFC 6901, into a zone's measures
  double factor;
};

constexpr Row kZoneRows[] = {
    {"Volume of the zone", "mm³", "/zone_mm3", 1.0},
    {"Porosity", "%", "/porosity_fraction", 100.0},
    {"Void joined to the outside, of the void", "%", "/topology/open_void_fraction", 100.0},
    {"Closed void, of the void", "%", "/topology/closed_void_fraction", 100.0},
    {"Pore size (local thickness), mean", "mm", "/void/local_thickness/mean_mm", 1.0},
    {"&nbsp; standard deviation", "mm", "/void/local_thickness/sd_mm", 1.0},
    {"&nbsp; 5th percentile", "mm", "/void/local_thickness/p5_mm", 1.0},
    {"&nbsp; median", "mm", "/void/local_thickness/p50_mm", 1.0},
    {"&nbsp; 95th percentile", "mm", "/void/local_thickness/p95_mm", 1.0},
    {"&nbsp; largest", "mm", "/void/local_thickness/max_mm", 1.0},
    {"Strut or wall (local thickness), mean", "mm", "/solid/local_thickness/mean_mm", 1.0},
    {"&nbsp; standard deviation", "mm", "/solid/local_thickness/sd_mm", 1.0},
    {"&nbsp; 5th percentile", "mm", "/solid/local_thickness/p5_mm", 1.0},
    {"&nbsp; median", "mm", "/solid/local_thickness/p50_mm", 1.0},
    {"&nbsp; 95th percentile", "mm", "/solid/local_thickness/p95_mm", 1.0},
    {"Throat: largest sphere that passes along x", "mm", "/void/travelling_sphere/along_x/diameter_mm", 1.0},
    {"&nbsp; along y", "mm", "/void/travelling_sphere/along_y/diameter_mm", 1.0},
    {"&nbsp; along z", "mm", "/void/travelling_sphere/along_z/diameter_mm", 1.0},
    {"&nbsp; from outside to the core", "mm", "/void/travelling_sphere/outside_to_core/diameter_mm", 1.0},
    {"Mean void intercept", "mm", "/line_probes/mean_void_intercept_mm", 1.0},
    {"Mean solid intercept", "mm", "/line_probes/mean_solid_intercept_mm", 1.0},
    {"Surface area", "mm²", "/surface_area_mm2", 1.0},
    {"Surface area per volume of the zone", "1/mm", "/surface_area_per_zone_volume_1_mm", 1.0},
    {"Euler number of the solid", "-", "/topology/euler_number", 1.0},
    {"Pieces of solid in the zone", "-", "/topology/solid_pieces", 1.0},
    {"Handles per volume (connectivity density)", "1/mm³", "/topology/handles_per_volume_1_mm3", 1.0},
    {"Degree of anisotropy", "-", "/line_probes/fabric/degree_of_anisotropy", 1.0},
};

constexpr Row kDepthRows[] = {
    {"Porosity", "%", "/porosity_fraction", 100.0},
    {"Mean void intercept", "mm", "/mean_void_intercept_mm", 1.0},
    {"Mean solid intercept", "mm", "/mean_solid_intercept_mm", 1.0},
    {"Mean pore", "mm", "/mean_void_thickness_mm", 1.0},
    {"Mean strut or wall", "mm", "/mean_solid_thickness_mm", 1.0},
    {"Surface area", "mm²", "/area_mm2", 1.0},
};

std::string cell_of(const Json& from, const Row& row) {
  const Json::json_pointer pointer(row.pointer);
  if (!from.contains(pointer)) return "<td class=number>-</td>";
  const Json& value = from.at(pointer);
  const Json shown = value.is_number_integer() || row.factor == 1.0 ? value : Json(row.factor * value.get<double>());
  return "<td class=number>" + value_text(shown) + "</td>";
}

std::string zone_table(const Json& zones) {
  std::string html = "<table><thead><tr><th>Measure</th><th>Unit</th>";
  for (const Json& zone : zones) html += "<th>" + escape(zone.at("name").get<std::string>()) + "</th>";
  html += "</tr></thead>\n";
  for (const Row& row : kZoneRows) {
    html += fmt::format("<tr><td>{}</td><td>{}</td>", row.name, row.unit);
    for (const Json& zone : zones) html += cell_of(zone, row);
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string depth_table(const Json& layers) {
  std::string html = "<table><thead><tr><th>Depth, mm</th>";
  for (const Row& row : kDepthRows) html += fmt::format("<th>{}, {}</th>", row.name, row.unit);
  html += "</tr></thead>\n";
  for (const Json& layer : layers) {
    if (!(layer.at("zone_mm3").get<double>() > 0.0)) continue;
    html += fmt::format("<tr><td>{:.2f} to {:.2f}</td>", layer.at("from_mm").get<double>(), layer.at("to_mm").get<double>());
    for (const Row& row : kDepthRows) html += cell_of(layer, row);
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

}  // namespace

std::string measures_html(const Json& measures) {
  const Json& zones = measures.at("zones");
  std::string html = fmt::format("<h3>Measures of the lattice</h3>\n<p>On the field of the print mesh, voxel {} mm, between the samples where the measure "
                                 "allows. The part: {} pieces of solid, {} closed voids.</p>\n",
                                 value_text(measures.at("voxel_mm")), measures.at("solid_piece_count").get<std::int64_t>(),
                                 measures.at("closed_void_count").get<std::int64_t>()) +
                     zone_table(zones);
  for (const Json& zone : zones) {
    if (!zone.contains("by_depth")) continue;
    html += "<h3>By depth below the faces that meet bone: " + escape(zone.at("name").get<std::string>()) + "</h3>\n" + depth_table(zone.at("by_depth"));
  }
  html += "<h3>Definitions</h3>\n<table><thead><tr><th>Measure</th><th>Definition</th></tr></thead>\n";
  for (const auto& [name, text] : measures.at("definitions").items())
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape(name), printed(text.get<std::string>()));
  return html + "</table>\n";
}

}  // namespace spongiosa::workflow
