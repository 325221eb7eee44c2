#include "workflow/verify.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "workflow/engine_key.h"
#include "workflow/engine_resources.h"
#include "workflow/run_record.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

class Verification {
 public:
  Verification(const std::vector<Stage>& stages, fs::path out, fs::path data, const Progress& progress)
      : stages_(stages), out_(std::move(out)), data_(std::move(data)), progress_(progress) {
    std::error_code ignored;
    if (!fs::exists(out_ / kCaseAsRun, ignored) && !fs::is_directory(out_ / "stages", ignored))
      fail_input("'{}' holds no results: give the folder that 'spongiosa run' wrote (with {} and stages/ in it)", out_.string(), kCaseAsRun);
  }

  Json run() {
    read_record();
    read_case();
    for (const Stage& stage : stages_) read_manifest(stage);
    for (const Stage& stage : stages_) follow_links(stage);
    check_images();
    read_outputs();
    look_for_unlisted();
    return document();
  }

 private:
  void find(const std::string& kind, const std::string& stage, const std::string& path, const std::string& what, const Json& expected = nullptr,
            const Json& found = nullptr) {
    findings_.push_back({{"kind", kind}, {"stage", stage}, {"path", path}, {"what", what}, {"expected", expected}, {"found", found}});
    if (kind != "unlisted") broken_.insert(stage);
  }

  /// Null, with a finding, when it is no JSON.
  Json parse(const std::string& stage, const std::string& path) {
    try {
      return read_json(out_ / path);
    } catch (const Error& error) {
      find("damaged", stage, path, error.what());
      return nullptr;
    }
  }

  void read_record() {
    std::error_code ignored;
    listed_ = {kRunRecord, kFolderLock};
    if (!fs::exists(out_ / kRunRecord, ignored)) {
      find("missing", "", kRunRecord, "the run's record is missing: it was removed, or the results are of an older version of the program");
      return;
    }
    record_ = parse("", kRunRecord);
    if (!record_.is_object()) return;
    Json content = record_;
    content.erase("sha256");
    const std::string hash = sha256(canonical_text(content));
    // As it was written, byte for byte: blanks are no part of the hash.
    if (record_.value("sha256", Json()) != Json(hash) || read_text_file(out_ / kRunRecord) != canonical_text(record_))
      find("changed", "", kRunRecord, "the run's record was changed", record_.value("sha256", Json()), hash);
    if (!record_.contains("files") || !record_["files"].is_object()) {
      find("damaged", "", kRunRecord, "the run's record lists no files");
      return;
    }
    for (const auto& [path, expected] : record_["files"].items()) {
      listed_.insert(path);
      compare(stage_of(path), path, expected);
    }
  }

  static std::string stage_of(const std::string& path) {
    if (!path.starts_with("stages/")) return "";
    return path.substr(7, path.find('/', 7) - 7);
  }

  void compare(const std::string& stage, const std::string& path, const Json& expected) {
    std::error_code error;
    if (!fs::is_regular_file(out_ / path, error)) {
      find("missing", stage, path, "the file is missing", expected);
      return;
    }
    const std::string found = sha256_file(out_ / path);
    if (Json(found) != expected) find("changed", stage, path, "the file is not the one that was written", expected, found);
  }

  void read_case() {
    std::error_code ignored;
    if (!fs::exists(out_ / kCaseAsRun, ignored)) {
      find("missing", "", kCaseAsRun, "the case as it was run is missing");
      return;
    }
    case_ = parse("", kCaseAsRun);
  }

  void read_manifest(const Stage& stage) {
    const std::string path = "stages/" + stage.id + "/manifest.json";
    std::error_code ignored;
    if (!fs::exists(out_ / path, ignored)) return;  // never run, or found missing by the record
    listed_.insert(path);
    if (record_.is_object() && !record_.value("files", Json::object()).contains(path))
      find("link", stage.id, path, "the run's record does not know this manifest");
    const Json manifest = parse(stage.id, path);
    if (!manifest.is_object()) return;
    try {
      if (manifest.at("sha256") != manifest_sha256(manifest))
        find("changed", stage.id, path, "the manifest was changed", manifest.at("sha256"), manifest_sha256(manifest));
      const std::string key = key_hash(manifest);
      if (manifest.at("key") != key)
        find("link", stage.id, path, "the key is not that of the parameters and inputs it names", manifest.at("key"), key);
      if (case_.is_object()) {
        if (manifest.at("case_id") != case_.value("case_id", Json()))
          find("link", stage.id, path, "the manifest is of another case", case_.value("case_id", Json()), manifest.at("case_id"));
        for (const auto& [name, value] : manifest.at("parameters").items())
          if (const Json given = at_path(case_, name); given != value)
            find("link", stage.id, path, "the parameter " + name + " is not that of " + kCaseAsRun, given, value);
      }
      for (const char* member : {"results", "notes"}) manifest.at(member);
      manifest.at("external").get<std::string>();
      for (const Json& hash : manifest.at("upstream")) hash.get<std::string>();
      for (const char* list : {"inputs", "outputs"})
        for (const Json& file : manifest.at(list))
          for (const char* member : {"path", "sha256", list[0] == 'i' ? "stage" : "role"}) file.at(member).get<std::string>();
      for (const Json& output : manifest.at("outputs")) output.at("bytes").get<std::int64_t>();
      manifests_[stage.id] = manifest;
    } catch (const Json::exception& error) {
      find("damaged", stage.id, path, std::string("not a manifest: ") + error.what());
    }
  }

  static Json at_path(const Json& document, const std::string& dotted) {
    const Json* at = &document;
    std::istringstream keys(dotted);
    for (std::string key; std::getline(keys, key, '.');) {
      if (!at->is_object() || !at->contains(key)) return nullptr;
      at = &at->at(key);
    }
    return *at;
  }

  void follow_links(const Stage& stage) {
    const auto own = manifests_.find(stage.id);
    if (own == manifests_.end()) return;
    const std::string path = "stages/" + stage.id + "/manifest.json";
    for (const auto& [id, digest] : own->second.at("upstream").items()) {
      const auto earlier = manifests_.find(id);
      if (earlier == manifests_.end()) {
        find("link", stage.id, path, "it was made from " + id + ", which has no manifest");
        continue;
      }
      if (manifest_digest(earlier->second) != digest)
        find("link", stage.id, path, "it was made from another result of " + id, digest, manifest_digest(earlier->second));
    }
    for (const Json& input : own->second.at("inputs")) {
      const auto earlier = manifests_.find(input.at("stage").get<std::string>());
      if (earlier == manifests_.end()) continue;
      const auto& outputs = earlier->second.at("outputs");
      const auto same = std::find_if(outputs.begin(), outputs.end(), [&](const Json& output) { return output.at("path") == input.at("path"); });
      if (same == outputs.end() || same->at("sha256") != input.at("sha256"))
        find("link", stage.id, input.at("path").get<std::string>(), "it was made from another version of this file", input.at("sha256"),
             same == outputs.end() ? Json() : same->at("sha256"));
    }
  }

  /// The first stages read the images; later ones may read masks beside the case.
  void check_images() {
    images_ = {{"checked", false}, {"statement", ""}, {"sha256", nullptr}};
    for (const Stage& stage : stages_) {
      const auto own = manifests_.find(stage.id);
      if (!stage.external_hash || own == manifests_.end()) continue;
      const std::string expected = own->second.value("external", "");
      if (!stage.upstream.empty()) {
        check_other_inputs(stage, expected);
        continue;
      }
      images_["sha256"] = expected;
      const auto found = external_hash(stage, images_);
      if (!found) continue;
      images_["statement"] = *found == expected ? "the images are those that were imported" : "the images are not those that were imported";
      if (*found != expected) find("changed", stage.id, "(images)", "the image set is not the one that was imported", expected, *found);
    }
  }

  void check_other_inputs(const Stage& stage, const std::string& expected) {
    if (expected.empty()) return;
    Json entry = {{"stage", stage.id}, {"checked", false}, {"statement", ""}, {"sha256", expected}};
    if (const auto found = external_hash(stage, entry)) {
      entry["statement"] = *found == expected ? "the files beside the case are those that it read" : "the files beside the case are not those that it read";
      if (*found != expected) find("changed", stage.id, "(files beside the case)", "a file that the case names is not the one that was read", expected, *found);
    }
    other_inputs_.push_back(std::move(entry));
  }

  /// Absent, and said in `document`, where the files are not found.
  std::optional<std::string> external_hash(const Stage& stage, Json& document) const {
    try {
      const Case design = Case::load(out_ / kCaseAsRun);
      const StageContext context{design, out_, out_ / "stages" / stage.id, data_, progress_, Manifest()};
      const std::string found = stage.external_hash(context);
      document["checked"] = true;
      return found;
    } catch (const Error& error) {
      document["statement"] = std::string("not checked: ") + error.what();
      return std::nullopt;
    }
  }

  void read_outputs() {
    std::uintmax_t all = 0, done = 0;
    for (const auto& [id, manifest] : manifests_)
      for (const Json& output : manifest.at("outputs")) all += output.at("bytes").get<std::uintmax_t>();
    for (const Stage& stage : stages_) {
      const auto own = manifests_.find(stage.id);
      if (own == manifests_.end()) continue;
      for (const Json& output : own->second.at("outputs")) {
        const std::string path = output.at("path");
        progress_.report(all == 0 ? 0.0 : double(done) / double(all), path);
        listed_.insert(path);
        compare(stage.id, path, output.at("sha256"));
        done += output.at("bytes").get<std::uintmax_t>();
      }
    }
  }

  void look_for_unlisted() {
    std::vector<std::string> others;
    for (const auto& entry : fs::recursive_directory_iterator(out_, fs::directory_options::skip_permission_denied)) {
      if (!entry.is_regular_file()) continue;
      const std::string path = entry.path().lexically_relative(out_).generic_string();
      if (!listed_.contains(path)) others.push_back(path);
    }
    std::sort(others.begin(), others.end());
    for (const std::string& path : others) find("unlisted", stage_of(path), path, "no manifest and no record names this file");
  }

  Json document() const {
    Json result;
    result["format"] = "spongiosa-verification";
    result["version"] = 1;
    result["program_version"] = program_version();
    result["case_id"] = case_.is_object() ? case_.value("case_id", Json()) : Json();
    result["intact"] = broken_.empty();
    result["images"] = images_;
    result["other_inputs"] = other_inputs_;
    result["stages"] = Json::array();
    for (const Stage& stage : stages_) {
      const auto own = manifests_.find(stage.id);
      std::int64_t files = 0, bytes = 0;
      if (own != manifests_.end())
        for (const Json& output : own->second.at("outputs")) {
          ++files;
          bytes += output.at("bytes").get<std::int64_t>();
        }
      const char* state = broken_.contains(stage.id) ? "broken" : own == manifests_.end() ? "not run" : "intact";
      result["stages"].push_back({{"stage", stage.id},
                                  {"title", stage.title},
                                  {"state", state},
                                  {"manifest_sha256", own == manifests_.end() ? Json() : own->second.at("sha256")},
                                  {"files", files},
                                  {"bytes", bytes}});
    }
    result["findings"] = findings_;
    return result;
  }

  const std::vector<Stage>& stages_;
  fs::path out_, data_;
  const Progress& progress_;
  Json record_, case_, images_;
  std::map<std::string, Json> manifests_;
  Json findings_ = Json::array(), other_inputs_ = Json::array();
  std::set<std::string> broken_;  ///< stages with a finding; "" for the folder itself
  std::set<std::string> listed_;  ///< paths relative to out
};

}  // namespace

Json verify_results(const std::vector<Stage>& stages, const fs::path& out, const fs::path& data, const Progress& progress) {
  return Verification(stages, out, data, progress).run();
}

}  // namespace spongiosa::workflow
