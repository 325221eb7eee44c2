/// Which stages run, and why: the cache keys.

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "workflow/engine_key.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

/// Small files are hashed again; of large ones the size has to do, or nothing-to-do runs would take long.
constexpr std::uintmax_t kHashedBelow = 4u << 20;

std::string changed_output(const Json& manifest, const fs::path& out) {
  for (const Json& output : manifest.at("outputs")) {
    const std::string path = output.at("path");
    const fs::path file = out / path;
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    if (error) return "its file " + path + " is missing";
    if (bytes != output.at("bytes").get<std::uintmax_t>()) return "its file " + path + " was changed";
    if (bytes < kHashedBelow && sha256_file(file) != output.at("sha256").get<std::string>())
      return "its file " + path + " was changed";
  }
  return "";
}

std::string changed_parameter(const Json& before, const Json& now) {
  for (const auto& [path, value] : now.items()) {
    if (!before.contains(path)) return path + " is new";
    if (before[path] == value) continue;
    const std::string from = before[path].dump(), to = value.dump();
    if (from.size() + to.size() > 60) return path + " changed";
    return fmt::format("{} changed from {} to {}", path, from, to);
  }
  return before.size() == now.size() ? "" : "its parameters changed";
}

std::vector<std::string> verbs_and_ids(const std::vector<Stage>& stages) {
  std::vector<std::string> names;
  for (const Stage& stage : stages) {
    names.push_back(stage.verb);
    names.push_back(stage.id);
  }
  return names;
}

std::size_t index_of(const std::vector<Stage>& stages, const std::string& name, const char* option) {
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (stages[i].verb == name || stages[i].id == name) return i;
  std::vector<std::string> verbs;
  for (const Stage& stage : stages) verbs.push_back(stage.verb);
  const std::string nearest = nearest_name(name, verbs_and_ids(stages));
  fail_usage("{} {}: there is no such stage{}; stages are {}", option, name,
             nearest.empty() ? "" : "; did you mean " + nearest + "?", join(verbs, ", "));
}

}  // namespace

std::string key_hash(const Json& manifest) {
  Json all;
  for (const char* member : {"stage", "stage_version", "program_version", "case_id", "parameters", "external", "upstream"})
    all[member] = manifest.at(member);
  return sha256(canonical_text(all));
}

std::string manifest_digest(const Json& manifest) {
  Json seen;
  for (const char* member : {"outputs", "results", "notes"}) seen[member] = manifest.at(member);
  return sha256(canonical_text(seen));
}

std::string manifest_sha256(Json manifest) {
  manifest.erase("sha256");
  return sha256(canonical_text(manifest));
}

std::string to_string(StageState state) {
  switch (state) {
    case StageState::kNotSelected: return "not selected";
    case StageState::kUpToDate: return "up to date";
    case StageState::kToRun: return "to run";
    case StageState::kRunning: return "running";
    case StageState::kRan: return "ran";
    case StageState::kFailed: return "failed";
    case StageState::kCancelled: return "cancelled";
  }
  SPONGIOSA_ASSERT(false);
}

Engine::Chosen Engine::choose(const RunSelection& selection) const {
  Chosen chosen;
  chosen.selected.assign(stages_.size(), true);
  chosen.forced.assign(stages_.size(), selection.force);
  if (!selection.only.empty() && !(selection.from.empty() && selection.to.empty()))
    fail_usage("--only excludes --from and --to: leave one out");
  if (!selection.only.empty()) {
    const std::size_t only = index_of(stages_, selection.only, "--only");
    for (std::size_t i = 0; i < stages_.size(); ++i) chosen.selected[i] = i == only;
  }
  std::size_t first = 0, last = stages_.size();
  if (!selection.from.empty()) {
    first = index_of(stages_, selection.from, "--from");
    for (std::size_t i = first; i < stages_.size(); ++i) chosen.forced[i] = true;
  }
  if (!selection.to.empty()) {
    last = index_of(stages_, selection.to, "--to");
    for (std::size_t i = last + 1; i < stages_.size(); ++i) chosen.selected[i] = false;
  }
  if (first > last) fail_usage("--from {} comes after --to {}: no stage is left", selection.from, selection.to);
  for (std::size_t i = 0; i < stages_.size(); ++i)
    if (chosen.selected[i] && stages_[i].precheck) stages_[i].precheck(design_);
  return chosen;
}

StageContext Engine::context(const Stage& stage) const {
  return StageContext{design_, out_, stage_folder(stage), data_, Progress(), Manifest()};
}

Engine::Key Engine::key_of(const Stage& stage) const {
  Key key;
  key.parameters = design_.select(stage.parameters);
  const StageContext reading = context(stage);
  if (stage.external_hash) key.external = stage.external_hash(reading);
  key.upstream = Json::object();
  for (const std::string& id : stage.upstream) key.upstream[id] = manifest_digest(reading.manifest_of(id));
  Json all;
  all["stage"] = stage.id;
  all["stage_version"] = stage.version;
  all["program_version"] = program_version();
  all["case_id"] = design_.id();
  all["parameters"] = key.parameters;
  all["external"] = key.external;
  all["upstream"] = key.upstream;
  key.hash = key_hash(all);
  return key;
}

std::string Engine::reason_to_run(const Stage& stage, const Key& key) const {
  const fs::path file = stage_folder(stage) / "manifest.json";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return "never run";
  try {
    const Json manifest = read_json(file);
    if (manifest.value("sha256", "") != manifest_sha256(manifest)) return "its manifest was changed";
    if (manifest.at("key") != key.hash) {
      if (manifest.at("stage_version") != stage.version || manifest.at("program_version") != program_version())
        return "made by another version of the program";
      std::string reason = changed_parameter(manifest.at("parameters"), key.parameters);
      if (!reason.empty()) return reason;
      if (manifest.at("external") != key.external) return "its input files changed";
      for (const auto& [id, hash] : key.upstream.items())
        if (manifest.at("upstream").value(id, "") != hash) {
          const auto earlier = std::find_if(stages_.begin(), stages_.end(), [&](const Stage& s) { return s.id == id; });
          return "the result of " + (earlier == stages_.end() ? id : earlier->verb) + " changed";
        }
      return "the case changed";
    }
    return changed_output(manifest, out_);
  } catch (const Json::exception&) {
    return "its manifest is damaged";
  } catch (const Error&) {
    return "its manifest is damaged";
  }
}

std::vector<StageStatus> Engine::plan(const RunSelection& selection) const {
  const Chosen chosen = choose(selection);
  holds_another_case(selection.force);
  std::vector<StageStatus> statuses(stages_.size());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    StageStatus& status = statuses[i];
    status.stage = &stage;
    if (!chosen.selected[i]) {
      status.reason = "not selected";
      continue;
    }
    std::string waits_for;  // verb of the last stage that runs before
    for (std::size_t k = 0; k < i; ++k)
      if (statuses[k].state == StageState::kToRun && std::count(stage.upstream.begin(), stage.upstream.end(), stages_[k].id) > 0)
        waits_for = stages_[k].verb;
    if (chosen.forced[i]) {
      status.reason = "asked for";
    } else if (!waits_for.empty()) {
      status.reason = waits_for + " runs before it";
    } else {
      status.reason = reason_to_run(stage, key_of(stage));
    }
    status.state = status.reason.empty() ? StageState::kUpToDate : StageState::kToRun;
    if (status.reason.empty()) status.reason = "nothing it reads has changed";
    if (status.state == StageState::kUpToDate) continue;
    if (!stage.estimate) continue;
    try {
      status.estimate = stage.estimate(context(stage));
    } catch (const Error& error) {
      // Early stages can refuse their input for good; later ones may only lack what is not made yet.
      if (waits_for.empty()) throw;
      status.estimate = {{"unknown", "known when " + waits_for + " has run"}};
    }
  }
  return statuses;
}

}  // namespace spongiosa::workflow
