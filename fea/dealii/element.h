#pragma once
/// The trilinear hexahedron on a cube, by deal.II's FE_Q(1)^3 and its quadrature.

#include "core/vector.h"

#include <array>

namespace spongiosa::fea {

/// Row and column 3 * node + component; nodes in lexicographic order.
using Mat24 = Eigen::Matrix<double, 24, 24>;
using Vec24 = Eigen::Matrix<double, 24, 1>;
using Mat6x24 = Eigen::Matrix<double, 6, 24>;

/// Integral of B^T C B over a cube with edge `cell_mm`, full 2x2x2 Gauss integration. N/mm.
Mat24 hex_stiffness(const Mat6& stiffness_mpa, double cell_mm);

/// Strain (Voigt, engineering shear) at the cell's centre from its nodal displacements. 1/mm.
Mat6x24 hex_center_strain(double cell_mm);

}  // namespace spongiosa::fea
