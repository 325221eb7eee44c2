#include "workflow/print/print_check.h"

#include "geometry/surface/marching_cubes.h"

#include <algorithm>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

using lattice::MaterialPhase;

/// Limits as they are judged: what a machine profile says, with its source and status.
class Judge {
 public:
  Judge(const BuildField& build, PrintReport& report) : build_(build), report_(report) {}

  void at_least(const char* id, const char* title, double value, const MachineValue& limit, const char* unit, std::optional<Vec3> place) {
    add(workflow::at_least(id, title, value, limit.value, unit, source(limit)), place);
  }
  void at_most(const char* id, const char* title, double value, const MachineValue& limit, const char* unit, std::optional<Vec3> place) {
    add(workflow::at_most(id, title, value, limit.value, unit, source(limit)), value > 0.0 ? place : std::nullopt);
  }
  void ridge(const char* id, const char* title, const std::vector<Ridge>& ridges, bool lines, const MachineValue& limit) {
    const std::optional<RidgeSizes> sizes = sizes_of(ridges, lines);
    if (!sizes) return;
    at_least(id, title, sizes->p1_mm, limit, "mm", build_.field.to_patient(sizes->p1_at.cast<double>()));
  }

 private:
  static std::string source(const MachineValue& limit) { return limit.source + " (" + limit.status + ")"; }
  void add(CheckResult result, std::optional<Vec3> place) { report_.checks.push_back({std::move(result), place, ""}); }

  const BuildField& build_;
  PrintReport& report_;
};



}  // namespace

bool PrintReport::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const PrintCheck& c) { return c.result.passed; });
}

double margin_for_checks_mm(const MachineProfile& profile, double voxel_mm) {
  return 0.5 * std::max(profile.opening_mm(), profile.drain_hole_mm.value) + 2.0 * voxel_mm;
}

g::TriangleMesh build_mesh(const BuildField& build, const Progress& progress) { return g::extract_surface(build.field, progress); }

PrintReport check_part(const BuildField& build, const g::TriangleMesh& mesh, const PrintZone& zone, const MachineProfile& profile, const Progress& progress) {
  PrintReport report;
  Judge judge(build, report);
  {
    const std::vector<Ridge> solid = find_ridges(build.field, build.distance, MaterialPhase::kSolid, nullptr, progress.part(0.0, 0.15));
    judge.ridge("strut", "Thin struts, 1st percentile of diameter", solid, true, profile.min_strut_mm);
    judge.ridge("wall", "Thin walls, 1st percentile of thickness", solid, false, profile.min_wall_mm);
    report.strut_share_by_inclination = line_inclination(solid);
  }
  {
    const g::FloatImage inside = box_zone(build);
    const std::vector<Ridge> pores = find_ridges(build.field, build.distance, MaterialPhase::kVoid, &inside, progress.part(0.15, 0.3));
    judge.ridge("hole", "Narrow channels, 1st percentile of diameter", pores, true, profile.min_hole_mm);
    judge.ridge("gap", "Narrow slots, 1st percentile of width", pores, false, profile.min_gap_mm);
  }
  report.overhang = measure_overhang(mesh, profile.critical_angle_deg.value, profile.layer_mm.value);
  const Overhang& o = report.overhang;
  judge.at_most("overhang", "Surface flatter than the critical angle, share", o.surface_mm2 > 0.0 ? o.overhang_mm2 / o.surface_mm2 : 0.0,
                profile.max_overhang_fraction, "", o.flattest_Build);
  report.support = measure_layer_support(build, profile.layer_mm.value, profile.critical_angle_deg.value, progress.part(0.3, 0.55));
  const LayerSupport& s = report.support;
  judge.at_most("islands", "Islands: pieces of a layer on powder alone", double(s.island_count), profile.max_islands, "",
                s.largest.empty() ? std::nullopt : std::optional(s.largest.front().place_Build));
  judge.at_most("span", "Horizontal span between supports", s.span_mm, profile.max_span_mm, "mm", s.span_Build);
  report.powder = measure_powder(build, {profile.opening_mm(), profile.drain_hole_mm.value}, progress.part(0.55, 0.75));
  const Powder& p = report.powder;
  const MachineValue none{0.0, "loose powder must come out", "policy"};
  judge.at_most("closed_voids", "Voids that no way leads to", double(p.closed_voids), none, "", p.closed_place_Build);
  judge.at_most("trapped_powder", "Void not reached through openings of the powder's size", p.trapped_mm3,
                {0.0, profile.opening_per_d90.source, profile.opening_per_d90.status}, "mm3",
                p.pockets.empty() ? std::nullopt : std::optional(p.pockets.front().place_Build));
  judge.at_most("powder_path", "Longest way of powder out of the part, diameters", p.path_per_diameter, profile.max_path_per_diameter, "", p.path_place_Build);
  judge.at_most("drainage", "Cavities without a drain hole", double(p.undrained), {0.0, profile.drain_hole_mm.source, profile.drain_hole_mm.status}, "",
                p.undrained_place_Build);
  report.pieces = measure_pieces(build, profile.min_strut_mm.value, progress.part(0.75, 0.9));
  judge.at_most("pieces", "Pieces of the part", double(report.pieces.count), {1.0, "loose pieces fall out", "policy"}, "",
                report.pieces.count > 1 ? std::optional(report.pieces.second_Build) : std::nullopt);
  judge.at_most("point_contacts", "Pieces that touch in points or along lines only", double(report.pieces.point_contacts),
                {0.0, "what touches in a point is neither joined nor apart", "policy"}, "", report.pieces.contact_Build);
  judge.at_most("necks", "Bodies held by necks thinner than the thinnest strut", double(report.pieces.necks), {0.0, profile.min_strut_mm.source, profile.min_strut_mm.status},
                "", report.pieces.neck_Build);
  progress.report(0.9, "expecting the part as built");
  report.nominal = part_figures(build.field, zone.inside, profile.density_g_cm3.value);
  report.as_built = part_figures(grown(build.field, build.distance, Growth(profile), 1.0), zone.inside, profile.density_g_cm3.value);
  progress.report(1.0, "checked");
  return report;
}

namespace {

Json point(const Vec3& p) { return {p[0], p[1], p[2]}; }

Json figures_of(const PartFigures& f) {
  return {{"porosity_fraction", f.porosity_fraction}, {"mean_pore_chord_mm", f.pore_mm}, {"mean_strut_chord_mm", f.strut_mm}, {"volume_mm3", f.solid_mm3}, {"mass_g", f.mass_g}};
}

}  // namespace

Json to_json(const PrintReport& report, const BuildField& build, const MachineProfile& profile, const PrintZone& zone) {
  Json checks = Json::array();
  for (const PrintCheck& check : report.checks) {
    Json entry = to_json(check.result);
    if (check.place_Build) entry["place_mm"] = point(build.to_file(*check.place_Build));
    if (!check.picture.empty()) entry["picture"] = check.picture;
    checks.push_back(std::move(entry));
  }
  Json islands = Json::array(), pockets = Json::array();
  for (const LayerIsland& island : report.support.largest)
    islands.push_back({{"height_mm", island.height_mm}, {"area_mm2", island.area_mm2}, {"place_mm", point(build.to_file(island.place_Build))}});
  for (const PowderPocket& pocket : report.powder.pockets) pockets.push_back({{"volume_mm3", pocket.volume_mm3}, {"place_mm", point(build.to_file(pocket.place_Build))}});
  const Overhang& o = report.overhang;
  return {{"passed", report.passed()},
          {"checks", checks},
          {"overhang",
           {{"surface_mm2", o.surface_mm2},
            {"below_critical_angle_mm2", o.overhang_mm2},
            {"on_plate_mm2", o.on_plate_mm2},
            {"bin_deg", 5},
            {"down_facing_mm2_by_angle", o.by_angle_mm2}}},
          {"struts", {{"bin_deg", 10}, {"share_by_inclination", report.strut_share_by_inclination}}},
          {"layers",
           {{"layer_mm", profile.layer_mm.value},
            {"count", report.support.layers},
            {"island_count", report.support.island_count},
            {"island_mm2", report.support.island_mm2},
            {"largest_islands", islands},
            {"span_mm", report.support.span_mm},
            {"span_height_mm", report.support.span_height_mm}}},
          {"powder",
           {{"opening_mm", profile.opening_mm()},
            {"closed_mm3", report.powder.closed_mm3},
            {"trapped_mm3", report.powder.trapped_mm3},
            {"pocket_count", report.powder.pocket_count},
            {"largest_pockets", pockets},
            {"path_mm", report.powder.path_mm},
            {"path_per_diameter", report.powder.path_per_diameter}}},
          {"expected", {{"zone", zone.name}, {"nominal", figures_of(report.nominal)}, {"as_built", figures_of(report.as_built)}}}};
}

}  // namespace spongiosa::workflow
