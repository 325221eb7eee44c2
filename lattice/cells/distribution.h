#pragma once
/// How the function of a cell is distributed over the cell: volumes and areas for every level from one integration.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Tables over 8192 steps of the range of g. Cost: about 3 million evaluations of g for a cubic cell, 25 MB while integrating.
///
/// Integration along closed lines through the periodic cell in the direction (5,7,9), along which no cell has struts or plates,
/// so that every feature is crossed; their starting points are a Fibonacci lattice (2584 points, generator 1597). Along
/// a line
/// g is taken as linear between neighbours, which makes the length below a level exact per segment; the error of that, of
/// second order, is removed by Richardson's extrapolation from twice the step. Where g has a crease between two samples (the
/// middle of a plate) it is taken as the two straight lines that its slopes there give.
class Distribution {
 public:
  explicit Distribution(const Cell& cell);

  double lowest() const { return low_; }   ///< of the sampled range, a little widened
  double highest() const { return low_ + step_ * double(share_.size() - 1); }

  /// Share of the cell's volume with g < t; error below 5e-5.
  double share_below(double t) const { return at(share_, t); }
  /// The inverse. @param share  0..1
  double level_of_share(double share) const;
  /// Share of the band: the density of the cell.
  double share(const Band& band) const;
  /// How often a line one cell size long crosses g = t; mean over all lines parallel to x, y or z.
  double crossings(double t) const;
  /// Area of g = t within one cell, in units of cell_size^2.
  double area(double t) const;

 private:
  double at(const std::vector<double>& table, double t) const;
  double slope(const std::vector<double>& table, double t) const;

  double low_ = 0.0, step_ = 1.0, volume_ = 1.0;
  std::vector<double> share_;
  std::vector<double> norm_below_;  ///< mean over the cell of |grad g| where g < t, else 0; lengths in cell sizes
  std::vector<double> mean_below_;  ///< the same of the mean of |dg/dx|, |dg/dy| and |dg/dz|
};

/// Computed once per CellInfo::function_key and kept for the life of the process (200 kB each).
std::shared_ptr<const Distribution> distribution_of(const Cell& cell);

}  // namespace spongiosa::lattice
