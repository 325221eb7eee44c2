#pragma once
/// Discretisation error from three grids: observed order, extrapolated value and grid convergence index.

#include <string>

namespace spongiosa::workflow {

struct GridConvergence {
  bool monotone = false;       ///< the differences have the same sign and shrink: an order was observed
  double order = 0.0;          ///< observed; 0 when not monotone
  double used_order = 1.0;     ///< the observed one between 0.5 and 2, else 1
  double extrapolated = 0.0;   ///< at no element size; the finest value when not monotone
  double safety = 3.0;         ///< factor of the index: 1.25 with an observed order, else 3
  double index_fraction = 0.0; ///< of the finest grid: relative half width of the band that holds the converged value
};

/// After Celik et al., J. Fluids Eng. 130 (2008) 078001, and Roache, J. Fluids Eng. 116 (1994) 405. Orders above 2 are taken as 2, those below 0.5 as 0.5.
/// @param h1,h2,h3  element sizes, h1 < h2 < h3  @param f1,f2,f3  values on them
/// @throws Error(kBadInput) unless h1 < h2 < h3
GridConvergence grid_convergence(double h1, double h2, double h3, double f1, double f2, double f3);

}  // namespace spongiosa::workflow
