#pragma once
/// The lattice section of a case as a request to the lattice engine, and what came of it as JSON.

#include "core/json.h"
#include "lattice/build/fill.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// @param keys  the lattice section of a case, complete, or one of its zones
lattice::CellSpec cell_spec(const Json& keys);
lattice::FillRequest fill_request(const Json& keys);
/// Does any expression of the section use this variable?
bool uses_variable(const Json& keys, const std::string& name);
/// The section's images. @param base  that relative paths begin at
void add_images(lattice::FieldSources& sources, const Json& keys, const std::filesystem::path& base);

/// What was done that was not asked for, in sentences.
std::vector<std::string> fill_notes(const lattice::FilledPart& part);
/// Every loose piece, by falling volume, with its place in the patient: a CSV file.
std::string islands_table(const lattice::FilledPart& part);
Json fill_results(const lattice::FilledPart& part, const Json& keys);

}  // namespace spongiosa::workflow
