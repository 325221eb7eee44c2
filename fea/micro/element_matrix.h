#pragma once
/// Dense matrices of cubes for the assembled coarse levels. Row 3 a + c: component c of corner a (bits x, y, z = 1, 2, 4).

#include <Eigen/Core>

#include <vector>

namespace spongiosa::fea::micro {

using ElementMatrix = Eigen::Matrix<float, 24, 24, Eigen::RowMajor>;

/// Unit cube, unit modulus, from the modal form.
Eigen::Matrix<double, 24, 24> cube_matrix(double poisson_ratio);
/// T(3 a + c, 3 b + c): value at corner a of the small cube at (i, j, k) of n^3, of the trilinear function of corner b.
Eigen::Matrix<double, 24, 24> interpolation_matrix(int n, int i, int j, int k);
/// T' K T for each of n^3 small unit cubes (x fastest) within a cube of edge n: its share of the large cube's matrix.
std::vector<ElementMatrix> embedded_cube_matrices(double poisson_ratio, int n);
/// Largest eigenvalue of the cube matrix over its diagonal. It bounds that of D^-1 K of any solid of such cubes, because it does so
/// element by element: x' K x = sum E_e x' K_e x <= bound * sum E_e x' D_e x.
double jacobi_bound(double poisson_ratio);

}  // namespace spongiosa::fea::micro
