#pragma once
/// Options of phantoms are within what their shapes are made for.

#include "core/error.h"

namespace spongiosa::geometry {

/// @throws Error(kBadInput) naming the option and what is expected
inline void check_range(const char* name, double value, double lowest, double highest) {
  if (!(value >= lowest && value <= highest)) fail_input("phantom option {} is {}: expected {} to {}", name, value, lowest, highest);
}

}  // namespace spongiosa::geometry
