#include "workflow/documents/software_parts.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <iostream>
#include <set>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("the packages of loaded libraries, with their versions") {
  if (!std::filesystem::exists("/usr/bin/dpkg-query")) {
    std::cout << "SKIPPED: needs dpkg\n";
    return;
  }
  const Json packages = linked_packages();
  std::set<std::string> names;
  for (const Json& package : packages) {
    const std::string name = package.at("name");
    INFO(name);
    names.insert(name);
    CHECK_FALSE(package.at("libraries").empty());
    if (!name.starts_with('(')) CHECK_FALSE(package.at("version").get<std::string>().empty());
  }
  CHECK(names.contains("libc6"));
  CHECK(names.contains("libstdc++6"));
  const Json spdx = spdx_document(packages, "2026-01-02T03:04:05Z");
  CHECK(spdx.at("spdxVersion") == "SPDX-2.3");
  std::set<std::string> ids;
  for (const Json& package : spdx.at("packages")) CHECK(ids.insert(package.at("SPDXID").get<std::string>()).second);
  for (const Json& relation : spdx.at("relationships")) CHECK(ids.contains(relation.at("relatedSpdxElement").get<std::string>()));
}
