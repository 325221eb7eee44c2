#include "fea/material/fatigue_strength.h"

#include "core/error.h"
#include "core/text.h"

namespace spongiosa::fea {

const std::vector<FatigueStrength>& fatigue_strengths() {
  static const std::vector<FatigueStrength> entries = {
      {"ti-as-built", "Ti-6Al-4V, laser powder bed fusion, as-built surface, stress-relieved", 180.0,
       "180 to 220 MPa: 10 to 20 % below HIP (Sordetti et al., Metals 2026;16:459) from a recalled as-built range", Status::kRecalled},
      {"ti-as-built-hip", "Ti-6Al-4V, laser powder bed fusion, as-built surface, HIP", 200.0,
       "200 to 250 MPa: a third of machined (Sordetti et al., Metals 2026;16:459)", Status::kRecalled},
      {"ti-machined-hip", "Ti-6Al-4V, powder bed fusion, machined or polished, HIP", 500.0,
       "500 to 600 MPa: below the 620 to 820 MPa of additive.tools for Ti-6Al-4V", Status::kPolicy},
      {"ti-ebm-as-built", "Ti-6Al-4V, electron beam, as-built surface", 87.0,
       "laser as-built HIP times 350/800, the ratio of electron beam to laser in one series (Mater. Sci. Eng. A 2024, S0921509324007524)",
       Status::kDerived},
  };
  return entries;
}

const FatigueStrength& find_fatigue_strength(const std::string& name) {
  std::vector<std::string> known;
  for (const FatigueStrength& entry : fatigue_strengths()) {
    if (entry.name == name) return entry;
    known.push_back(entry.name);
  }
  const std::string nearest = nearest_name(name, known);
  fail_input("unknown surface '{}'{}; known are {}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?", join(known, ", "));
}

}  // namespace spongiosa::fea
