#pragma once
/// From density to a cell's level at many points: what graded porosity is evaluated with.

#include "lattice/cells/cell.h"

#include <functional>
#include <vector>

namespace spongiosa::lattice {

class LevelTable {
 public:
  /// The level_for_density of `cell` at 257 densities from `least` to `most`, linear between them (error below 2e-5 of the
  /// range of levels for smooth cells). @param least,most  0..1; equal ones are widened.
  /// @param instead  the density of the cell to take for one asked of the table; absent: that one
  LevelTable(const Cell& cell, double least, double most, const std::function<double(double)>& instead = {});

  double least_density() const { return least_; }
  double most_density() const { return least_ + step_ * double(levels_.size() - 1); }

  /// Levels of the densities density[i] + shift; densities beyond the table get its ends. `level` may be `density`.
  void levels(int n, const float* density, float shift, float* level) const;
  double level(double density) const;

 private:
  double least_, step_;
  std::vector<float> levels_;
};

}  // namespace spongiosa::lattice
