#include "lattice/measure/metrology.h"

namespace spongiosa::lattice {
namespace {

Json list(const Vec3& v) { return {v[0], v[1], v[2]}; }

Json pieces(const std::vector<PhaseComponent>& components) {
  constexpr std::size_t kMost = 100;
  Json out = Json::array();
  for (std::size_t n = 0; n < std::min(kMost, components.size()); ++n)
    out.push_back({{"volume_mm3", components[n].volume_mm3},
                   {"samples", components[n].samples},
                   {"centroid_Patient_mm", list(components[n].centroid_Patient)},
                   {"sample_Patient_mm", list(components[n].sample_Patient)},
                   {"at_border", components[n].at_border}});
  return out;
}

Json distribution(const SizeDistribution& d) {
  Json out = {{"samples", d.samples}, {"mean_mm", d.mean_mm}, {"sd_mm", d.sd_mm}};
  for (std::size_t p = 0; p < kPercentiles.size(); ++p) out["p" + std::to_string(kPercentiles[p]) + "_mm"] = d.percentiles_mm[p];
  out["max_mm"] = d.max_mm;
  return out;
}

Json travel_sphere(const TravelSphere& sphere) {
  Json out = {{"diameter_mm", sphere.diameter_mm}};
  if (sphere.diameter_mm > 0.0) out["narrowest_Patient_mm"] = list(sphere.narrowest_Patient);
  return out;
}

Json phase(const PhaseMetrology& p) {
  Json out = Json::object();
  if (p.thickness) out["local_thickness"] = distribution(*p.thickness);
  if (p.inscribed) {
    out["inscribed_sphere"] = {{"diameter_mm", p.inscribed->diameter_mm}, {"held_by_walls", p.inscribed->held_by_walls}};
    if (p.inscribed->diameter_mm > 0.0) out["inscribed_sphere"]["centre_Patient_mm"] = list(p.inscribed->centre_Patient);
  }
  if (p.travel)
    out["travelling_sphere"] = {{"along_x", travel_sphere(p.travel->along_axis[0])},
                                {"along_y", travel_sphere(p.travel->along_axis[1])},
                                {"along_z", travel_sphere(p.travel->along_axis[2])},
                                {"outside_to_core", travel_sphere(p.travel->to_core)}};
  return out;
}

Json intercepts(const Intercepts& i) {
  return {{"mean_void_intercept_mm", i.mean_void_mm()},
          {"mean_solid_intercept_mm", i.mean_solid_mm()},
          {"line_length_mm", i.length_mm},
          {"crossings", i.crossings}};
}

Json lines(const LineProbes& probes) {
  Json out = intercepts(probes.all);
  out["along_x"] = intercepts(probes.along_axis[0]);
  out["along_y"] = intercepts(probes.along_axis[1]);
  out["along_z"] = intercepts(probes.along_axis[2]);
  out["directions"] = probes.directions_Patient.size();
  if (probes.fabric)
    out["fabric"] = {{"degree_of_anisotropy", probes.fabric->anisotropy},
                     {"axis_lengths_mm", list(probes.fabric->axis_lengths_mm)},
                     {"axes_Patient", {list(probes.fabric->axes_Patient.col(0)), list(probes.fabric->axes_Patient.col(1)), list(probes.fabric->axes_Patient.col(2))}}};
  return out;
}

Json layer(const DepthLayer& l) {
  Json out = {{"from_mm", l.from_mm}, {"to_mm", l.to_mm}, {"zone_mm3", l.volume.zone_mm3}, {"solid_mm3", l.volume.solid_mm3}};
  if (l.volume.zone_mm3 > 0.0) out["porosity_fraction"] = 1.0 - l.volume.solid_mm3 / l.volume.zone_mm3;
  if (l.area_mm2) out["area_mm2"] = *l.area_mm2;
  if (l.mean_solid_thickness_mm) out["mean_solid_thickness_mm"] = *l.mean_solid_thickness_mm;
  if (l.mean_void_thickness_mm) out["mean_void_thickness_mm"] = *l.mean_void_thickness_mm;
  if (l.intercepts) {
    out["mean_void_intercept_mm"] = l.intercepts->mean_void_mm();
    out["mean_solid_intercept_mm"] = l.intercepts->mean_solid_mm();
  }
  return out;
}

Json zone(const ZoneMetrology& z) {
  Json out = {{"name", z.name},
              {"zone_mm3", z.volume.zone_mm3},
              {"solid_mm3", z.volume.solid_mm3},
              {"porosity_fraction", z.porosity_fraction()},
              {"deepest_mm", z.deepest_mm}};
  if (z.topology) {
    const ZoneTopology& t = *z.topology;
    const double all = t.open_void_mm3 + t.closed_void_mm3;
    out["topology"] = {{"open_void_fraction", all > 0.0 ? t.open_void_mm3 / all : 0.0},
                       {"closed_void_fraction", all > 0.0 ? t.closed_void_mm3 / all : 0.0},
                       {"closed_void_mm3", t.closed_void_mm3},
                       {"euler_number", t.euler_number},
                       {"solid_pieces", t.pieces},
                       {"cavities", t.cavities},
                       {"handles", t.handles},
                       {"handles_per_volume_1_mm3", double(t.handles) / z.volume.zone_mm3}};
  }
  if (z.area_mm2) out["surface_area_mm2"] = *z.area_mm2;
  if (z.area_per_volume_1_mm) out["surface_area_per_zone_volume_1_mm"] = *z.area_per_volume_1_mm;
  out["void"] = phase(z.pore);
  out["solid"] = phase(z.solid);
  if (z.lines) out["line_probes"] = lines(*z.lines);
  if (!z.layers.empty()) {
    out["by_depth"] = Json::array();
    for (const DepthLayer& l : z.layers) out["by_depth"].push_back(layer(l));
  }
  return out;
}

}  // namespace

Json definitions(const MetrologyOptions& options) {
  Json out;
  out["porosity_fraction"] =
      "1 - solid_mm3 / zone_mm3. zone_mm3: volume of the zone (the envelope of the porous region, not its bounding box); solid_mm3: volume of the solid in it. " +
      std::string(options.volume_rule == VolumeRule::kPlane ? "Voxels on a surface count with their share below the plane of the local value and gradient."
                                                             : "Samples count wholly (label image).");
  out["open_void_fraction"] = "share of the zone's void samples that are joined (26 neighbours) to the border of the grid, i.e. to the outside of the part";
  out["closed_void_fraction"] = "the rest of the zone's void";
  out["euler_number"] = "of the zone's solid samples joined across faces (6 neighbours; void 26): samples - edges + squares - cubes = solid_pieces - handles + cavities";
  out["handles"] = "solid_pieces + cavities - euler_number: independent loops of the solid in the zone (connectivity)";
  out["local_thickness"] =
      "Hildebrand and Rueegsegger 1997: at a point of the phase, the diameter of the largest ball in the phase that contains the point; statistics over the phase's volume in the zone. "
      "Ball centres between the samples, against the interpolated surface. " +
      std::string(options.ball_limit == BallLimit::kPhase ? "Centres lie in the zone; balls may reach beyond its open faces."
                                                          : "Balls stay in the zone: its faces count as walls.");
  if (options.inscribed_spheres) out["inscribed_sphere"] = 
        "largest ball that the walls of the phase alone hold (it cannot grow by moving) and that lies within the zone: hollows open to a face of the zone do not count. "
        "held_by_walls false: there is no such ball, and the one given is the largest for which the faces of the zone are walls too";
  out["travelling_sphere"] =
      "largest ball that can move through the phase, its centre in the zone: along an axis of the grid from the lowest to the highest tenth of the zone's extent; "
      "outside_to_core from outside the zone to depths of half the greatest depth or more. For void: the throat; for solid: the neck";
  out["mean_void_intercept_mm"] =
      "mean chord of the void along test lines in evenly spread directions, 2 * length in void / number of crossings of the surface (line probes as in ASTM F1854; here on the volume, not on sections)";
  out["mean_solid_intercept_mm"] = "the same of the solid";
  out["fabric"] = "ellipsoid fitted to length / crossings over directions (Harrigan and Mann 1984); degree_of_anisotropy = largest / smallest axis, 1 for isotropic and cubic structures";
  out["surface_area_mm2"] = "of the triangles of marching cubes (the printed surface) inside the zone";
  if (options.depth_bin_mm > 0.0)
    out["by_depth"] =
        "layers by distance below the surface that depth is counted from (in a case the faces that meet bone, else the surface of the zone); local thickness is that of the whole zone's balls, averaged over the layer";
  return out;
}

Json to_json(const Metrology& m) {
  Json out = {{"voxel_mm", m.voxel_mm}, {"size_voxels", {m.size[0], m.size[1], m.size[2]}}};
  if (m.options.topology) {
    out["solid_piece_count"] = m.solid_pieces.size();
    out["solid_pieces"] = pieces(m.solid_pieces);
    out["closed_void_count"] = m.closed_voids.size();
    out["closed_voids"] = pieces(m.closed_voids);
  }
  out["zones"] = Json::array();
  for (const ZoneMetrology& z : m.zones) out["zones"].push_back(zone(z));
  out["definitions"] = definitions(m.options);
  return out;
}

}  // namespace spongiosa::lattice
