#pragma once
/// What engineers read from a 6x6 stiffness: moduli in every direction, ratios, means over all orientations, bounds of theory.
/// Voigt order xx yy zz yz xz xy with engineering shear throughout.

#include "core/vector.h"

namespace spongiosa::fea {

/// Isotropic pair, MPa.
struct BulkAndShear {
  double bulk_mpa = 0.0, shear_mpa = 0.0;
};

struct ElasticConstants {
  Vec3 youngs_modulus_mpa = Vec3::Zero();  ///< along x, y, z
  Vec3 shear_modulus_mpa = Vec3::Zero();   ///< yz, xz, xy
  Mat3 poisson_ratio = Mat3::Zero();       ///< (i, j): contraction along j under stress along i; diagonal 0
  BulkAndShear voigt, reuss;               ///< means over all orientations (Hill 1952); reuss.bulk is pressure over volume change
  double zener_ratio = 0.0;                ///< 2 C44 / (C11 - C12); has its meaning for cubic symmetry
  /// 5 G_V/G_R + K_V/K_R - 6, 0 when isotropic (Ranganathan and Ostoja-Starzewski, Phys. Rev. Lett. 101 (2008) 055504).
  double anisotropy_index = 0.0;
  double youngs_modulus_min_mpa = 0.0, youngs_modulus_max_mpa = 0.0;  ///< over directions one degree apart
  Vec3 softest_direction = Vec3::UnitX(), stiffest_direction = Vec3::UnitX();
};

/// @throws Error(kComputationFailed) unless the stiffness is positive definite.
ElasticConstants elastic_constants(const Mat6& stiffness_mpa);

/// Young's modulus along a direction (any length but 0), from the inverse of the stiffness.
double youngs_modulus_along_mpa(const Mat6& compliance, const Vec3& direction);

/// The stiffness seen in another frame. @param axes  columns: its unit axes in the present frame
Mat6 stiffness_in_frame(const Mat6& stiffness_mpa, const Mat3& axes);

/// Upper bounds of a solid with voids. @param solid_fraction 0..1. Source: Hashin and Shtrikman, J. Mech. Phys. Solids 11 (1963) 127.
BulkAndShear hashin_shtrikman_upper(const BulkAndShear& solid, double solid_fraction);
/// The same for the conductivity of one phase, relative to that phase. Source: Hashin and Shtrikman, J. Appl. Phys. 33 (1962) 3125.
double hashin_shtrikman_conductivity(double phase_fraction);

}  // namespace spongiosa::fea
