#include "core/error.h"
#include "core/text.h"
#include "fea/material/material.h"

#include <cmath>

namespace spongiosa::fea {

std::string to_string(Status status) {
  switch (status) {
    case Status::kVerified: return "verified";
    case Status::kRecalled: return "from memory, not verified";
    case Status::kDerived: return "derived";
    case Status::kPolicy: return "policy";
  }
  SPONGIOSA_ASSERT(false);
}

// A minimum that a standard requires is the conservative yield stress: a part that meets the standard is at least as strong.
// Measured means are given as separate entries, so that nobody takes one for a minimum by accident.
const std::vector<IsotropicMaterial>& implant_materials() {
  static const std::vector<IsotropicMaterial> materials = {
      {"ti-6al-4v-eli-pbf", "Ti-6Al-4V ELI, powder bed fusion", 110000.0, 0.30, 795.0,
       "spine FE: BMC Surgery 2020, s12893-020-00729-4, table 1 (110 GPa, 0.3)", Status::kVerified,
       "required minimum of ASTM F3001; equal to that of ASTM F136 (Materials 2021;14:658, table 4)", Status::kRecalled},
      {"ti-6al-4v-eli-wrought", "Ti-6Al-4V ELI, wrought", 110000.0, 0.30, 795.0,
       "spine FE: BMC Surgery 2020, s12893-020-00729-4, table 1 (110 GPa, 0.3)", Status::kVerified,
       "required minimum of ASTM F136 (Materials 2021;14:658, table 4)", Status::kVerified},
      {"ti-6al-4v-pbf", "Ti-6Al-4V, powder bed fusion", 114000.0, 0.33, 825.0,
       "spine FE: PMC3535260, table 2 (114 GPa, 0.33)", Status::kVerified,
       "required minimum of ASTM F2924 (Materials 2021;14:658, table 4)", Status::kVerified},
      {"ti-6al-4v-pbf-hip-measured", "Ti-6Al-4V, laser powder bed fusion, HIP 920 C (measured mean)", 118500.0, 0.30, 976.0,
       "modulus: Materials 2021;14:658, table 4; Poisson's ratio: BMC Surgery 2020, s12893-020-00729-4", Status::kVerified,
       "measured mean 976 +- 19 MPa, not a minimum: Materials 2021;14:658, table 4", Status::kVerified},
      {"cocrmo", "CoCrMo", 220000.0, 0.30, 450.0, "spine FE: PMC3535260, table 2 (220 GPa, 0.3)", Status::kVerified,
       "lower end of cast CoCrMo (450 to 650 MPa)", Status::kRecalled},
      {"peek", "PEEK", 3600.0, 0.30, 90.0, "spine FE: BMC Surgery 2020, s12893-020-00729-4, table 1 (3.6 GPa, 0.3)",
       Status::kVerified, "lower end of unfilled PEEK (90 to 100 MPa)", Status::kRecalled},
      {"tantalum", "Tantalum, solid", 186000.0, 0.34, 140.0, "handbook values", Status::kRecalled,
       "lower end of annealed tantalum (140 to 200 MPa)", Status::kRecalled},
  };
  return materials;
}

const IsotropicMaterial& find_implant_material(const std::string& name) {
  std::vector<std::string> known;
  for (const IsotropicMaterial& material : implant_materials()) {
    if (material.name == name) return material;
    known.push_back(material.name);
  }
  const std::string nearest = nearest_name(name, known);
  fail_input("unknown implant material '{}'{}; known are {}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?",
             join(known, ", "));
}

Mat6 isotropic_stiffness(double youngs_modulus_mpa, double poisson_ratio) {
  if (!std::isfinite(youngs_modulus_mpa) || youngs_modulus_mpa <= 0.0)
    fail_input("Young's modulus is {} MPa; expected a finite number above 0", youngs_modulus_mpa);
  if (!(poisson_ratio > -1.0 && poisson_ratio < 0.5))
    fail_input("Poisson's ratio is {}; expected a number above -1 and below 0.5", poisson_ratio);
  const double shear = youngs_modulus_mpa / (2.0 * (1.0 + poisson_ratio));
  const double lambda = youngs_modulus_mpa * poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio));
  Mat6 stiffness = Mat6::Zero();
  stiffness.topLeftCorner<3, 3>().setConstant(lambda);
  stiffness.diagonal().head<3>().array() += 2.0 * shear;
  stiffness.diagonal().tail<3>().setConstant(shear);
  return stiffness;
}

}  // namespace spongiosa::fea
