#pragma once
/// Rows of a grid: points of which two coordinates are the same, so that what depends on these alone is needed once.

#include "lattice/cells/jet.h"

namespace spongiosa::lattice {

/// Whether n >= 1 values are all the same number. For the vectorised kernels.
SPONGIOSA_INLINE bool all_equal(int n, const float* value) {
  int different = 0;
  for (int i = 1; i < n; ++i) different |= int(!(value[i] == value[0]));
  return different == 0;
}

}  // namespace spongiosa::lattice
