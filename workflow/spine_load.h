#pragma once
/// Force and moment of the seven load cases on a spine construct.

#include "workflow/case.h"

#include <string>

namespace spongiosa::workflow {

struct SpineLoad {
  double preload_n = 0.0, moment_nm = 0.0;
  std::string source;  ///< where each of the two comes from
};

/// The case's values; the source says which its author wrote and which are defaults of the region
/// (clinical-regulatory reference 5.1 and 5.3).
SpineLoad spine_load(const Case& design);

}  // namespace spongiosa::workflow
