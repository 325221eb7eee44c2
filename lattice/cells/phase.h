#pragma once
/// How a solid is made of a function of place.

#include "lattice/cells/cell.h"

#include <utility>

namespace spongiosa::lattice {

enum class Phase {
  kBelow,    ///< g < level: `-network-minus`, struts
  kAbove,    ///< g > level: `-network-plus`
  kSheet,    ///< |g - centre| < level: `-sheet`, `-offset-sheet`
  kOutside,  ///< |g - centre| > level: `-double-network`
  kHollow,   ///< ratio * level < g < level: tubes
};

/// @param centre  of kSheet and kOutside.  @param ratio  of kHollow, 0..1
struct PhaseRule {
  Phase phase = Phase::kBelow;
  double centre = 0.0, ratio = 0.0;
};

/// Turns g in batch.value, with its gradient, into the field of the solid at batch.level. Vectorised.
void apply_phase(const PhaseRule& rule, const CellBatch& batch);
Band band_of(const PhaseRule& rule, double level);
bool density_grows(Phase phase);
/// Levels that make sense where the function lies between `least` and `most`: at one end the cell is void, at the other full.
std::pair<double, double> level_range(const PhaseRule& rule, double least, double most);

/// A cell that is one function with one rule.
class FunctionCell : public Cell {
 public:
  const CellInfo& info() const override { return info_; }
  void evaluate(const CellBatch& batch) const override {
    function(batch);
    apply_phase(rule_, batch);
  }
  Band band(double level) const override { return band_of(rule_, level); }

 protected:
  FunctionCell(CellInfo info, const PhaseRule& rule) : info_(std::move(info)), rule_(rule) { info_.density_grows = density_grows(rule.phase); }
  /// Part of the construction of cells that must be evaluated to know it.
  void set_level_max(double level_max) { info_.level_max = level_max; }

 private:
  CellInfo info_;
  PhaseRule rule_;
};

}  // namespace spongiosa::lattice
