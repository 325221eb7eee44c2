#pragma once
/// The quantities of interest of a solved construct.

#include "core/json.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

struct Quantity {
  const char *id, *label, *unit;
};
/// In the order of quantity_values.
const std::vector<Quantity>& study_quantities();

/// @param solve  results of the stage 05_solve
std::vector<double> quantity_values(const Json& solve);

}  // namespace spongiosa::workflow
