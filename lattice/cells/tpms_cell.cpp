#include "lattice/cells/tpms_cell.h"

#include "core/error.h"

#include <tuple>

namespace spongiosa::lattice {
namespace {

class TpmsCell : public FunctionCell {
 public:
  TpmsCell(CellInfo info, const PhaseRule& rule, const Surface& surface) : FunctionCell(std::move(info), rule), surface_(surface) {}
  void function(const CellBatch& batch) const override { surface_.function(batch); }

 private:
  const Surface& surface_;
};

}  // namespace

const std::vector<NamedPhase>& named_phases() {
  static const std::vector<NamedPhase> phases{
      {"-network-minus", Phase::kBelow, false, "threshold of f", "solid where f < level"},
      {"-network-plus", Phase::kAbove, false, "threshold of f", "solid where f > level"},
      {"-sheet", Phase::kSheet, false, "half thickness of |f|", "solid where |f| < level, a sheet centred on f = 0"},
      {"-offset-sheet", Phase::kSheet, true, "half thickness of |f - offset|", "solid where |f - offset| < level"},
      {"-double-network", Phase::kOutside, false, "threshold of |f|", "solid where |f| > level: two interwoven networks that do not touch"},
  };
  return phases;
}

CellPtr make_tpms_cell(const Surface& surface, const NamedPhase& phase, const CellSpec& spec) {
  CellInfo info;
  info.name = surface.name + phase.suffix;
  info.family = "tpms";
  info.source = surface.source + "; " + phase.solid;
  info.level = phase.level;
  info.key = info.name;
  info.function_key = surface.name;
  PhaseRule rule{phase.phase};
  if (phase.takes_offset) {
    if (spec.offset) {
      rule.centre = *spec.offset;
      if (!(rule.centre > surface.f_min && rule.centre < surface.f_max))
        fail_input("cell '{}': offset is {}; expected a value between {} and {}, the range of f", info.name, rule.centre, surface.f_min,
                   surface.f_max);
      info.key += fmt::format(" offset={}", rule.centre);
    } else {
      rule.centre = surface.half;
    }
    info.source += fmt::format("; offset {:.4f}{}", rule.centre, spec.offset ? "" : ", where f < offset in half of the cell");
  }
  std::tie(info.level_min, info.level_max) = level_range(rule, surface.f_min, surface.f_max);
  return std::make_shared<TpmsCell>(std::move(info), rule, surface);
}

}  // namespace spongiosa::lattice
