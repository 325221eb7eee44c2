#pragma once
/// A stage is a pure function of the case and of earlier stages' files. It writes its files into its own folder and says in
/// its manifest what it read, made and changed. The engine skips it when nothing it reads has changed.

#include "core/json.h"
#include "core/progress.h"
#include "workflow/case.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Filled by the stage while it runs; written by the engine as stages/<id>/manifest.json when the stage has finished.
class Manifest {
 public:
  /// A file the stage made; `role` says what it is ("label map", "print mesh"). Hashed by the engine.
  void output(const std::filesystem::path& file, const std::string& role) { outputs_.push_back({file, role}); }
  /// Something removed, filled, clamped, assumed or resampled: what and how much.
  void note(const std::string& sentence) { notes_.push_back(sentence); }
  /// The numbers of the stage, with units in the keys; later stages and the report read them.
  Json& results() { return results_; }

  struct Output {
    std::filesystem::path file;
    std::string role;
  };
  const std::vector<Output>& outputs() const { return outputs_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const Json& results() const { return results_; }

 private:
  std::vector<Output> outputs_;
  std::vector<std::string> notes_;
  Json results_ = Json::object();
};

struct StageContext {
  const Case& design;
  std::filesystem::path out;        ///< DIR: the results folder
  std::filesystem::path folder;     ///< DIR/stages/<id>, exists and is empty of this stage's old outputs
  std::filesystem::path data;       ///< --data / SPONGIOSA_DATA; may be empty
  Progress progress;
  Manifest manifest;

  std::filesystem::path stage_folder(const std::string& id) const { return out / "stages" / id; }
  /// The "results" of an earlier stage's manifest.
  Json results_of(const std::string& id) const;
  /// The whole manifest of an earlier stage.
  Json manifest_of(const std::string& id) const;
};

struct Stage {
  std::string id;                        ///< "01_import"
  std::string verb;                      ///< "import", the subcommand
  std::string title;                     ///< "Import CT"
  int version = 1;                       ///< raised when the stage's results change for the same input
  std::vector<std::string> parameters = {};   ///< case paths it reads (a prefix stands for all below)
  std::vector<std::string> upstream = {};     ///< ids of the stages whose files it reads
  /// Hash of what it reads from outside the results folder (the CT files); may be null.
  std::string (*external_hash)(const StageContext&) = nullptr;
  /// Estimated voxels, unknowns, memory_bytes, file_bytes, files (a list of paths relative to DIR), and memory_parameters (the
  /// case paths to change when memory_bytes is more than there is); all optional. May throw Error(kBadInput) early. May be null.
  Json (*estimate)(const StageContext&) = nullptr;
  void (*run)(StageContext&) = nullptr;
  /// Refuses what the case asks of this stage (an unknown cell or material) before any stage runs. @throws Error(kBadInput).
  void (*precheck)(const Case&) = nullptr;
  /// What it writes outside its own folder: files and folders relative to DIR ("implant.stl", "fields"). The engine removes them
  /// before a run and after one that failed; declared outputs are removed in any case.
  std::vector<std::string> places = {};
};

/// In order of execution. One file per stage in workflow/stages/, listed in workflow/stages/stages.cpp.
const std::vector<Stage>& all_stages();

}  // namespace spongiosa::workflow
