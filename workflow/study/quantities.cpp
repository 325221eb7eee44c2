#include "workflow/study/quantities.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

const Json& case_named(const Json& solve, const std::string& name) {
  for (const Json& c : solve.at("cases"))
    if (c.at("name") == name) return c;
  fail_input("the results have no load case '{}'", name);
}

double worst_of_parts(const Json& solve, const std::string& prefix) {
  double worst = 0.0;
  for (const Json& c : solve.at("cases"))
    for (const Json& part : c.at("parts"))
      if (part.at("part").get<std::string>().starts_with(prefix)) worst = std::max(worst, part.at("von_mises_p99_mpa").get<double>());
  return worst;
}

}  // namespace

const std::vector<Quantity>& study_quantities() {
  static const std::vector<Quantity> list = {
      {"axial_stiffness_n_per_mm", "Axial stiffness, compression", "N/mm"},
      {"flexion_rotation_deg", "Rotation under flexion", "deg"},
      {"strut_von_mises_p99_mpa", "Struts, 99th percentile of von Mises, worst case", "MPa"},
      {"rim_von_mises_p99_mpa", "Solid rim, 99th percentile of von Mises, worst case", "MPa"},
      {"bone_von_mises_p99_mpa", "Bone, 99th percentile of von Mises, worst case", "MPa"},
      {"flexion_energy_nmm", "Strain energy under flexion", "N·mm"},
  };
  return list;
}

std::vector<double> quantity_values(const Json& solve) {
  const Json& flexion = case_named(solve, "flexion");
  double rotation = 0.0, strut = 0.0;
  for (const Json& angle : flexion.at("top_rotation_deg")) rotation += angle.get<double>() * angle.get<double>();
  for (const Json& c : solve.at("cases")) strut = std::max(strut, c.at("strut_von_mises_p99_mpa").get<double>());
  return {case_named(solve, "compression").at("axial_stiffness_n_per_mm").get<double>(), std::sqrt(rotation), strut, worst_of_parts(solve, "implant-solid"),
          worst_of_parts(solve, "bone"), flexion.at("strain_energy_nmm").get<double>()};
}

}  // namespace spongiosa::workflow
