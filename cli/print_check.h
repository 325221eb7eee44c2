#pragma once
/// The commands on printing, declared apart from the others.

#include "cli/cli.h"

namespace spongiosa::cli {

void add_compare_scan(Commands& commands);
void add_coupons(Commands& commands);
void add_print_check(Commands& commands);

}  // namespace spongiosa::cli
