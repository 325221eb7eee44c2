#include "workflow/stage.h"

#include "core/error.h"

namespace spongiosa::workflow {

Json StageContext::manifest_of(const std::string& id) const {
  const std::filesystem::path file = stage_folder(id) / "manifest.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    fail_input("the stage '{}' has no result in '{}': run it first", id, out.string());
  return read_json(file);
}

Json StageContext::results_of(const std::string& id) const { return manifest_of(id).at("results"); }

}  // namespace spongiosa::workflow
