#pragma once
/// The dense matrix of a voxel. Row 3 a + c: component c of corner a (bits x, y, z = 1, 2, 4).

#include <Eigen/Core>

namespace spongiosa::fea::micro {

/// Unit cube, unit modulus, from the modal form.
Eigen::Matrix<double, 24, 24> cube_matrix(double poisson_ratio);
/// Largest eigenvalue of the cube matrix over its diagonal. It bounds that of D^-1 K of any solid of such cubes, because it does so
/// element by element: x' K x = sum E_e x' K_e x <= bound * sum E_e x' D_e x.
double jacobi_bound(double poisson_ratio);

}  // namespace spongiosa::fea::micro
