#include "core/error.h"
#include "core/file.h"
#include "tests/test_data.h"
#include "workflow/print/machine_profile.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("built-in machines have sources for every limit and read back from their own files") {
  TemporaryFolder folder;
  REQUIRE(machine_profile_names().size() == 2);
  for (const std::string& name : machine_profile_names()) {
    const MachineProfile profile = load_machine_profile(name);
    const Json document = to_json(profile);
    for (const auto& [key, entry] : document.items())
      if (entry.is_object()) {
        CAPTURE(name, key);
        CHECK(entry.at("source").get<std::string>().size() > 5);
        const std::string status = entry.at("status").get<std::string>();
        CHECK((status == "verified" || status == "from memory, not verified" || status == "policy"));
      }
    write_json(folder.path() / "machine.json", document);
    REQUIRE(to_json(load_machine_profile((folder.path() / "machine.json").string())) == document);
  }
}

TEST_CASE("what is no machine is refused with the key that is wrong") {
  REQUIRE_THROWS_WITH(load_machine_profile("laser-ti46"), Catch::Contains("did you mean 'laser-ti64'"));
  REQUIRE_THROWS_AS(load_machine_profile("nowhere.json"), Error);
  const Json good = to_json(load_machine_profile("laser-ti64"));
  const auto refused = [&](const std::function<void(Json&)>& damage, const char* word) {
    Json document = good;
    damage(document);
    REQUIRE_THROWS_WITH(machine_profile_from_json(document, "machine.json"), Catch::Contains("machine.json") && Catch::Contains(word));
  };
  refused([](Json& d) { d["format"] = "spongiosa-case"; }, "no machine profile");
  refused([](Json& d) { d.erase("layer_mm"); }, "'layer_mm' must be");
  refused([](Json& d) { d["layer_mm"]["value"] = "thin"; }, "'layer_mm' must be");
  refused([](Json& d) { d["layer_mm"]["value"] = -0.03; }, "'layer_mm' is -0.03");
  refused([](Json& d) { d["critical_angle_deg"]["value"] = 90; }, "expected 5 to 85");
  refused([](Json& d) { d["min_strut_mm"].erase("source"); }, "needs a 'source'");
  refused([](Json& d) { d["min_srtut_mm"] = 1; }, "did you mean 'min_strut_mm'");
  refused([](Json& d) { d.erase("name"); }, "'name' must be a text");
}
