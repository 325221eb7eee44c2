/// doctor: what this machine and this installation can do; the first thing to look at in a report of a problem.

#include "cli/cli.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/module.h"
#include "core/text.h"
#include "core/threads.h"
#include "workflow/engine.h"
#include "workflow/engine_resources.h"
#include "workflow/stage_module.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

struct Finding {
  std::string name, value;
  bool good = true;
};

std::string after_colon(const char* file, const std::string& name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with(name)) {
      const std::size_t colon = line.find(':');
      const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? "" : line.substr(begin);
    }
  return "";
}

std::string cpu_features() {
  const std::string flags = " " + after_colon("/proc/cpuinfo", "flags") + " ";
  std::vector<std::string> found;
  for (const char* feature : {"avx2", "fma", "avx512f"})
    if (flags.find(" " + std::string(feature) + " ") != std::string::npos) found.push_back(feature);
  return found.empty() ? "none of avx2, fma, avx512f" : join(found, " ");
}

Finding module_finding(const std::string& name, const std::string& what, const std::string& symbol) {
  try {
    module_symbol(name, symbol);
    return {"module " + name, "loads (" + what + ")"};
  } catch (const Error& error) {
    return {"module " + name, error.what(), false};
  }
}

Finding program_finding(const std::string& program, const std::string& without) {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  std::error_code ignored;
  for (std::string folder; std::getline(path, folder, ':');)
    if (fs::exists(fs::path(folder) / program, ignored)) return {program, (fs::path(folder) / program).string()};
  return {program, "not found: " + without, false};
}

/// A level set sphere and a known hash: OpenVDB, threads and the arithmetic work.
Finding self_test() {
  try {
    const double error = workflow::sphere_volume_error();
    const bool hash = sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    return {"self-test", fmt::format("sphere volume off by {:.3f} %, hash {}", 100.0 * error, hash ? "right" : "wrong"),
            error < 0.005 && hash};
  } catch (const Error& error) {
    return {"self-test", error.what(), false};
  }
}

ExitCode examine(bool json) {
  std::vector<Finding> findings = {
      {"spongiosa", workflow::program_version()},
      {"compiler", SPONGIOSA_COMPILER},
      {"libraries", SPONGIOSA_LIBRARIES},
      {"processor", after_colon("/proc/cpuinfo", "model name")},
      {"processor features", cpu_features()},
      {"cores", std::to_string(std::thread::hardware_concurrency())},
      {"memory available", human_bytes(workflow::available_memory_bytes())},
  };
  const char* data = std::getenv("SPONGIOSA_DATA");
  findings.push_back({"SPONGIOSA_DATA", data ? data : "not set (name scans with --data)"});
  findings.push_back(module_finding("design", "OpenVDB", "spongiosa_design_stages"));
  findings.push_back(module_finding("imaging", "ITK", "spongiosa_import_ct"));
  findings.push_back(module_finding("fea", "deal.II", "spongiosa_fea_solve_continuum"));
  findings.push_back(program_finding("weasyprint", "no PDF report; install the package weasyprint, or set output.pdf=false"));
  findings.push_back(self_test());

  bool good = true;
  Json document = Json::array();
  for (const Finding& finding : findings) {
    good = good && finding.good;
    if (json)
      document.push_back({{"name", finding.name}, {"value", finding.value}, {"good", finding.good}});
    else
      std::cout << fmt::format("{} {:<20} {}\n", finding.good ? "  " : "! ", finding.name, finding.value);
  }
  if (json) std::cout << canonical_text({{"findings", document}, {"good", good}});
  if (!good) fail_io("something is missing (marked above); README.md names the packages");
  return ExitCode::kDone;
}

}  // namespace

void add_doctor(Commands& commands) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("doctor", "Examine machine and installation, with a self-test");
  command->add_flag("--json", *json, "One JSON document on stdout");
  command->callback([json, &commands] { commands.action = [json] { return examine(*json); }; });
}

}  // namespace spongiosa::cli
