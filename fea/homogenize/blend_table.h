#pragma once
/// Effective stiffness of the blends of two cells, over weight and density: what a lattice that changes from one cell into another needs at
/// every place.

#include "fea/homogenize/stiffness_table.h"

namespace spongiosa::fea {

/// Immutable after construction; may be read by several threads.
class BlendTable {
 public:
  /// One table over density per weight (0: the first cell alone, 1: the second).
  struct Column {
    double weight = 0.0;
    StiffnessTable densities;
  };
  /// @param columns  at least 2, by rising weight, of one Poisson's ratio. @throws Error(kBadInput) otherwise.
  explicit BlendTable(std::vector<Column> columns);

  const std::vector<Column>& columns() const { return columns_; }

  /// For unit modulus of the solid: cubic in the weight between the tables' values at that density.
  /// @throws Error(kBadInput) outside of the weights, or of the densities that all columns have: nothing is extrapolated.
  Mat6 relative_stiffness(double weight, double solid_fraction) const;

  /// Largest relative difference (Frobenius norm) of a computed value from the one interpolated without it: over density, as
  /// StiffnessTable (1 with fewer than 4 densities), and over weight, at the densities of the inner columns (1 with fewer than 4 columns).
  /// Both span gaps twice as wide as those of the table: upper estimates, which add up between the values.
  double density_error() const { return density_error_; }
  double weight_error() const { return weight_error_; }

 private:
  Mat6 between(double weight, double solid_fraction, std::size_t left_out) const;

  std::vector<Column> columns_;
  double density_error_ = 0.0, weight_error_ = 1.0;
};

Json to_json(const BlendTable& table);
/// @throws Error(kBadInput) for another format.
BlendTable blend_table_from_json(const Json& document);

}  // namespace spongiosa::fea
