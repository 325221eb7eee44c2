#include "fea/material/material.h"
#include "workflow/schema.h"
#include "workflow/stage_module.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("the verbs of the command line are the stages, in order") {
  const auto& stages = all_stages();
  REQUIRE(stage_verbs().size() == stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    CHECK(stages[i].verb == stage_verbs()[i].verb);
    CHECK(stages[i].title == stage_verbs()[i].title);
    CHECK(stages[i].run != nullptr);
  }
}

TEST_CASE("a stage reads earlier stages and known parameters only") {
  std::vector<std::string> earlier;
  for (const Stage& stage : all_stages()) {
    INFO(stage.id);
    CHECK(std::is_sorted(earlier.begin(), earlier.end()));
    for (const std::string& id : stage.upstream) CHECK(std::find(earlier.begin(), earlier.end(), id) != earlier.end());
    for (const std::string& path : stage.parameters) CHECK_FALSE(field_paths(path).empty());
    CHECK(std::find(earlier.begin(), earlier.end(), stage.id) == earlier.end());
    earlier.push_back(stage.id);
  }
}

TEST_CASE("the schema offers the materials and bone laws that there are") {
  std::vector<std::string> materials, laws;
  for (const auto& material : fea::implant_materials()) materials.push_back(material.name);
  for (const auto& law : fea::bone_laws()) laws.push_back(law.name);
  CHECK(find_field("material.implant")->choices == materials);
  CHECK(find_field("material.bone_law")->choices == laws);
}
