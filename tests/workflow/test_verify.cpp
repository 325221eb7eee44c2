#include "core/hash.h"
#include "tests/workflow/case_text.h"
#include "tests/workflow/fake_stages.h"
#include "workflow/verify.h"

#include <algorithm>

namespace fs = std::filesystem;
using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

struct Solved {
  Solved() {
    fake::reset();
    Engine(fake::stages(), folder.load(), out(), "").run({});
  }
  ~Solved() { fake::reset(); }

  fs::path out() const { return folder.path() / "results"; }
  Json verify() const { return verify_results(fake::stages(), out(), "", Progress()); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(out()))
      if (entry.is_regular_file() && entry.path().filename() != ".lock") names.push_back(fs::relative(entry.path(), out()).generic_string());
    std::sort(names.begin(), names.end());
    return names;
  }

  CaseFolder folder;
};

bool names(const Json& document, const std::string& path) {
  for (const Json& finding : document.at("findings"))
    if (finding.at("path") == path) return true;
  return false;
}

std::string what_of(const Json& document) {
  std::string all;
  for (const Json& finding : document.at("findings")) all += finding.at("path").get<std::string>() + ": " + finding.at("what").get<std::string>() + "\n";
  return all;
}

}  // namespace

TEST_CASE("results as they were written are intact") {
  const Solved solved;
  const Json document = solved.verify();
  INFO(what_of(document));
  CHECK(document.at("intact").get<bool>());
  CHECK(document.at("findings").empty());
  CHECK(document.at("images").at("checked").get<bool>());
  for (const Json& stage : document.at("stages")) CHECK(stage.at("state") == "intact");
}

TEST_CASE("one changed byte in any file is found, and the file is named") {
  const Solved solved;
  const auto files = solved.files();
  CHECK(files.size() == 14);  // case and record; per stage a manifest, its timing, and two files
  for (const std::string& path : files) {
    const std::string text = read_text_file(solved.out() / path);
    for (std::size_t at = 0; at < text.size(); at += 1 + text.size() / 40) {
      std::string changed = text;
      changed[at] = char(changed[at] ^ 1);
      write_text_file(solved.out() / path, changed);
      const Json document = solved.verify();
      INFO(path << " byte " << at << "\n" << what_of(document));
      CHECK_FALSE(document.at("intact").get<bool>());
      CHECK(names(document, path));
    }
    write_text_file(solved.out() / path, text);
  }
  CHECK(solved.verify().at("intact").get<bool>());
}

TEST_CASE("a missing file is named, and one of somebody else's is told but breaks nothing") {
  const Solved solved;
  write_text_file(solved.out() / "notes.txt", "mine");
  Json document = solved.verify();
  CHECK(document.at("intact").get<bool>());
  CHECK(names(document, "notes.txt"));
  for (const std::string path : {"sum/print.txt", "stages/02_double/manifest.json", "case-as-run.json", "record.json"}) {
    const std::string text = read_text_file(solved.out() / path);
    fs::remove(solved.out() / path);
    document = solved.verify();
    INFO(path << "\n" << what_of(document));
    CHECK_FALSE(document.at("intact").get<bool>());
    CHECK(names(document, path));
    write_text_file(solved.out() / path, text);
  }
}

TEST_CASE("other images than those imported break the chain at its beginning") {
  const Solved solved;
  fake::external = "scan-2";
  const Json document = solved.verify();
  CHECK_FALSE(document.at("intact").get<bool>());
  CHECK(document.at("stages")[0].at("state") == "broken");
  CHECK(names(document, "(images)"));
}

TEST_CASE("files exchanged together with their hashes do not follow from the case") {
  // Everything about one file rewritten, as a tool that repairs hashes would: the stage that read it still knows the old one.
  const Solved solved;
  const fs::path manifest_file = solved.out() / "stages/01_make/manifest.json";
  write_text_file(solved.out() / "stages/01_make/make.txt", "y");
  Json manifest = read_json(manifest_file);
  manifest["outputs"][0]["sha256"] = sha256("y");
  manifest["outputs"][0]["bytes"] = 1;
  manifest.erase("sha256");
  manifest["sha256"] = sha256(canonical_text(manifest));
  write_json(manifest_file, manifest);
  Json record = read_json(solved.out() / "record.json");
  record["files"]["stages/01_make/manifest.json"] = sha256_file(manifest_file);
  record.erase("sha256");
  record["sha256"] = sha256(canonical_text(record));
  write_json(solved.out() / "record.json", record);
  const Json document = solved.verify();
  INFO(what_of(document));
  CHECK_FALSE(document.at("intact").get<bool>());
  CHECK(document.at("stages")[1].at("state") == "broken");
  CHECK(document.at("stages")[2].at("state") == "broken");
}

TEST_CASE("a folder without results is refused") {
  const CaseFolder folder;
  CHECK_THROWS_WITH(verify_results(fake::stages(), folder.path(), "", Progress()), Catch::Contains("holds no results"));
}
