#include "fea/homogenize/homogenize.h"

#include "core/error.h"
#include "core/module.h"
#include "fea/continuum/case_result.h"
#include "fea/dealii/module_interface.h"
#include "fea/results/principal.h"

namespace spongiosa::fea {

HomogenizedCell homogenize(const PeriodicCell& cell, const Progress& progress) {
  HomogenizedCell result;
  (*module_function<HomogenizeFunction>("fea", "spongiosa_fea_homogenize"))(cell, progress, result);
  return result;
}

double HomogenizedCell::strut_von_mises_mpa(const Vec6& macro_strain, double percentile) const {
  if (!macro_strain.allFinite()) fail_input("the macroscopic strain is not finite");
  if (!(percentile >= 0.0 && percentile <= 1.0))
    fail_input("the percentile of the strut stress is {}; expected a fraction from 0 to 1", percentile);
  std::vector<std::pair<double, double>> values;
  values.reserve(local_stress_mpa.size());
  for (std::size_t c = 0; c < local_stress_mpa.size(); ++c)
    values.emplace_back(von_mises(local_stress_mpa[c].cast<double>() * macro_strain), double(local_share[c]));
  return weighted_percentile(values, percentile);
}

}  // namespace spongiosa::fea
