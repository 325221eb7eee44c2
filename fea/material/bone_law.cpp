#include "core/error.h"
#include "core/text.h"
#include "fea/material/material.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea {

namespace {

// Conversions between densities (g/cm^3): ash = 0.6 apparent, ash = 0.877 QCT + 0.079 (Schileo 2008; from memory, not verified).
double ash_density(double apparent) { return 0.6 * apparent; }
double qct_density(double apparent) { return (ash_density(apparent) - 0.079) / 0.877; }

double power(double coefficient_mpa, double density, double exponent) {
  return density > 0.0 ? coefficient_mpa * std::pow(density, exponent) : 0.0;
}

double morgan_vertebra(double apparent) { return power(4730.0, apparent, 1.56); }
double morgan_femoral_neck(double apparent) { return power(6850.0, apparent, 1.49); }
double morgan_pooled(double apparent) { return power(8920.0, apparent, 1.83); }
double kopperdahl_apparent(double apparent) { return std::max(0.0, -80.0 + 2100.0 * apparent); }
double kopperdahl_qct(double apparent) { return std::max(0.0, -34.7 + 3230.0 * qct_density(apparent)); }
double keller(double apparent) { return power(10500.0, ash_density(apparent), 2.29); }

double keyak(double apparent) {
  const double ash = ash_density(apparent);
  if (ash <= 0.27) return power(33900.0, ash, 2.20);
  if (ash < 0.60) return 5307.0 * ash + 469.0;
  return power(10200.0, ash, 2.01);
}

const char* kApparent = "apparent (wet) density";
const char* kAsh = "ash density = 0.6 * apparent density (from memory, not verified)";
const char* kQct = "QCT density = (0.6 * apparent density - 0.079) / 0.877 (Schileo 2008, from memory, not verified)";

}  // namespace

const std::vector<BoneLaw>& bone_laws() {
  static const std::vector<BoneLaw> laws = {
      {"morgan-2003-vertebra", "Morgan 2003, vertebral trabecular bone, on-axis: E = 4730 rho^1.56", morgan_vertebra, 0.3,
       "Morgan et al., J Biomech 2003;36:897, as used in cervical FE (ijssurgery.com, table 1)", Status::kVerified, kApparent, 0.09,
       0.35},
      {"morgan-2003-femoral-neck", "Morgan 2003, femoral neck: E = 6850 rho^1.49", morgan_femoral_neck, 0.3,
       "Morgan et al., J Biomech 2003;36:897", Status::kRecalled, kApparent, 0.26, 0.75},
      {"morgan-2003-pooled", "Morgan 2003, pooled sites: E = 8920 rho^1.83", morgan_pooled, 0.3,
       "Morgan et al., J Biomech 2003;36:897", Status::kRecalled, kApparent, 0.09, 0.75},
      {"kopperdahl-2002-apparent", "Kopperdahl 2002, vertebra: E = -80 + 2100 rho", kopperdahl_apparent, 0.3,
       "Kopperdahl et al., J Orthop Res 2002;20:801", Status::kRecalled, kApparent, 0.09, 0.35},
      {"kopperdahl-2002-qct", "Kopperdahl 2002, vertebra: E = -34.7 + 3230 rho_QCT", kopperdahl_qct, 0.3,
       "Kopperdahl et al., J Orthop Res 2002;20:801", Status::kRecalled, kQct, 0.15, 0.50},
      {"keller-1994", "Keller 1994, spine and femur: E = 10500 rho_ash^2.29", keller, 0.3,
       "Keller, J Biomech 1994;27:1159; coefficients as in py_bonemat_abaqus", Status::kRecalled, kAsh, 0.05, 2.0},
      {"keyak-1998", "Keyak 1998, femur, three density ranges", keyak, 0.4, "Keyak et al. 1998", Status::kRecalled, kAsh, 0.05, 2.0},
  };
  return laws;
}

const BoneLaw& find_bone_law(const std::string& name) {
  std::vector<std::string> known;
  for (const BoneLaw& law : bone_laws()) {
    if (law.name == name) return law;
    known.push_back(law.name);
  }
  const std::string nearest = nearest_name(name, known);
  fail_input("unknown bone law '{}'{}; known are {}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?",
             join(known, ", "));
}

}  // namespace spongiosa::fea
