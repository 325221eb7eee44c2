#pragma once
/// Materials as data: value, unit, source and status.

#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

enum class Status { kVerified, kRecalled, kDerived, kPolicy };
/// "verified", "from memory, not verified", "derived", "policy": printed beside every number.
std::string to_string(Status status);

/// Isotropic linear elastic. MPa.
struct IsotropicMaterial {
  std::string name, label;
  double youngs_modulus_mpa, poisson_ratio, yield_stress_mpa;
  std::string source;        ///< of modulus and Poisson's ratio
  Status status;             ///< of modulus and Poisson's ratio
  std::string yield_source;  ///< of the yield stress, and whether it is a required minimum or a measured mean
  Status yield_status;
};
/// The first entry is the default.
const std::vector<IsotropicMaterial>& implant_materials();
/// @throws Error(kBadInput) naming the nearest known material.
const IsotropicMaterial& find_implant_material(const std::string& name);

/// 6x6 stiffness in Voigt order xx, yy, zz, yz, xz, xy with engineering shear. MPa.
/// Valid for E > 0, -1 < nu < 0.5. @throws Error(kBadInput) outside.
Mat6 isotropic_stiffness(double youngs_modulus_mpa, double poisson_ratio);

/// Bone stiffness from CT. density = slope*HU + intercept (calibration), then the law.
struct BoneLaw {
  std::string name, label;
  /// Always takes the apparent (wet) density; a law stated in another density converts inside, as `density` says.
  double (*modulus_mpa)(double density_app_g_cm3);
  double poisson_ratio;
  std::string source;
  Status status;
  std::string density;          ///< the density the law is stated in, and the conversion from apparent density
  double min_density_g_cm3;     ///< valid range of the law, as apparent density; outside it is extrapolation
  double max_density_g_cm3;
};
/// The first entry is the default.
const std::vector<BoneLaw>& bone_laws();
/// @throws Error(kBadInput) naming the nearest known law.
const BoneLaw& find_bone_law(const std::string& name);

/// Apparent density in g/cm^3 = slope * HU + intercept; limits are applied by the user of the law and counted.
struct HuCalibration {
  double slope_g_cm3_per_hu, intercept_g_cm3;
  std::string statement;  ///< printed in every report: phantom, internal, or uncalibrated
};

}  // namespace spongiosa::fea
