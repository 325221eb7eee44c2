#pragma once
/// Brings the stages of a case up to date: runs what has to run, skips what has not changed, leaves nothing half-written.

#include "workflow/stage.h"

#include <functional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Which stages, by verb ("shape") or id ("03_shape"); empty: all.
struct RunSelection {
  std::string from = {};    ///< run this stage and all after it again, even when up to date
  std::string to = {};      ///< stop after this stage
  std::string only = {};    ///< this stage alone; the stages it reads must be up to date. Excludes from and to.
  bool force = false;  ///< run the selected stages again, and take over a folder that holds another case's results
};

enum class StageState { kNotSelected, kUpToDate, kToRun, kRunning, kRan, kFailed, kCancelled };
std::string to_string(StageState state);

struct StageStatus {
  const Stage* stage = nullptr;
  StageState state = StageState::kNotSelected;
  std::string reason = {};               ///< why it runs or not: "never run", "lattice.porosity_fraction changed from 0.7 to 0.6" ...
  Json estimate = nullptr;          ///< of a dry run; {"unknown": why} when it needs an earlier stage's result
  double wall_s = 0.0;              ///< of a stage that ran
  double peak_memory_mib = 0.0;     ///< of the process while the stage ran
};

/// Told from the thread that calls Engine::run; `progress` possibly from others.
struct EngineObserver {
  std::function<void(const StageStatus&, std::size_t position, std::size_t count)> stage_begins = {};
  std::function<void(const StageStatus&, double fraction, const std::string& message)> progress = {};
  std::function<void(const StageStatus&)> stage_ended = {};  ///< also for a stage that is up to date
};

class Engine {
 public:
  /// @param out  DIR: the results folder. @param data  folder of scans, may be empty.
  Engine(const std::vector<Stage>& stages, Case design, std::filesystem::path out, std::filesystem::path data);

  /// What run() would do, with estimates. Writes nothing, not even DIR.
  /// @throws Error(kUsage) for an unknown stage (with the nearest) or a contradicting selection, Error(kBadInput) of a precheck or
  ///   when DIR holds another case's results: what run() would refuse.
  std::vector<StageStatus> plan(const RunSelection& selection) const;

  /// @throws Error: of a stage; kIo when DIR cannot be written, or another run works in it; kBadInput when DIR holds another
  ///   case's results; kComputationFailed when a stage needs more memory than there is. A stage that fails or is cancelled
  ///   leaves no file of its own; finished stages are kept. Once a stage has begun, print files and reports of later stages that
  ///   no longer belong to the case as it is now are removed, however the run ends; DIR/case-as-run.json is written at that time.
  void run(const RunSelection& selection, const EngineObserver& observer = {});

  /// After run(), also when it has thrown.
  const std::vector<StageStatus>& statuses() const { return statuses_; }
  const Case& design() const { return design_; }
  const std::filesystem::path& out() const { return out_; }
  /// All files of stages that are up to date or ran: {stage, path, role, bytes, sha256}.
  Json files() const;
  /// Per stage: whether it has a result that belongs to the case as it is now, as have all it reads.
  std::vector<bool> current_stages() const;
  /// The "results" of a stage's manifest; null when it has none.
  Json results(const std::string& verb) const;

 private:
  struct Key;
  struct Chosen;
  Chosen choose(const RunSelection& selection) const;
  StageContext context(const Stage& stage) const;
  Key key_of(const Stage& stage) const;
  std::string reason_to_run(const Stage& stage, const Key& key) const;
  /// @throws Error(kBadInput) when DIR holds another case's results and they may not be replaced.
  bool holds_another_case(bool may_replace) const;
  /// Before the first stage that runs: DIR becomes this case's.
  void begin_execution() const;
  /// Removes what stages that are not current have written outside their own folders.
  void withdraw_outdated() const;
  /// After the last stage that ran, however it ended.
  void end_execution() const;
  void run_chosen(const Chosen& chosen, const RunSelection& selection, const EngineObserver& observer, bool& executed);
  void execute(const Stage& stage, StageStatus& status, const EngineObserver& observer) const;
  void write_manifest(const Stage& stage, const StageContext& done, const Key& key) const;
  void remove_outputs(const Stage& stage, const std::vector<Manifest::Output>& declared) const;
  std::filesystem::path stage_folder(const Stage& stage) const { return out_ / "stages" / stage.id; }

  const std::vector<Stage>& stages_;
  Case design_;
  std::filesystem::path out_, data_;
  std::vector<StageStatus> statuses_;
};

/// The version the program was built as ("0.1.0"); part of every cache key.
std::string program_version();

}  // namespace spongiosa::workflow
