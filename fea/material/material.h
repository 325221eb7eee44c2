#pragma once
/// Materials as data: value, unit, source and status.

#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

enum class Status { kVerified, kRecalled, kDerived, kPolicy };
std::string to_string(Status status);

/// Isotropic linear elastic. MPa.
struct IsotropicMaterial {
  std::string name, label;
  double youngs_modulus_mpa, poisson_ratio, yield_stress_mpa;
  std::string source;
  Status status;
};
const std::vector<IsotropicMaterial>& implant_materials();
/// @throws Error(kBadInput) naming the nearest known material.
const IsotropicMaterial& find_implant_material(const std::string& name);

/// 6x6 stiffness in Voigt order xx, yy, zz, yz, xz, xy with engineering shear. MPa.
/// Valid for E > 0, -1 < nu < 0.5.
Mat6 isotropic_stiffness(double youngs_modulus_mpa, double poisson_ratio);

/// Bone stiffness from CT. density = slope*HU + intercept (calibration), then the law.
struct BoneLaw {
  std::string name, label;
  double (*modulus_mpa)(double density_app_g_cm3);
  double poisson_ratio;
  std::string source;
  Status status;
};
const std::vector<BoneLaw>& bone_laws();
const BoneLaw& find_bone_law(const std::string& name);

/// Apparent density in g/cm^3 = slope * HU + intercept; limits are applied by the user of the law and counted.
struct HuCalibration {
  double slope_g_cm3_per_hu, intercept_g_cm3;
  std::string statement;  ///< printed in every report: phantom, internal, or uncalibrated
};

}  // namespace spongiosa::fea
