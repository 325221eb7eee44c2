/// The names of all cells and what makes them.

#include "core/error.h"
#include "core/text.h"
#include "lattice/cells/check_parameter.h"
#include "lattice/cells/expression_cell.h"
#include "lattice/cells/periodic_voronoi.h"
#include "lattice/cells/plate_cell.h"
#include "lattice/cells/spinodoid.h"
#include "lattice/cells/strut_cell.h"
#include "lattice/cells/strut_tables.h"
#include "lattice/cells/tpms_cell.h"

#include <algorithm>
#include <functional>

namespace spongiosa::lattice {
namespace {

struct Entry {
  std::string name, family;
  std::vector<std::string> parameters;  ///< of CellSpec that the cell takes
  std::function<CellPtr(const CellSpec&)> make;
};

CellInfo info_of(const std::string& name, const std::string& family, const std::string& source, const Vec3& aspect) {
  CellInfo info;
  info.name = name;
  info.family = family;
  info.source = source;
  info.aspect = aspect;
  return info;
}

StrutShape strut_shape(const CellSpec& spec) {
  return {spec.strut_taper.value_or(1.0), spec.node_fillet.value_or(0.0), spec.hollow.value_or(0.0)};
}

constexpr double kPlateOpening = 0.6;
constexpr int kTile = 6;
constexpr std::uint64_t kSeed = 1;

/// Edges of the Voronoi cells, or lines between neighbours, of points whose mean distance is the cell size.
CellPtr make_foam(const CellSpec& spec, bool delaunay) {
  const int tile = spec.tile.value_or(kTile);
  const std::uint64_t seed = spec.seed.value_or(kSeed);
  CellInfo info = info_of(spec.name, "stochastic",
                          fmt::format("{} of {} points that keep apart (Mitchell's best candidate), periodic; one per cell_size^3",
                                      delaunay ? "lines between Voronoi neighbours" : "edges of the Voronoi cells", tile * tile * tile),
                          Vec3::Constant(tile));
  check_parameter(info, "tile", tile, 3, 12);
  const PeriodicVoronoi voronoi = periodic_voronoi(blue_noise(tile * tile * tile, seed));
  return make_strut_cell(info, delaunay ? voronoi.neighbours : voronoi.edges, strut_shape(spec), fmt::format(" tile={} seed={}", tile, seed));
}

/// Weaire and Phelan's foam with flat faces: the Voronoi cells of the A15 structure.
CellPtr make_weaire_phelan(const CellSpec& spec) {
  std::vector<Vec3> points{{0, 0, 0}, {0.5, 0.5, 0.5}};
  for (int axis = 0; axis < 3; ++axis)
    for (const double shift : {0.25, 0.75}) {
      Vec3 p;
      p[axis] = shift;
      p[(axis + 1) % 3] = 0.5;
      p[(axis + 2) % 3] = 0.0;
      points.push_back(p);
    }
  return make_strut_cell(info_of(spec.name, "strut", "edges of the Voronoi cells of the A15 structure (Weaire and Phelan 1994, with straight struts)", Vec3::Ones()),
                         periodic_voronoi(points).edges, strut_shape(spec));
}

std::vector<Entry> make_entries() {
  std::vector<Entry> list;
  for (const Surface& surface : all_surfaces())
    for (const NamedPhase& phase : named_phases()) {
      Entry entry{surface.name + phase.suffix, "tpms", {}, [&](const CellSpec& spec) { return make_tpms_cell(surface, phase, spec); }};
      if (phase.takes_offset) entry.parameters.push_back("offset");
      list.push_back(entry);
    }
  for (const StrutTable& table : strut_tables())
    list.push_back({table.name, "strut", {"strut_taper", "node_fillet", "hollow"}, [&](const CellSpec& spec) {
                      return make_strut_cell(info_of(table.name, "strut", table.source, table.aspect), graph_of(table), strut_shape(spec));
                    }});
  list.push_back({"weaire-phelan", "strut", {"strut_taper", "node_fillet", "hollow"}, make_weaire_phelan});
  for (const PlateTable& table : plate_tables()) {
    Entry entry{table.name, table.family, {}, [&](const CellSpec& spec) {
                  return make_plate_cell(info_of(table.name, table.family, table.source, table.aspect), table.plates,
                                         table.has_openings ? spec.plate_opening.value_or(kPlateOpening) : 0.0);
                }};
    if (table.has_openings) entry.parameters.push_back("plate_opening");
    list.push_back(entry);
  }
  for (const bool delaunay : {false, true})
    list.push_back({delaunay ? "delaunay-struts" : "voronoi-foam", "stochastic", {"strut_taper", "node_fillet", "hollow", "seed", "tile"},
                    [=](const CellSpec& spec) { return make_foam(spec, delaunay); }});
  list.push_back({"spinodoid", "stochastic", {"seed", "tile", "cone_deg"}, [](const CellSpec& spec) {
                    const SpinodoidShape usual;
                    return make_spinodoid(info_of(spec.name, "stochastic", "Gaussian random field of one wave length, periodic (Kumar et al. 2020)", Vec3::Ones()),
                                          {spec.tile.value_or(usual.tile), spec.seed.value_or(usual.seed), spec.cone_deg.value_or(usual.cone_deg)});
                  }});
  for (const NamedPhase& phase : named_phases()) {
    Entry entry{std::string("expression") + phase.suffix, "expression", {"expression"}, [&](const CellSpec& spec) { return make_expression_cell(phase, spec); }};
    if (phase.takes_offset) entry.parameters.push_back("offset");
    list.push_back(entry);
  }
  return list;
}
const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = make_entries();
  return all;
}

std::vector<std::string> given_parameters(const CellSpec& spec) {
  std::vector<std::string> given;
  const auto note = [&](const auto& parameter, const char* name) {
    if (parameter) given.push_back(name);
  };
  note(spec.offset, "offset");
  note(spec.strut_taper, "strut_taper");
  note(spec.node_fillet, "node_fillet");
  note(spec.hollow, "hollow");
  note(spec.plate_opening, "plate_opening");
  note(spec.seed, "seed");
  note(spec.tile, "tile");
  note(spec.cone_deg, "cone_deg");
  note(spec.expression, "expression");
  return given;
}

[[noreturn]] void refuse_name(const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.push_back(entry.name);
  const std::string nearest = nearest_name(name, names);
  fail_input("there is no cell '{}'{}; 'spongiosa cells' lists all {}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?",
             cell_names().size());
}

const Entry& entry_of(const std::string& name) {
  const auto entry = std::find_if(entries().begin(), entries().end(), [&](const Entry& e) { return e.name == name; });
  if (entry == entries().end()) refuse_name(name);
  return *entry;
}

}  // namespace

const std::vector<std::string>& cell_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Entry& entry : entries())
      if (entry.family != "expression") list.push_back(entry.name);
    return list;
  }();
  return names;
}

const std::string& cell_family(const std::string& name) { return entry_of(name).family; }

CellPtr make_cell(const CellSpec& spec) {
  const Entry* entry = &entry_of(spec.name);
  for (const std::string& parameter : given_parameters(spec))
    if (std::find(entry->parameters.begin(), entry->parameters.end(), parameter) == entry->parameters.end())
      fail_input("cell '{}' takes no parameter '{}'; {}", spec.name, parameter,
                 entry->parameters.empty() ? "it takes none" : "it takes " + join(entry->parameters, ", "));
  return entry->make(spec);
}

CellPtr find_cell(const std::string& name) { return make_cell(CellSpec{.name = name}); }

}  // namespace spongiosa::lattice
