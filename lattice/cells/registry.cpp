#include "core/error.h"
#include "core/text.h"
#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

const std::vector<Cell>& all_cells() {
  static const std::vector<Cell> cells = [] {
    std::vector<Cell> list;
    for (const Surface& surface : all_surfaces()) {
      list.push_back({surface.name + "-network-minus", &surface, Phase::kNetworkMinus});
      list.push_back({surface.name + "-sheet", &surface, Phase::kSheet});
    }
    return list;
  }();
  return cells;
}

const Cell& find_cell(const std::string& name) {
  std::vector<std::string> names;
  for (const Cell& cell : all_cells()) {
    if (cell.name == name) return cell;
    names.push_back(cell.name);
  }
  const std::string nearest = nearest_name(name, names);
  if (nearest.empty()) fail_input("there is no cell '{}'; known cells: {}", name, join(names, ", "));
  fail_input("there is no cell '{}'; did you mean '{}'? Known cells: {}", name, nearest, join(names, ", "));
}

}  // namespace spongiosa::lattice
