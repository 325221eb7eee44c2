#include "workflow/documents/software_parts.h"

#include "core/child_process.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/module.h"
#include "core/progress.h"
#include "core/version.h"

#include <link.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

int add_library(dl_phdr_info* info, std::size_t, void* set) {
  const std::string file = info->dlpi_name ? info->dlpi_name : "";
  if (file.starts_with('/')) static_cast<std::set<std::string>*>(set)->insert(file);
  return 0;
}

/// The lines that a program prints; empty when it is not there. What it says of files that it does not know is not shown.
std::vector<std::string> lines_of(std::vector<std::string> command) {
  command.insert(command.begin(), {"sh", "-c", "exec \"$@\" 2>/dev/null", "sh"});
  std::string name = (fs::temp_directory_path() / "spongiosa-parts-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return {};
  close(descriptor);
  std::vector<std::string> lines;
  try {
    run_child(command, name, throw_if_cancelled);
    std::istringstream text(read_text_file(name));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  } catch (const Error& error) {
    fs::remove(name);
    if (error.code() == ExitCode::kCancelled) throw;
    return {};
  }
  fs::remove(name);
  return lines;
}

}  // namespace

Json linked_packages() {
  // What is loaded on first use belongs to the program, too.
  module_symbol("fea", "spongiosa_fea_solve_continuum");
  module_symbol("imaging", "spongiosa_import_ct");
  std::set<std::string> libraries;
  dl_iterate_phdr(add_library, &libraries);
  // dpkg knows a file by the path it was packed with: with or without /usr before it.
  std::vector<std::string> search = {"dpkg-query", "--search"};
  std::map<std::string, std::string> packed;  // path asked for -> library
  for (const std::string& library : libraries) {
    std::error_code ignored;
    const fs::path real = fs::canonical(library, ignored);
    for (const std::string& path : {library, real.string()})
      for (const std::string& form : {path, path.starts_with("/usr/") ? path.substr(4) : "/usr" + path})
        if (!path.empty() && packed.emplace(form, library).second) search.push_back(form);
  }
  std::map<std::string, std::set<std::string>> of_package;
  std::set<std::string> found;
  for (const std::string& line : lines_of(search)) {
    const std::size_t colon = line.find(": /");
    if (colon == std::string::npos) continue;
    const auto library = packed.find(line.substr(colon + 2));
    if (library == packed.end()) continue;
    of_package[line.substr(0, colon)].insert(fs::path(library->second).filename());
    found.insert(library->second);
  }
  Json packages = Json::array();
  if (of_package.empty()) return packages;
  std::vector<std::string> show = {"dpkg-query", "--show", "--showformat=${binary:Package}\t${Version}\t${source:Package}\t${Architecture}\n"};
  for (const auto& [package, files] : of_package) show.push_back(package);
  for (const std::string& line : lines_of(show)) {
    std::istringstream fields(line);
    std::string name, version, source, architecture;
    std::getline(fields, name, '\t');
    std::getline(fields, version, '\t');
    std::getline(fields, source, '\t');
    std::getline(fields, architecture, '\t');
    const auto entry = of_package.contains(name) ? of_package.find(name) : of_package.find(name + ":" + architecture);
    if (entry == of_package.end()) continue;
    packages.push_back({{"name", name.substr(0, name.find(':'))}, {"version", version}, {"source", source}, {"architecture", architecture}, {"libraries", entry->second}});
  }
  std::set<std::string> others;
  for (const std::string& library : libraries)
    if (!found.contains(library) && !fs::path(library).filename().string().starts_with("spongiosa-") && !fs::path(library).filename().string().starts_with("libspongiosa"))
      others.insert(fs::path(library).filename());
  if (!others.empty()) packages.push_back({{"name", "(no package)"}, {"version", ""}, {"source", ""}, {"architecture", ""}, {"libraries", others}});
  return packages;
}

Json spdx_document(const Json& packages, const std::string& created) {
  Json document = {{"spdxVersion", "SPDX-2.3"}, {"dataLicense", "CC0-1.0"}, {"SPDXID", "SPDXRef-DOCUMENT"}, {"name", std::string("Spongiosa ") + kVersion}};
  document["documentNamespace"] = "urn:sha256:" + sha256(canonical_text(packages) + kVersion);
  document["creationInfo"] = {{"created", created}, {"creators", {std::string("Tool: Spongiosa-") + kVersion}}};
  document["packages"] = Json::array();
  document["relationships"] = Json::array();
  const auto add = [&](const std::string& id, const std::string& name, const std::string& version, const std::string& license) {
    document["packages"].push_back({{"SPDXID", id}, {"name", name}, {"versionInfo", version}, {"downloadLocation", "NOASSERTION"}, {"filesAnalyzed", false}, {"licenseConcluded", "NOASSERTION"},
                                    {"licenseDeclared", license}, {"copyrightText", "NOASSERTION"}});
  };
  add("SPDXRef-Spongiosa", "Spongiosa", kVersion, "GPL-3.0-or-later");
  document["relationships"].push_back({{"spdxElementId", "SPDXRef-DOCUMENT"}, {"relationshipType", "DESCRIBES"}, {"relatedSpdxElement", "SPDXRef-Spongiosa"}});
  for (const Json& package : packages) {
    const std::string name = package.at("name");
    if (name.starts_with('(')) continue;
    std::string id = "SPDXRef-" + name;
    for (char& c : id)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '-';
    add(id, name, package.at("version"), "NOASSERTION");
    Json& entry = document["packages"].back();
    entry["externalRefs"] = Json::array({{{"referenceCategory", "PACKAGE-MANAGER"},
                                          {"referenceType", "purl"},
                                          {"referenceLocator", "pkg:deb/debian/" + name + "@" + package.at("version").get<std::string>() + "?arch=" + package.at("architecture").get<std::string>()}}});
    document["relationships"].push_back({{"spdxElementId", "SPDXRef-Spongiosa"}, {"relationshipType", "DYNAMIC_LINK"}, {"relatedSpdxElement", id}});
  }
  return document;
}

}  // namespace spongiosa::workflow
