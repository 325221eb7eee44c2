#include "workflow/tools/validate_tool.h"

#include "core/child_process.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "workflow/engine.h"
#include "workflow/report/report.h"
#include "workflow/report/validation_html.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

/// A place for records and logs that goes when the work ends.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "spongiosa-validate-XXXXXX").string();
    if (!mkdtemp(name.data())) fail_io("cannot make a folder in '{}'", fs::temp_directory_path().string());
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string last_line(const fs::path& log) {
  std::error_code ignored;
  if (!fs::exists(log, ignored)) return "";
  std::string text = read_text_file(log);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

Json chosen_problems(const ValidateJob& job) {
  const Json all = validation_problems(job.programs);
  if (job.only.empty()) return all;
  std::vector<std::string> ids;
  for (const Json& problem : all) ids.push_back(problem.at("id"));
  for (const std::string& id : job.only)
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      const std::string nearest = nearest_name(id, ids);
      fail_usage("there is no validation '{}'{}; there are {}", id, nearest.empty() ? "" : "; did you mean " + nearest + "?", join(ids, ", "));
    }
  Json chosen = Json::array();
  for (const Json& problem : all)
    if (std::find(job.only.begin(), job.only.end(), problem.at("id").get<std::string>()) != job.only.end()) chosen.push_back(problem);
  return chosen;
}

/// Brings the problem's case up to the stage it needs. @return its results
fs::path solve_case(const ValidateJob& job, const Json& problem, const fs::path& scratch, const Progress& progress) {
  const std::string name = problem.at("case"), stage = problem.at("stage");
  const fs::path results = (job.out.empty() ? scratch : job.out) / "cases" / name;
  progress.report(0.0, fmt::format("{}: case {} up to {}", problem.at("id").get<std::string>(), name, stage));
  std::vector<std::string> command = {job.program.string(), "run", (job.examples / name).string(), "--out", results.string(), "--to", stage, "--quiet"};
  const ChildEnd end = run_child(command, scratch / "case.log", throw_if_cancelled);
  if (end.signalled || end.code > int(ExitCode::kCheckFailed)) fail_computation("the case '{}' could not be solved (exit code {})", name, end.code);
  return results;
}

void judge(Json& problem, const Json& record) {
  std::map<std::string, int> count;
  double least = 1.0;
  for (const Json& row : record.at("rows")) {
    const std::string verdict = row.at("verdict");
    ++count[verdict];
    if ((verdict == "pass" || verdict == "fail") && row.at("margin").is_number()) least = std::min(least, row.at("margin").get<double>());
  }
  problem["rows"] = record.at("rows");
  problem["remarks"] = record.at("remarks");
  problem["passed"] = count["pass"];
  problem["failed"] = count["fail"];
  problem["near"] = count["near"];
  problem["off"] = count["off"];
  problem["least_margin"] = least;
  problem["state"] = count["fail"] > 0 ? "failed" : "passed";
}

void run_problem(const ValidateJob& job, Json& problem, const Progress& progress) {
  const std::string id = problem.at("id");
  problem["state"] = "not run";
  problem["reason"] = nullptr;
  problem["rows"] = problem["remarks"] = Json::array();
  for (const char* number : {"passed", "failed", "near", "off"}) problem[number] = 0;
  problem["least_margin"] = nullptr;
  const ScratchFolder scratch;
  std::vector<std::string> command = {(job.programs / ("validate_" + id)).string()};
  std::error_code ignored;
  if (!fs::exists(command[0], ignored)) {
    problem["reason"] = "its program is not built";
    return;
  }
  for (const Json& folder : problem.at("data")) {
    const fs::path place = (job.data / folder.get<std::string>()).lexically_normal();
    if (job.data.empty() || !fs::exists(place, ignored)) {
      problem["reason"] = fmt::format("needs the public data '{}': name their folder with --data", folder.get<std::string>());
      return;
    }
    command.push_back(place.string());
  }
  try {
    if (!problem.at("case").is_null()) command.push_back(solve_case(job, problem, scratch.path(), progress).string());
    const fs::path record = scratch.path() / "record.json", log = scratch.path() / "log.txt";
    command.insert(command.end(), {"--record", record.string()});
    auto told = std::chrono::steady_clock::now();
    const ChildEnd end = run_child(command, log, [&] {
      throw_if_cancelled();
      if (std::chrono::steady_clock::now() - told < std::chrono::seconds(1)) return;
      told = std::chrono::steady_clock::now();
      progress.report(0.3, id + ": " + last_line(log));
    });
    if (end.signalled || end.code > int(ExitCode::kCheckFailed) || !fs::exists(record, ignored)) {
      problem["state"] = "broken";
      problem["reason"] = fmt::format("ended with {} {}: {}", end.signalled ? "signal" : "exit code", end.code, last_line(log));
      return;
    }
    judge(problem, read_json(record));
  } catch (const Error& error) {
    if (error.code() == ExitCode::kCancelled) throw;
    problem["state"] = "broken";
    problem["reason"] = error.what();
  }
}

}  // namespace

Json validation_problems(const fs::path& programs) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(programs, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (files.empty()) fail_io("no validation problems in '{}': build them with the target 'all', or install the whole program", programs.string());
  std::sort(files.begin(), files.end());
  Json problems = Json::array();
  for (const fs::path& file : files) {
    Json problem = {{"id", file.stem().string()}};
    problem.update(read_json(file));
    for (const char* member : {"title", "compares", "reference", "acceptance", "minutes"}) problem.at(member);
    if (!problem.contains("data")) problem["data"] = Json::array();
    for (const char* member : {"case", "stage"})
      if (!problem.contains(member)) problem[member] = nullptr;
    problems.push_back(problem);
  }
  return problems;
}

Json run_validate_job(const ValidateJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  const Json problems = chosen_problems(job);
  double minutes = 0.0;
  for (const Json& problem : problems) minutes += problem.at("minutes").get<double>();
  announce(fmt::format("{} problems, about {:.0f} minutes on two cores", problems.size(), std::ceil(minutes)));
  if (!job.out.empty()) make_writable_folder(job.out);
  Json document = {{"format", "spongiosa-validation"}, {"version", 1}, {"program_version", program_version()}, {"problems", Json::array()}};
  Json times = Json::object();
  double done = 0.0;
  int passed = 0, failed = 0, gaps = 0;
  for (Json problem : problems) {
    const double share = problem.at("minutes").get<double>();
    const std::string id = problem.at("id");
    const auto begin = std::chrono::steady_clock::now();
    progress.report(done / minutes, id);
    run_problem(job, problem, progress.part(done / minutes, (done + share) / minutes));
    times[id] = std::round(10.0 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()) / 10.0;
    done += share;
    const std::string state = problem.at("state");
    (state == "passed" ? passed : state == "failed" ? failed : gaps) += 1;
    document["problems"].push_back(problem);
  }
  document["passed"] = passed;
  document["failed"] = failed;
  document["gaps"] = gaps;
  if (!job.out.empty()) {
    write_text_file(job.out / "validation.html", validation_html(document));
    if (job.pdf) write_pdf(job.out / "validation.html", job.out / "validation.pdf");
  }
  document["unhashed"] = {{"wall_s", times}};
  if (!job.out.empty()) write_json(job.out / "validation.json", document);
  return document;
}

}  // namespace spongiosa::workflow
