#pragma once
/// A user's own periodic function as a cell.

#include "lattice/cells/tpms_cell.h"

namespace spongiosa::lattice {

/// @param spec  with `expression`: f(x, y, z) with period 2 pi in each variable (core/expression.h has the grammar).
/// @throws Error(kBadInput) when it is missing, cannot be read, is constant, undefined somewhere, or not periodic.
CellPtr make_expression_cell(const NamedPhase& phase, const CellSpec& spec);

}  // namespace spongiosa::lattice
