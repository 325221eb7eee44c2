#pragma once
/// Effective stiffness of one cell as a function of its density, computed at a few densities and interpolated between: what a graded
/// lattice needs at every place.

#include "core/json.h"
#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

/// Immutable after construction; may be read by several threads.
class StiffnessTable {
 public:
  struct Entry {
    double solid_fraction = 0.0;
    Mat6 relative_stiffness = Mat6::Zero();  ///< for unit modulus of the solid
  };
  /// @param entries  at least 2, by rising solid fraction. @throws Error(kBadInput) otherwise.
  StiffnessTable(std::string cell, double poisson_ratio, int voxels, std::vector<Entry> entries);

  const std::string& cell() const { return cell_; }
  double poisson_ratio() const { return poisson_ratio_; }
  int voxels() const { return voxels_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// For unit modulus of the solid: each number divided by the solid fraction is a cubic (Hermite, slopes of the parabola through three
  /// neighbours) in the solid fraction. @throws Error(kBadInput) outside the table, naming its range: nothing is extrapolated.
  Mat6 relative_stiffness(double solid_fraction) const;
  /// Each inner entry interpolated from the others, compared with itself: the largest relative difference (Frobenius norm). That
  /// interpolation spans gaps twice as wide, so it is an upper estimate of the table's error. 1 with fewer than 4 entries.
  double interpolation_error() const { return interpolation_error_; }

 private:
  std::string cell_;
  double poisson_ratio_;
  int voxels_;
  std::vector<Entry> entries_;
  double interpolation_error_ = 1.0;
};

Json to_json(const StiffnessTable& table);
/// @throws Error(kBadInput) for another format.
StiffnessTable stiffness_table_from_json(const Json& document);

/// value = coefficient * density^exponent by least squares of the logarithms (Gibson and Ashby's form).
struct PowerLaw {
  double coefficient = 0.0, exponent = 0.0;
  double r_squared = 0.0;           ///< of the logarithms
  double largest_deviation = 0.0;   ///< relative, of the values
};
/// @throws Error(kBadInput) unless there are two or more pairs, all above 0.
PowerLaw fit_power_law(const std::vector<double>& density, const std::vector<double>& value);

}  // namespace spongiosa::fea
