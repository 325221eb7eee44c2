#pragma once
/// The one table of everything a case file can say. Loading, `--set`, the reference page docs/03-case-file.md, the JSON Schema
/// and shell completion are all made from it; a new parameter is one new row.

#include "core/json.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

enum class FieldType {
  kNumber,
  kInteger,
  kText,
  kChoice,    ///< text out of `choices`
  kPath,      ///< text: a file or folder
  kPoint3,    ///< [x, y, z]
  kBoolean,
  kPointMap,  ///< vertebral level -> [x, y, z]
  kList,      ///< objects whose keys are `members`
};

enum class FieldLevel { kBasic, kAdvanced };

/// One parameter. A dimensional one carries its unit at the end of its path.
struct Field {
  std::string path = {};            ///< dotted: "lattice.pore_size_mm"
  FieldType type = FieldType::kNumber;
  std::string unit = {};            ///< "mm", "MPa", "N·m", "fraction"; empty: a pure number or no number
  Json value = nullptr;             ///< the default; null and not required: optional
  bool required = false;
  double min = 0.0, max = 0.0;      ///< both finite and both allowed; of each coordinate for points
  std::vector<std::string> choices = {};
  std::string label = {};           ///< a few words, for tables and forms
  std::string help = {};            ///< one or two sentences
  std::string source = {};          ///< where the default or the range comes from; empty: a choice of this program
  FieldLevel level = FieldLevel::kBasic;
  std::vector<Field> members = {};  ///< of a list: paths are "lattice.zones[].cell"
  std::string stage = {};           ///< verb of the stage that reads it first; empty: every stage or none
};

/// In the order of the file. Sections are contiguous.
const std::vector<Field>& schema();
/// Null when there is no such field.
const Field* find_field(const std::string& path);
/// The paths of all fields at or below `prefix` ("lattice" or "lattice.cell"); all for "".
std::vector<std::string> field_paths(const std::string& prefix);

/// "a number from 0.3 to 0.95 (fraction)"
std::string expected_text(const Field& field);
/// The value in normal form (numbers as double, integers as int64).
/// @param where  begins the message: "'case.json'" or "--set lattice.cell=x".
/// @throws Error(kBadInput): wrong type, out of range, not finite, unknown choice (with the nearest).
Json checked_value(const Field& field, const Json& value, const std::string& where);
/// What to answer to a key that is not in the schema: a missing or wrong unit, the nearest key.
[[noreturn]] void fail_unknown_key(const std::string& path, const std::string& where);

/// Vertebral levels from the skull down: C2 ... C7, T1 ... T12, L1 ... L5, S1.
const std::vector<std::string>& vertebral_levels();
/// The level above and the level below. @throws Error(kBadInput) for a level that has no two neighbours here.
std::pair<std::string, std::string> neighbours_of(const std::string& level);
/// "cervical", "thoracic", "lumbar"
std::string region_of(const std::string& level);

/// docs/03-case-file.md
std::string schema_markdown();
/// JSON Schema draft-07 with x-unit, x-label, x-level, x-stage and x-source.
Json schema_json();

}  // namespace spongiosa::workflow
