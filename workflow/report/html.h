#pragma once
/// Numbers and JSON objects as HTML text and tables.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// Four significant digits for fractions, whole numbers as they are, "yes"/"no", "-" for null.
std::string value_text(const Json& value);
/// "(1.2, 3.4, 5.6)"
std::string vector_text(const Json& vector);
/// Name and value of every entry, nested objects flattened to "outer / inner". Underscores become blanks and the unit
/// suffix of a key its own column. Long arrays are given by their length (report.json holds them whole).
std::string table_of(const Json& object);

}  // namespace spongiosa::workflow
