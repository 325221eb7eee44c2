#include "geometry/ct/import.h"

#include "core/module.h"

namespace spongiosa::geometry {

// The work is done in the imaging module (geometry/ct/detail/import_entry.cpp).
CtImport import_ct(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress) {
  CtImport result;
  module_function<void(const std::filesystem::path&, const ImportOptions&, const Progress&, CtImport&)>(
      "imaging", "spongiosa_import_ct")(path, options, progress, result);
  return result;
}

std::vector<SeriesSummary> list_series(const std::filesystem::path& path, const std::optional<std::string>& reference_date,
                                       std::vector<std::string>& notes, const Progress& progress) {
  std::vector<SeriesSummary> result;
  using Entry = void(const std::filesystem::path&, const std::optional<std::string>&, std::vector<std::string>&, const Progress&,
                     std::vector<SeriesSummary>&);
  module_function<Entry>("imaging", "spongiosa_list_series")(path, reference_date, notes, progress, result);
  return result;
}

}  // namespace spongiosa::geometry
