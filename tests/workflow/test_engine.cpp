#include "tests/workflow/case_text.h"
#include "tests/workflow/fake_stages.h"
#include "workflow/engine.h"
#include "workflow/engine_resources.h"

#include <set>

namespace fs = std::filesystem;
using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

struct Fixture {
  Fixture() { fake::reset(); }
  ~Fixture() { fake::reset(); }

  Engine engine(const std::vector<std::string>& assignments = {}) const {
    return Engine(fake::stages(), folder.load(assignments), out(), "");
  }
  /// Verbs of the stages that ran.
  std::vector<std::string> run(const std::vector<std::string>& assignments = {}, const RunSelection& selection = {}) {
    fake::runs.clear();
    Engine working = engine(assignments);
    working.run(selection);
    std::vector<std::string> ran;
    for (const Stage& stage : fake::stages())
      if (fake::runs.count(stage.verb)) ran.push_back(stage.verb);
    return ran;
  }
  ExitCode failure(const RunSelection& selection = {}, std::string* message = nullptr, const std::vector<std::string>& assignments = {}) {
    try {
      run(assignments, selection);
    } catch (const Error& error) {
      if (message) *message = error.what();
      return error.code();
    }
    return ExitCode::kDone;
  }
  fs::path out() const { return folder.path() / "results"; }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(out()))
      if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), out()).generic_string());
    return names;
  }

  CaseFolder folder;
};

using Verbs = std::vector<std::string>;

}  // namespace

TEST_CASE("everything runs once, then nothing") {
  Fixture f;
  CHECK(f.run() == Verbs{"make", "double", "sum"});
  CHECK(f.run() == Verbs{});
  CHECK(read_text_file(f.out() / "sum" / "print.txt") == "21.000000");
  const auto statuses = f.engine().plan({});
  for (const StageStatus& status : statuses) CHECK(status.state == StageState::kUpToDate);
}

TEST_CASE("a parameter that changed runs the stages that read it and those that see a change") {
  Fixture f;
  f.run();
  CHECK(f.run({"solve.cell_mm=1.0"}) == Verbs{"double"});  // its result is the same: sum need not run
  CHECK(f.run({"solve.cell_mm=1.0"}) == Verbs{});
  CHECK(f.run({"lattice.porosity_fraction=0.8", "solve.cell_mm=1.0"}) == Verbs{"make", "double", "sum"});
  CHECK(f.run({"lattice.porosity_fraction=0.81", "solve.cell_mm=1.0"}) == Verbs{"make"});  // rounds to the same
  CHECK(f.run({"lattice.porosity_fraction=0.81", "solve.cell_mm=1.0", "check.yield_factor_min=2"}) == Verbs{});
}

TEST_CASE("the plan says what would run and why, and writes nothing") {
  Fixture f;
  auto statuses = f.engine().plan({});
  CHECK_FALSE(fs::exists(f.out()));
  CHECK(statuses[0].reason == "never run");
  CHECK(statuses[1].reason == "make runs before it");
  CHECK(statuses[1].estimate.contains("unknown"));
  f.run();
  statuses = f.engine({"lattice.porosity_fraction=0.8"}).plan({});
  CHECK(statuses[0].reason == "lattice.porosity_fraction changed from 0.7 to 0.8");
  CHECK(statuses[0].state == StageState::kToRun);
  statuses = f.engine({"solve.cell_mm=1.0"}).plan({});
  CHECK(statuses[0].state == StageState::kUpToDate);
  CHECK(statuses[1].estimate["voxels"] == 14.0);
  fake::external = "scan-2";
  CHECK(f.engine().plan({})[0].reason == "its input files changed");
  statuses = f.engine().plan({.to = "make"});
  CHECK(statuses[2].state == StageState::kNotSelected);
}

TEST_CASE("a file that was changed, truncated or deleted is made again") {
  Fixture f;
  f.run();
  const fs::path inside = f.out() / "stages" / "02_double" / "double.txt";
  write_text_file(inside, "yyyyyyyyyyyyyy");  // same size
  CHECK(f.engine().plan({})[1].reason == "its file stages/02_double/double.txt was changed");
  CHECK(f.run() == Verbs{"double"});
  fs::remove(f.out() / "sum" / "print.txt");
  CHECK(f.engine().plan({})[2].reason == "its file sum/print.txt is missing");
  CHECK(f.run() == Verbs{"sum"});
  write_text_file(f.out() / "stages" / "01_make" / "manifest.json", "{ \"key\": 3");
  CHECK(f.engine().plan({.to = "make"})[0].reason == "its manifest is damaged");
}

TEST_CASE("a manifest edited by hand is not believed") {
  Fixture f;
  f.run();
  const fs::path file = f.out() / "stages" / "02_double" / "manifest.json";
  Json manifest = read_json(file);
  REQUIRE(manifest.at("results").at("value") == 14.0);
  manifest["results"]["value"] = 15.0;
  write_json(file, manifest);
  CHECK(f.engine().plan({})[1].reason == "its manifest was changed");
  CHECK_FALSE(f.engine().current_stages()[1]);
  CHECK(f.run() == Verbs{"double"});
  CHECK(read_json(file).at("results").at("value") == 14.0);
}

TEST_CASE("print files that belong to an earlier state of the case do not stay") {
  Fixture f;
  f.run();
  CHECK(f.engine().current_stages() == std::vector<bool>{true, true, true});
  CHECK(f.run({"lattice.porosity_fraction=0.8"}, {.to = "make"}) == Verbs{"make"});
  CHECK(f.files().count("make/print.txt") == 1);
  CHECK(f.files().count("double/print.txt") == 0);
  CHECK(f.files().count("sum/print.txt") == 0);  // although nothing that sum itself reads has changed yet
  CHECK(f.run({"lattice.porosity_fraction=0.8"}) == Verbs{"double", "sum"});
}

TEST_CASE("the case as run is written when something runs, and only then") {
  Fixture f;
  f.run();
  const auto cell_mm = [&] { return read_json(f.out() / "case-as-run.json").at("solve").at("cell_mm").get<double>(); };
  CHECK(f.failure({}, nullptr, {"lattice.cell=unknown", "solve.cell_mm=1.0"}) == ExitCode::kBadInput);
  CHECK(f.failure({.only = "sum"}, nullptr, {"solve.cell_mm=1.0"}) == ExitCode::kUsage);
  CHECK(cell_mm() == 0.8);
  CHECK(f.files().count("sum/print.txt") == 1);
  f.run({"solve.cell_mm=1.0"});
  CHECK(cell_mm() == 1.0);
}

TEST_CASE("from, to, only and force") {
  Fixture f;
  CHECK(f.run({}, {.to = "double"}) == Verbs{"make", "double"});
  CHECK(f.run({}, {.only = "03_sum"}) == Verbs{"sum"});
  CHECK(f.run({}, {.from = "double"}) == Verbs{"double", "sum"});
  CHECK(f.run({}, {.only = "double", .force = true}) == Verbs{"double"});
  CHECK(f.run({}, {.force = true}) == Verbs{"make", "double", "sum"});
  std::string message;
  CHECK(f.failure({.only = "sum"}, &message, {"lattice.porosity_fraction=0.8"}) == ExitCode::kUsage);
  CHECK_THAT(message, Catch::Contains("make is not up to date (lattice.porosity_fraction changed from 0.7 to 0.8)"));
  CHECK(f.failure({.to = "duoble"}, &message) == ExitCode::kUsage);
  CHECK_THAT(message, Catch::Contains("did you mean double?"));
  CHECK(f.failure({.from = "sum", .to = "make"}) == ExitCode::kUsage);
  CHECK(f.failure({.from = "make", .only = "make"}) == ExitCode::kUsage);
}

TEST_CASE("a stage that fails leaves nothing of its own, and earlier stages stay") {
  Fixture f;
  f.run();
  const std::set<std::string> before = f.files();
  fake::fail_in = "double";
  std::string message;
  CHECK(f.failure({}, &message, {"solve.cell_mm=1.0"}) == ExitCode::kComputationFailed);
  CHECK(message == "double did not converge");
  std::set<std::string> expected = before;
  for (const char* gone : {"stages/02_double/double.txt", "stages/02_double/manifest.json", "stages/02_double/timing.json",
                           "double/print.txt", "sum/print.txt"})  // the print file of sum would pass for a current one
    REQUIRE(expected.erase(gone) == 1);
  CHECK(f.files() == expected);
  fake::fail_in.clear();
  CHECK(f.run({"solve.cell_mm=1.0"}) == Verbs{"double", "sum"});
  CHECK(f.files() == before);
}

TEST_CASE("a cancel keeps finished stages, and the next run goes on from there") {
  Fixture f;
  fake::cancel_in = "double";
  CHECK(f.failure() == ExitCode::kCancelled);
  CHECK(f.files().count("stages/01_make/manifest.json") == 1);
  for (const std::string& name : f.files()) CHECK_FALSE(name.find("double") != std::string::npos);
  fake::reset();
  CHECK(f.run() == Verbs{"double", "sum"});
}

TEST_CASE("a result that is not finite is an error, not a file") {
  Fixture f;
  fake::make_nan = true;
  std::string message;
  CHECK(f.failure({}, &message) == ExitCode::kComputationFailed);
  CHECK_THAT(message, Catch::Contains("make computed a value that is not a finite number: value"));
  CHECK_FALSE(fs::exists(f.out() / "stages" / "01_make"));
}

TEST_CASE("the manifest names what was read and made, and nothing of time or machine") {
  Fixture f;
  f.run();
  const fs::path file = f.out() / "stages" / "02_double" / "manifest.json";
  const Json manifest = read_json(file);
  CHECK(manifest["stage"] == "02_double");
  CHECK(manifest["parameters"]["solve.cell_mm"] == 0.8);
  CHECK(manifest["inputs"][0]["path"] == "stages/01_make/make.txt");
  CHECK(manifest["outputs"][1]["path"] == "double/print.txt");
  CHECK(manifest["outputs"][1]["bytes"] == 14);
  CHECK(manifest["outputs"][1]["sha256"].get<std::string>().size() == 64);
  const std::string first = read_text_file(file);
  CHECK(first.find(f.out().string()) == std::string::npos);
  f.run({}, {.force = true});
  CHECK(read_text_file(file) == first);
  const Json timing = read_json(f.out() / "stages" / "02_double" / "timing.json");
  CHECK(timing.contains("wall_s"));
  CHECK(timing["peak_memory_mib"].get<double>() > 1.0);
}

TEST_CASE("results of another case are not overwritten without force") {
  Fixture f;
  f.run();
  std::string message;
  CHECK(f.failure({}, &message, {"case_id=other"}) == ExitCode::kBadInput);
  CHECK_THAT(message, Catch::Contains("holds the results of the case 'test-c5', not of 'other'") && Catch::Contains("--force"));
  CHECK_THROWS_WITH(f.engine({"case_id=other"}).plan({}), Catch::Contains("holds the results of the case 'test-c5'"));
  CHECK_NOTHROW(f.engine({"case_id=other"}).plan({.force = true}));
  CHECK(f.run() == Verbs{});
  CHECK(f.run({"case_id=other"}, {.to = "make", .force = true}) == Verbs{"make"});
  CHECK(f.files().count("sum/print.txt") == 0);  // the other case's files do not stay among ours
}

TEST_CASE("two runs in one folder do not meet") {
  Fixture f;
  f.run();
  const FolderLock held(f.out());
  std::string message;
  CHECK(f.failure({}, &message) == ExitCode::kIo);
  CHECK_THAT(message, Catch::Contains("another run is working"));
  Engine refused = f.engine();
  CHECK_THROWS_AS(refused.run({.to = "double"}), Error);
  CHECK(refused.statuses()[0].state == StageState::kToRun);  // selected, and not reached
  CHECK(refused.statuses()[0].reason == "not reached");
  CHECK(refused.statuses()[2].state == StageState::kNotSelected);
}

TEST_CASE("a stage that needs more memory than there is does not start") {
  Fixture f;
  fake::memory_bytes = 1e18;
  std::string message;
  CHECK(f.failure({}, &message) == ExitCode::kComputationFailed);
  CHECK_THAT(message, Catch::Contains("double needs about") && Catch::Contains("are available") && Catch::Contains("solve.cell_mm"));
  CHECK(fake::runs["double"] == 0);
  CHECK(available_memory_bytes() > 1e6);
}

TEST_CASE("an output folder that cannot be made is a file error, before anything runs") {
  Fixture f;
  write_text_file(f.folder.path() / "file", "x");
  Engine engine(fake::stages(), f.folder.load(), f.folder.path() / "file" / "results", "");
  try {
    engine.run({});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kIo);
  }
  CHECK(fake::runs.empty());
}

TEST_CASE("what a later stage cannot do is refused before the first one runs") {
  Fixture f;
  CHECK(f.failure({}, nullptr, {"lattice.cell=unknown"}) == ExitCode::kBadInput);
  CHECK(fake::runs.empty());
  CHECK(f.failure({.to = "make"}, nullptr, {"lattice.cell=unknown"}) == ExitCode::kDone);
}

TEST_CASE("the observer hears of every stage in order") {
  Fixture f;
  std::vector<std::string> heard;
  EngineObserver observer;
  observer.stage_begins = [&](const StageStatus& s, std::size_t position, std::size_t count) {
    heard.push_back("begin " + s.stage->verb + " " + std::to_string(position) + "/" + std::to_string(count));
  };
  observer.progress = [&](const StageStatus& s, double, const std::string& message) { heard.push_back(s.stage->verb + " " + message); };
  observer.stage_ended = [&](const StageStatus& s) { heard.push_back("end " + s.stage->verb + " " + to_string(s.state)); };
  Engine engine = f.engine();
  engine.run({.to = "double"}, observer);
  CHECK(heard == Verbs{"begin make 1/2", "make half", "end make ran", "begin double 2/2", "double half", "end double ran"});
  CHECK(engine.files().size() == 4);
  CHECK(engine.results("make")["value"] == 7.0);
}
