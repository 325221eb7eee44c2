#pragma once
/// Small fixed-size linear algebra, by Eigen. Lengths are millimetres unless a name says otherwise.

#include <Eigen/Core>

#include <array>
#include <cstdint>

namespace spongiosa {

using Vec2 = Eigen::Vector2d;
using Vec3 = Eigen::Vector3d;
using Vec3f = Eigen::Vector3f;
using Mat3 = Eigen::Matrix3d;
/// Voigt order xx, yy, zz, yz, xz, xy with engineering shear strains.
using Vec6 = Eigen::Matrix<double, 6, 1>;
using Mat6 = Eigen::Matrix<double, 6, 6>;
/// Counts or positions along three axes; 64 bits, because implant grids exceed 2^31 voxels.
using Index3 = std::array<std::int64_t, 3>;

inline std::int64_t product(const Index3& size) { return size[0] * size[1] * size[2]; }

}  // namespace spongiosa
