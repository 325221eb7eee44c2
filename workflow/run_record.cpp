#include "workflow/run_record.h"

#include "core/hash.h"
#include "core/json.h"
#include "core/version.h"

#include <set>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

void write_run_record(const std::vector<Stage>& stages, const std::string& case_id, const fs::path& out) {
  Json record;
  record["format"] = "spongiosa-record";
  record["version"] = 1;
  record["program_version"] = kVersion;
  record["case_id"] = case_id;
  record["files"] = Json::object();
  std::set<std::string> paths;
  std::error_code ignored;
  if (fs::exists(out / kCaseAsRun, ignored)) paths.insert(kCaseAsRun);
  for (const Stage& stage : stages) {
    const fs::path folder = out / "stages" / stage.id;
    if (!fs::exists(folder / "manifest.json", ignored)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) paths.insert(entry.path().lexically_relative(out).generic_string());
    const Json manifest = read_json(folder / "manifest.json");
    for (const Json& output : manifest.at("outputs")) paths.erase(output.at("path"));
  }
  for (const std::string& path : paths) record["files"][path] = sha256_file(out / path);
  record["sha256"] = sha256(canonical_text(record));
  write_json(out / kRunRecord, record);
}

}  // namespace spongiosa::workflow
