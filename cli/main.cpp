/// spongiosa: parses the command line, runs one subcommand, turns every error into one line and an exit code.

#include "cli/anatomy.h"
#include "cli/print_check.h"
#include "core/json.h"
#include "core/log.h"
#include "core/processes.h"
#include "core/progress.h"
#include "core/text.h"
#include "core/threads.h"
#include "workflow/engine.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>
#include <thread>

#include <unistd.h>

namespace spongiosa::cli {

namespace {

constexpr const char* kDescription =
    "Examples:\n"
    "  spongiosa run examples/phantom-c5                 bring all stages of a case up to date\n"
    "  spongiosa run CASE --data SCANS --set lattice.porosity_fraction=0.65 --dry-run\n"
    "\n"
    "Designs the porous inside of implants: CT in, a fitted, porous, stress-checked and documented implant out.";

constexpr const char* kFooter =
    "'spongiosa COMMAND --help' says more. Start with 'spongiosa new NAME', then 'spongiosa run NAME'.\n"
    "Exit codes: 0 done, 1 a design check failed, 2 wrong usage, 3 bad input, 4 computation failed,\n"
    "5 file error, 130 cancelled. docs/04-command-line.md describes everything.";

/// First Ctrl-C asks the running stage to stop at its next report; the second ends the process at once.
extern "C" void on_signal(int signal) {
  if (cancel_requested()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  request_cancel();
  constexpr char text[] = "\nstopping; press Ctrl-C again to end at once\n";
  [[maybe_unused]] const auto ignored = write(STDERR_FILENO, text, sizeof text - 1);
}

std::vector<std::string> visible_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  return names;
}

/// CLI11 only says "not expected"; people want to know what was meant.
void refuse_unknown_word(const CLI::App& app, int count, char** words) {
  if (count < 2 || words[1][0] == '-') return;
  const std::vector<std::string> known = visible_commands(app);
  if (std::find(known.begin(), known.end(), words[1]) != known.end()) return;
  const std::string nearest = nearest_name(words[1], known);
  fail_usage("there is no command '{}'{}; 'spongiosa --help' lists all", words[1],
             nearest.empty() ? "" : "; did you mean '" + nearest + "'?");
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  const CLI::App& command = given.empty() ? app : *given.back();
  const std::string help = "; see 'spongiosa" + (given.empty() ? "" : " " + command.get_name()) + " --help'";
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
    std::vector<std::string> known;
    for (const CLI::Option* option : command.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    const std::vector<std::string> extras = app.remaining(true);
    const std::string word = extras.empty() ? "" : extras.front();
    const std::string nearest = word.starts_with("-") ? nearest_name(word.substr(0, word.find('=')), known) : "";
    return fmt::format("'{}' was not expected{}{}", word, nearest.empty() ? "" : "; did you mean " + nearest + "?", help);
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text + help;
}

/// Results that never arrived are an error, not a success.
void require_written_output() {
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0) fail_io("cannot write to standard output: is the disk full?");
}

int fail_with(const Commands& commands, ExitCode code, const std::string& message) {
  // Processes mostly fail for the same reason: the first one says it and ends all; another one only where the first has not failed.
  if (launched_rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(5));
  std::fprintf(stderr, "spongiosa: %s\n", message.c_str());
  if (commands.json && !commands.json_printed)
    std::fputs(canonical_text(Json{{"exit_code", int(code)}, {"error", message}}).c_str(), stdout);
  if (processes_started()) {
    std::fflush(nullptr);
    processes()->abort(int(code));
  }
  return int(code);
}

int run(int count, char** words) {
  CLI::App app(kDescription, "spongiosa");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", "spongiosa " + workflow::program_version());
  app.get_formatter()->column_width(34);
  Commands commands{app};
  add_run(commands);
  add_new(commands);
  add_show(commands);
  add_cells(commands);
  add_lattice(commands);
  add_phantom(commands);
  add_homogenize(commands);
  add_inspect(commands);
  add_measure(commands);
  add_mesh(commands);
  add_microfe(commands);
  add_compare_scan(commands);
  add_coupons(commands);
  add_print_check(commands);
  add_submodel(commands);
  add_construct(commands);
  add_slice(commands);
  add_documents(commands);
  add_study(commands);
  add_compare_test(commands);
  add_validate(commands);
  add_verify(commands);
  add_series(commands);
  add_mask(commands);
  add_calibrate(commands);
  add_femur(commands);
  add_doctor(commands);
  add_completion(commands);
  add_schema(commands);
  try {
    refuse_unknown_word(app, count, words);
    app.parse(count, words);
    const ExitCode code = commands.action();
    require_written_output();
    return int(code);
  } catch (const CLI::Success& help) {
    const int code = app.exit(help);
    std::cout.flush();
    return std::cout ? code : fail_with(commands, ExitCode::kIo, "cannot write to standard output: is the disk full?");
  } catch (const CLI::ParseError& error) {
    return fail_with(commands, ExitCode::kUsage, count < 2 ? "no command given; see 'spongiosa --help'" : explain(app, error));
  } catch (const Error& error) {
    return fail_with(commands, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail_with(commands, ExitCode::kComputationFailed,
                     "out of memory: make the case coarser (implant.voxel_mm, lattice.voxel_mm, solve.cell_mm), or use a larger machine");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail_with(commands, ExitCode::kIo, error.what());
  } catch (const std::exception& error) {
    return fail_with(commands, ExitCode::kComputationFailed, std::string("unexpected error: ") + error.what());
  }
}

}  // namespace

void add_common_options(CLI::App& command, CommonOptions& common) {
  command.add_option("--threads", common.threads, "Threads to use; all cores when absent")->check(CLI::Range(1, 1024));
  command.add_option("--progress", common.progress, "How progress is shown on stderr; auto: bar on a terminal, else plain")
      ->check(CLI::IsMember({"auto", "bar", "plain", "jsonl", "none"}));
  auto* quiet = command.add_flag("-q,--quiet", common.quiet, "Only errors on stderr");
  command.add_flag("-v,--verbose", common.verbose, "More on stderr")->excludes(quiet);
}

void apply(const CommonOptions& common) {
  set_log_level(common.quiet ? LogLevel::kQuiet : common.verbose ? LogLevel::kDebug : LogLevel::kInfo);
  set_thread_count(common.threads);
  struct sigaction handler = {};
  handler.sa_handler = on_signal;
  sigaction(SIGINT, &handler, nullptr);
  sigaction(SIGTERM, &handler, nullptr);
}

}  // namespace spongiosa::cli

int main(int count, char** words) { return spongiosa::cli::run(count, words); }
