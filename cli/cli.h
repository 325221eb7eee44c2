#pragma once
/// The program's skeleton: every subcommand is one file with one add_* function that declares its options and sets the action.

#include "core/error.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>
#include <string>
#include <vector>

namespace spongiosa::cli {

/// Options that every working subcommand takes.
struct CommonOptions {
  int threads = 0;      ///< 0: all cores
  bool quiet = false;
  bool verbose = false;
  std::string progress = "auto";
};

struct Commands {
  CLI::App& app;
  std::function<ExitCode()> action = {};  ///< of the subcommand that was given
  CommonOptions common = {};
  bool json = false;          ///< the one given wants one JSON document on stdout, also for an error
  bool json_printed = false;  ///< it has been written
};

void add_run(Commands& commands);           // run, and one verb per stage
void add_show(Commands& commands);
void add_new(Commands& commands);
void add_cells(Commands& commands);
void add_lattice(Commands& commands);
void add_phantom(Commands& commands);
void add_homogenize(Commands& commands);
void add_inspect(Commands& commands);
void add_measure(Commands& commands);
void add_mesh(Commands& commands);
void add_microfe(Commands& commands);
void add_submodel(Commands& commands);
void add_construct(Commands& commands);
void add_slice(Commands& commands);
void add_documents(Commands& commands);
void add_study(Commands& commands);
void add_compare_test(Commands& commands);
void add_validate(Commands& commands);
void add_verify(Commands& commands);
void add_doctor(Commands& commands);
void add_schema(Commands& commands);        // hidden
void add_completion(Commands& commands);

/// --threads, --progress, --quiet, -v
void add_common_options(CLI::App& command, CommonOptions& common);
/// Puts thread limit and log level into force; the first thing every action does.
void apply(const CommonOptions& common);

}  // namespace spongiosa::cli
