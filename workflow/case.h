#pragma once
/// The case file: one patient's design. Loading checks it against the schema; nothing else reads JSON of users.

#include "core/json.h"
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {
struct SpinePhantomOptions;
}

namespace spongiosa::workflow {

/// A case with all defaults filled in. Paths are dotted: "lattice.pore_size_mm".
class Case {
 public:
  /// @param path  a case file, or a folder that holds case.json.
  /// @param assignments  "path=value", applied before checking (the `--set` of the command line).
  /// @throws Error(kBadInput) with the path in the file, the value, what is allowed, and the nearest known key;
  ///   a key that lacks its unit is told so.
  static Case load(const std::filesystem::path& path, const std::vector<std::string>& assignments = {});

  const std::string& id() const { return id_; }
  const std::filesystem::path& file() const { return file_; }
  std::filesystem::path folder() const { return file_.parent_path(); }
  /// The whole document with defaults, in schema order. Defaults that depend on other values are filled in too:
  /// loads.preload_n and loads.moment_nm by region, lattice.pore_size_mm when no size is given.
  const Json& document() const { return document_; }

  /// The value at `path` (it exists in the schema; our bug otherwise).
  const Json& at(const std::string& path) const;
  double number(const std::string& path) const { return at(path).get<double>(); }
  std::string text(const std::string& path) const { return at(path).get<std::string>(); }
  /// Absent and null optional values.
  bool has(const std::string& path) const { return !at(path).is_null(); }
  std::optional<double> optional_number(const std::string& path) const;
  /// True when the value stands in the file or in an assignment rather than being a default.
  bool is_given(const std::string& path) const;
  /// All values at or below the given paths ("": all) as one flat object {path: value} in schema order, for cache keys and
  /// manifests.
  Json select(const std::vector<std::string>& paths) const;
  /// The values that stand in the file or in an assignment, in schema order.
  const std::vector<std::string>& given() const { return given_; }

 private:
  std::filesystem::path file_;
  std::string id_;
  Json document_;
  std::vector<std::string> given_;
};

/// Where ct.path leads: as it is when absolute, else below `data`, else beside the case file; the first that exists.
/// @throws Error(kBadInput) naming the places looked at when there is no such file or folder, or no ct.path.
std::filesystem::path find_scan(const Case& design, const std::filesystem::path& data);

/// The values of ct.phantom. @param section  that section of a case's document, complete.
geometry::SpinePhantomOptions phantom_options(const Json& section);

/// A commented starter case that loads without error, for `spongiosa new`.
std::string starter_case(const std::string& case_id);

}  // namespace spongiosa::workflow
