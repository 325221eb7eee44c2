#pragma once
/// Galerkin matrices of coarse elements, from the voxels inside them. They add up to P' K P exactly, because a fine node's interpolation
/// is the same seen from every coarse element that contains it.

#include "fea/micro/block_matrix.h"

namespace spongiosa::fea::micro {

/// Rows of the first level, made from the moduli when asked for. `first` must outlive the result.
ElementRows first_level_rows(const FirstCoarseLevel& first, double poisson_ratio);
/// Matrices of the second level, from the 4^3 voxels inside each element.
std::vector<ElementMatrix> second_level_matrices(const FirstCoarseLevel& first, const NextCoarseLevel& second, double poisson_ratio);
/// Sums of T' K T over the fine elements in each coarse one.
std::vector<ElementMatrix> next_level_matrices(const CoarseMesh& fine, const NextCoarseLevel& level, const std::vector<ElementMatrix>& matrices);
/// `matrices` must outlive the result.
ElementRows rows_of(const std::vector<ElementMatrix>& matrices);

}  // namespace spongiosa::fea::micro
