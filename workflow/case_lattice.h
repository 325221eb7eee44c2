#pragma once
/// What the keys of a case's lattice section mean together.

#include "core/json.h"

#include <map>
#include <string>

namespace spongiosa::workflow {

/// Refuses porosities and sizes that exclude each other, in the core and in each zone.
void check_lattice(const Json& lattice, const std::string& where);
/// Fills in what follows from the rest: a pore of 0.6 mm and 70 % porosity where nothing says otherwise; zones take from the
/// core what they do not say.
void complete_lattice(Json& lattice);
/// The whole section from some of its values. @param given  by the last part of the key: {"cell", "octet"}
/// @throws Error(kBadInput) as loading a case does.
Json lattice_section(const std::map<std::string, Json>& given, const std::string& where);

}  // namespace spongiosa::workflow
