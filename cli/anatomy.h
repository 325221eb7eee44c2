#pragma once
/// The commands on scans and anatomy outside of cases, declared apart from the others.

#include "cli/cli.h"

namespace spongiosa::cli {

void add_series(Commands& commands);
void add_mask(Commands& commands);
void add_calibrate(Commands& commands);
void add_femur(Commands& commands);

}  // namespace spongiosa::cli
