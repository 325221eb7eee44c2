#pragma once
/// Phases from wanted derivatives, by least squares.

#include "core/progress.h"
#include "lattice/grading/detail/phase_spline.h"

#include <functional>

namespace spongiosa::lattice::detail {

/// What is wanted at n points: rows[3*i+j] is du_i/dx_j in 1/mm; weight[i] > 0 says how much a relative error of phase i
/// counts there. Called from several threads.
using WantedRows = std::function<void(int n, const float* x, const float* y, const float* z, float* const rows[9], float* const weight[3])>;

/// For each phase the values u at the points of the grid that minimise
///     sum over the grid's edges of  w / |k|^2  (u_b - u_a - integral of k along the edge)^2,
/// with k the wanted row, integrated by Simpson's rule: the discrete least-squares potential (Poisson's equation with natural
/// boundary). A wanted field without curl is met to the fourth order of the spacing. Conjugate gradients with incomplete
/// Cholesky to a relative residual of 1e-9; the three phases are solved one beside the other, each the same for any number of
/// threads.
/// @param first_phase  phases before this one are left empty.
/// @throws Error(kComputationFailed) when the iteration does not converge.
std::array<std::vector<double>, 3> integrate_rows(const PhaseGrid& grid, const WantedRows& wanted, int first_phase, const Progress& progress);

}  // namespace spongiosa::lattice::detail
