#pragma once
/// Numbers and JSON objects as HTML text and tables.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// Four significant digits for fractions, whole numbers as they are, "yes"/"no", "-" for null.
std::string value_text(const Json& value);
/// "(1.2, 3.4, 5.6)"
std::string vector_text(const Json& vector);
/// A sentence for print: escaped, with mm², mm³, g/cm³ and N·m for what manifests write in ASCII.
std::string printed(const std::string& text);
/// Name and value of every entry, nested objects flattened to "outer / inner". Underscores become blanks and the unit
/// suffix of a key its own column; shares and fractions have the unit "-". Long arrays are given by their size (report.json holds
/// them whole).
std::string table_of(const Json& object);
/// The segment stage's sheet of imaging quality.
std::string quality_table(const Json& rows);
/// Zones, layers below the bone faces and definitions, from lattice::to_json of a metrology.
std::string measures_html(const Json& measures);

}  // namespace spongiosa::workflow
