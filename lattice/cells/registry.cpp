/// The names of all cells and what makes them.

#include "core/error.h"
#include "core/text.h"
#include "lattice/cells/plate_cell.h"
#include "lattice/cells/strut_cell.h"
#include "lattice/cells/strut_tables.h"
#include "lattice/cells/tpms_cell.h"

#include <algorithm>
#include <functional>

namespace spongiosa::lattice {
namespace {

struct Entry {
  std::string name;
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

std::vector<Entry> make_entries() {
  std::vector<Entry> list;
  for (const Surface& surface : all_surfaces())
    for (const NamedPhase& phase : named_phases()) {
      Entry entry{surface.name + phase.suffix, {}, [&](const CellSpec& spec) { return make_tpms_cell(surface, phase, spec); }};
      if (phase.takes_offset) entry.parameters.push_back("offset");
      list.push_back(entry);
    }
  for (const StrutTable& table : strut_tables())
    list.push_back({table.name, {"strut_taper", "node_fillet", "hollow"}, [&](const CellSpec& spec) {
                      return make_strut_cell(info_of(table.name, "strut", table.source, table.aspect), graph_of(table), strut_shape(spec));
                    }});
  for (const PlateTable& table : plate_tables()) {
    Entry entry{table.name, {}, [&](const CellSpec& spec) {
                  return make_plate_cell(info_of(table.name, table.family, table.source, table.aspect), table.plates,
                                         table.has_openings ? spec.plate_opening.value_or(kPlateOpening) : 0.0);
                }};
    if (table.has_openings) entry.parameters.push_back("plate_opening");
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
  return given;
}

[[noreturn]] void refuse_name(const std::string& name) {
  const std::string nearest = nearest_name(name, cell_names());
  fail_input("there is no cell '{}'{}; 'spongiosa cells' lists all {}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?",
             cell_names().size());
}

}  // namespace

const std::vector<std::string>& cell_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Entry& entry : entries()) list.push_back(entry.name);
    return list;
  }();
  return names;
}

CellPtr make_cell(const CellSpec& spec) {
  const auto entry = std::find_if(entries().begin(), entries().end(), [&](const Entry& e) { return e.name == spec.name; });
  if (entry == entries().end()) refuse_name(spec.name);
  for (const std::string& parameter : given_parameters(spec))
    if (std::find(entry->parameters.begin(), entry->parameters.end(), parameter) == entry->parameters.end())
      fail_input("cell '{}' takes no parameter '{}'; {}", spec.name, parameter,
                 entry->parameters.empty() ? "it takes none" : "it takes " + join(entry->parameters, ", "));
  return entry->make(spec);
}

CellPtr find_cell(const std::string& name) { return make_cell(CellSpec{.name = name}); }

}  // namespace spongiosa::lattice
