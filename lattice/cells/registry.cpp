/// The names of all cells and what makes them.

#include "core/error.h"
#include "core/text.h"
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

std::vector<Entry> make_entries() {
  std::vector<Entry> list;
  for (const Surface& surface : all_surfaces())
    for (const NamedPhase& phase : named_phases()) {
      Entry entry{surface.name + phase.suffix, {}, [&](const CellSpec& spec) { return make_tpms_cell(surface, phase, spec); }};
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
  if (spec.offset) given.push_back("offset");
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
