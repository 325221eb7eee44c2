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

}  // namespace spongiosa::geometry
