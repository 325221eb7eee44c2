#include "workflow/engine.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/threads.h"
#include "core/version.h"
#include "workflow/engine_key.h"
#include "workflow/engine_resources.h"
#include "workflow/run_record.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

/// The dotted path of the first number that is not finite; empty when all are.
std::string non_finite(const Json& value, const std::string& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return path;
  if (value.is_structured())
    for (const auto& [key, item] : value.items()) {
      const std::string found = non_finite(item, path.empty() ? key : path + "." + key);
      if (!found.empty()) return found;
    }
  return "";
}

/// Case paths of a stage that decide how much memory it needs, by their meaning.
std::vector<std::string> size_parameters(const Case& design, const Stage& stage) {
  std::vector<std::string> paths;
  const Json selected = design.select(stage.parameters);
  for (const auto& [path, value] : selected.items())
    for (const char* ending : {"voxel_mm", ".cell_mm", "cell_size_mm", "homogenization_cells"})
      if (path.ends_with(ending)) paths.push_back(path);
  return paths;
}

void guard_memory(const Case& design, const Stage& stage, const Json& estimate) {
  if (!estimate.is_object() || !estimate.contains("memory_bytes")) return;
  const double needed = estimate["memory_bytes"], available = available_memory_bytes();
  if (needed <= available) return;
  std::vector<std::string> paths =
      estimate.value("memory_parameters", Json(size_parameters(design, stage))).get<std::vector<std::string>>();
  fail_computation("{} needs about {} of memory and {} are available: {}", stage.verb, human_bytes(needed), human_bytes(available),
                   paths.empty() ? "close other programs or use a larger machine"
                                 : "make it coarser (" + join(paths, ", ") + ") or use a larger machine");
}

}  // namespace

std::string program_version() { return kVersion; }

Engine::Engine(const std::vector<Stage>& stages, Case design, fs::path out, fs::path data)
    : stages_(stages),
      design_(std::move(design)),
      out_(fs::absolute(out).lexically_normal()),
      data_(data.empty() ? data : fs::absolute(data).lexically_normal()) {}

bool Engine::holds_another_case(bool may_replace) const {
  const fs::path file = out_ / kCaseAsRun;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  std::string other;
  try {
    other = read_json(file).value("case_id", "");
  } catch (const std::exception&) {
    other = "(unreadable)";
  }
  if (other == design_.id()) return false;
  if (!may_replace)
    fail_input("'{}' holds the results of the case '{}', not of '{}': choose another folder with --out, or replace them with --force",
               out_.string(), other, design_.id());
  return true;
}

void Engine::begin_execution() const {
  if (holds_another_case(true))
    for (const Stage& stage : stages_) remove_outputs(stage, {});
  write_json(out_ / kCaseAsRun, design_.document());
}

void Engine::withdraw_outdated() const {
  const std::vector<bool> current = current_stages();
  std::error_code ignored;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (current[i]) continue;
    for (const std::string& place : stages_[i].places) fs::remove_all(out_ / place, ignored);
    try {
      const Json manifest = read_json(stage_folder(stages_[i]) / "manifest.json");
      for (const Json& output : manifest.at("outputs")) {
        const fs::path path = fs::path(output.at("path").get<std::string>()).lexically_normal();
        if (path.is_relative() && *path.begin() != ".." && *path.begin() != "stages") fs::remove(out_ / path, ignored);
      }
    } catch (const std::exception&) {
      // Without a readable manifest the places are all that is known of it.
    }
  }
}

void Engine::end_execution() const {
  withdraw_outdated();
  write_run_record(stages_, design_.id(), out_);
}

void Engine::run(const RunSelection& selection, const EngineObserver& observer) {
  const Chosen chosen = choose(selection);
  statuses_.assign(stages_.size(), {});
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    statuses_[i] = {.stage = &stages_[i], .reason = "not selected"};
    if (chosen.selected[i]) statuses_[i] = {.stage = &stages_[i], .state = StageState::kToRun, .reason = "not reached"};
  }
  holds_another_case(selection.force);
  make_writable_folder(out_);
  const FolderLock lock(out_);
  holds_another_case(selection.force);  // again: another run may have begun in between

  // Whatever way this ends, what no longer belongs to the case as it is now must not be taken for its result.
  bool executed = false;
  try {
    run_chosen(chosen, selection, observer, executed);
  } catch (...) {
    if (executed) end_execution();
    throw;
  }
  if (executed) end_execution();
}

void Engine::run_chosen(const Chosen& chosen, const RunSelection& selection, const EngineObserver& observer, bool& executed) {
  const auto count = std::size_t(std::count(chosen.selected.begin(), chosen.selected.end(), true));
  std::size_t position = 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (!chosen.selected[i]) continue;
    throw_if_cancelled();
    const Stage& stage = stages_[i];
    StageStatus& status = statuses_[i];
    ++position;
    if (!selection.only.empty())
      for (const Stage& earlier : stages_)
        if (std::find(stage.upstream.begin(), stage.upstream.end(), earlier.id) != stage.upstream.end()) {
          const std::string reason = reason_to_run(earlier, key_of(earlier));
          if (!reason.empty())
            fail_usage("--only {}: {} is not up to date ({}): leave out --only, or run {} first", stage.verb, earlier.verb, reason,
                       earlier.verb);
        }
    status.reason = chosen.forced[i] ? "asked for" : reason_to_run(stage, key_of(stage));
    if (status.reason.empty()) {
      status.state = StageState::kUpToDate;
      status.reason = "nothing it reads has changed";
    } else {
      status.state = StageState::kRunning;
      if (!executed) begin_execution();
      executed = true;
      if (observer.stage_begins) observer.stage_begins(status, position, count);
      execute(stage, status, observer);
    }
    if (observer.stage_ended) observer.stage_ended(status);
  }
}

void Engine::execute(const Stage& stage, StageStatus& status, const EngineObserver& observer) const {
  StageContext working = context(stage);
  if (observer.progress)
    working.progress = Progress([&](double fraction, const std::string& message) { observer.progress(status, fraction, message); });
  try {
    if (stage.estimate) guard_memory(design_, stage, stage.estimate(working));
    const Key key = key_of(stage);  // before the run: what is read now is what counts
    remove_outputs(stage, {});
    make_writable_folder(working.folder);
    PeakMemory::reset();
    const auto begin = std::chrono::steady_clock::now();
    stage.run(working);
    throw_if_cancelled();
    write_manifest(stage, working, key);
    status.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    status.peak_memory_mib = PeakMemory::mib();
  } catch (const std::exception& problem) {
    const auto* error = dynamic_cast<const Error*>(&problem);
    status.state = error && error->code() == ExitCode::kCancelled ? StageState::kCancelled : StageState::kFailed;
    status.reason = problem.what();
    remove_outputs(stage, working.manifest.outputs());
    throw;
  }
  status.state = StageState::kRan;
  // Apart from the manifest, which must not depend on time or machine.
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  Json timing;
  timing["wall_s"] = std::round(status.wall_s * 1000.0) / 1000.0;
  timing["peak_memory_mib"] = std::round(status.peak_memory_mib);
  timing["threads"] = thread_count();
  timing["host"] = host;
  write_json(stage_folder(stage) / "timing.json", timing);
}

void Engine::write_manifest(const Stage& stage, const StageContext& done, const Key& key) const {
  const std::string bad = non_finite(done.manifest.results(), "");
  if (!bad.empty()) fail_computation("{} computed a value that is not a finite number: {}", stage.verb, bad);
  Json manifest;
  manifest["format"] = "spongiosa-manifest";
  manifest["version"] = 1;
  manifest["stage"] = stage.id;
  manifest["stage_version"] = stage.version;
  manifest["program_version"] = program_version();
  manifest["case_id"] = design_.id();
  manifest["key"] = key.hash;
  manifest["parameters"] = key.parameters;
  manifest["external"] = key.external;
  manifest["upstream"] = key.upstream;
  manifest["inputs"] = Json::array();
  for (const std::string& id : stage.upstream) {
    const Json earlier = done.manifest_of(id);
    for (const Json& output : earlier.at("outputs"))
      manifest["inputs"].push_back({{"stage", id}, {"path", output.at("path")}, {"sha256", output.at("sha256")}});
  }
  manifest["outputs"] = Json::array();
  for (const Manifest::Output& output : done.manifest.outputs()) {
    const fs::path file = output.file.is_absolute() ? output.file : done.folder / output.file;
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    if (error) fail_io("{} did not write its file '{}': {}", stage.verb, file.string(), error.message());
    const std::string path = file.lexically_normal().lexically_relative(out_).generic_string();
    SPONGIOSA_ASSERT(!path.empty() && !path.starts_with(".."));
    manifest["outputs"].push_back({{"path", path}, {"role", output.role}, {"bytes", bytes}, {"sha256", sha256_file(file)}});
  }
  manifest["notes"] = done.manifest.notes();
  manifest["results"] = done.manifest.results();
  manifest["sha256"] = manifest_sha256(manifest);
  write_json(done.folder / "manifest.json", manifest);
}

void Engine::remove_outputs(const Stage& stage, const std::vector<Manifest::Output>& declared) const {
  std::error_code ignored;
  const fs::path folder = stage_folder(stage);
  std::vector<fs::path> files;
  try {
    const Json old = fs::exists(folder / "manifest.json", ignored) ? read_json(folder / "manifest.json") : Json();
    if (old.is_object())
      for (const Json& output : old.value("outputs", Json::array())) files.push_back(out_ / output.value("path", ""));
  } catch (const std::exception&) {
    // A damaged manifest names no files.
  }
  // First of all: from now on the stage counts as never run.
  fs::remove(folder / "manifest.json", ignored);
  for (const Manifest::Output& output : declared) files.push_back(output.file.is_absolute() ? output.file : folder / output.file);
  for (const std::string& place : stage.places) fs::remove_all(out_ / place, ignored);
  for (const fs::path& file : files) {
    const std::string inside = file.lexically_normal().lexically_relative(out_).generic_string();
    if (inside.empty() || inside == "." || inside.starts_with("..")) continue;
    if (fs::is_regular_file(file, ignored)) fs::remove(file, ignored);
    fs::remove(fs::path(file) += ".part", ignored);
    if (file.parent_path() != out_) fs::remove(file.parent_path(), ignored);  // goes only when it is empty
  }
  fs::remove_all(folder, ignored);
}

Json Engine::files() const {
  Json list = Json::array();
  for (const StageStatus& status : statuses_) {
    if (status.state != StageState::kUpToDate && status.state != StageState::kRan) continue;
    const Json manifest = context(*status.stage).manifest_of(status.stage->id);
    for (const Json& output : manifest.at("outputs")) {
      Json entry = {{"stage", status.stage->id}};
      entry.update(output);
      list.push_back(entry);
    }
  }
  return list;
}

std::vector<bool> Engine::current_stages() const {
  std::vector<bool> current(stages_.size(), false);
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    const StageState state = statuses_.empty() ? StageState::kNotSelected : statuses_[i].state;
    if (state == StageState::kRan || state == StageState::kUpToDate) {
      current[i] = true;
      continue;
    }
    bool sound = true;
    for (std::size_t k = 0; k < i; ++k)
      if (std::count(stage.upstream.begin(), stage.upstream.end(), stages_[k].id) > 0) sound = sound && current[k];
    try {
      current[i] = sound && reason_to_run(stage, key_of(stage)).empty();
    } catch (const Error&) {
      // What it reads cannot be read: the scan is gone, say.
    }
  }
  return current;
}

Json Engine::results(const std::string& verb) const {
  std::error_code ignored;
  for (const Stage& stage : stages_)
    if (stage.verb == verb && fs::exists(stage_folder(stage) / "manifest.json", ignored))
      return context(stage).results_of(stage.id);
  return nullptr;
}

}  // namespace spongiosa::workflow
