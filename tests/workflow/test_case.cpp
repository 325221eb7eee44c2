#include "tests/workflow/case_text.h"
#include "workflow/case.h"
#include "workflow/schema.h"

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("a case gets every default, in schema order, and knows what was given") {
  const CaseFolder folder;
  const Case design = folder.load();
  CHECK(design.id() == "test-c5");
  for (const Field& field : schema()) CHECK_NOTHROW(design.at(field.path));
  CHECK(design.number("lattice.porosity_fraction") == 0.70);
  CHECK(design.text("lattice.cell") == "gyroid-network-minus");
  CHECK(design.is_given("ct.path"));
  CHECK_FALSE(design.is_given("lattice.porosity_fraction"));
  CHECK_FALSE(design.has("anatomy.threshold_hu"));
  CHECK_FALSE(design.optional_number("lattice.cell_size_mm").has_value());
  CHECK(design.document().begin().key() == "format");
}

TEST_CASE("defaults that depend on other values") {
  CHECK(CaseFolder().load().number("loads.preload_n") == 73.6);
  CHECK(CaseFolder().load().number("loads.moment_nm") == 1.0);
  CHECK(CaseFolder().load().number("lattice.pore_size_mm") == 0.6);
  CHECK_FALSE(CaseFolder().load({"lattice.cell_size_mm=1.2"}).has("lattice.pore_size_mm"));
  Json lumbar = valid_case();
  lumbar["anatomy"] = {{"region", "lumbar"}, {"replace", "L5"},
                       {"seeds_mm", {{"L4", {0, 0, 30}}, {"L5", {0, 0, 0}}, {"S1", {0, 0, -30}}}}};
  CHECK(CaseFolder(lumbar).load().number("loads.preload_n") == 500.0);
  CHECK(CaseFolder(lumbar).load().number("loads.moment_nm") == 7.5);
  CHECK(CaseFolder(lumbar).load({"loads.preload_n=400"}).number("loads.preload_n") == 400.0);
}

TEST_CASE("a zone is as the core in what it does not say") {
  Json document = valid_case();
  document["lattice"] = {{"cell", "diamond-sheet"}, {"porosity_fraction", 0.6}, {"cell_size_mm", 1.5}, {"rotation_deg", {0, 0, 45}},
                         {"zones", {{{"name", "a"}, {"region_expression", "depth-1"}, {"porosity_expression", "ramp(z,0,1,0.7,0.8)"}},
                                    {{"name", "b"}, {"region_expression", "x"}, {"cell", "gyroid-sheet"}, {"pore_size_mm", 0.5}},
                                    {{"name", "c"}, {"region_expression", "y"}, {"content", "solid"}}}}};
  const Json zones = CaseFolder(document).load().at("lattice.zones");
  REQUIRE(zones.size() == 3);
  CHECK(zones[0]["cell"] == "diamond-sheet");
  CHECK(zones[0]["porosity_fraction"].is_null());
  CHECK(zones[0]["cell_size_mm"] == 1.5);
  CHECK(zones[0]["rotation_deg"] == Json::array({0.0, 0.0, 45.0}));
  CHECK(zones[1]["cell"] == "gyroid-sheet");
  CHECK(zones[1]["rotation_deg"].is_null());
  CHECK(zones[1]["porosity_fraction"] == 0.6);
  CHECK(zones[1]["cell_size_mm"].is_null());
  CHECK(zones[1]["pore_definition"] == "max-inscribed-sphere");
  CHECK(zones[2]["content"] == "solid");

  const auto refusal = [&](const Json& zone) {
    Json changed = document;
    changed["lattice"]["zones"] = Json::array({zone});
    return CaseFolder(changed).refusal();
  };
  CHECK_THAT(refusal({{"name", "a"}}), Catch::Contains("lattice.zones[0].region_expression is missing"));
  CHECK_THAT(refusal({{"name", "a"}, {"region_expression", "x"}, {"porosty_fraction", 0.5}}),
             Catch::Contains("unknown key lattice.zones[0].porosty_fraction; did you mean porosity_fraction?"));
  CHECK_THAT(refusal({{"name", "a"}, {"region_expression", "x"}, {"porosity_fraction", 5}}), Catch::Contains("lattice.zones[0].porosity_fraction is 5"));
  CHECK_THAT(refusal({{"name", "a"}, {"region_expression", "x"}, {"pore_size_mm", 0.5}, {"cell_size_mm", 1.0}}),
             Catch::Contains("lattice.zones[0].pore_size_mm and lattice.zones[0].cell_size_mm exclude each other"));
  CHECK_THAT(refusal(7), Catch::Contains("lattice.zones[0] is 7; expected {...}"));
}

TEST_CASE("comments are allowed, and numbers are the same however they are written") {
  const CaseFolder folder("// head\n" + valid_case().dump() + " /* tail */");
  CHECK(folder.refusal().empty());
  const auto selected = [&](const std::string& assignment) { return folder.load({assignment}).select({"solve"}).dump(); };
  CHECK(selected("solve.cell_mm=1") == selected("solve.cell_mm=1.0"));
  CHECK(selected("solve.cell_mm=1") != selected("solve.cell_mm=0.9"));
}

TEST_CASE("select takes fields and sections") {
  const Json selected = CaseFolder().load().select({"lattice", "solve.cell_mm"});
  CHECK(selected.contains("lattice.cell"));
  CHECK(selected.contains("solve.cell_mm"));
  CHECK_FALSE(selected.contains("solve.tolerance"));
  CHECK(CaseFolder().load().select({""}).size() == schema().size());
}

TEST_CASE("an assignment gives a value, takes one away, and reaches into maps") {
  const CaseFolder folder;
  CHECK(folder.load({"lattice.porosity_fraction=0.65"}).number("lattice.porosity_fraction") == 0.65);
  CHECK(folder.load({"lattice.porosity_fraction=0.65"}).is_given("lattice.porosity_fraction"));
  CHECK(folder.load({"anatomy.threshold_hu=200", "anatomy.threshold_hu=null"}).has("anatomy.threshold_hu") == false);
  CHECK(folder.load({"ct.path=null", "ct.phantom.enabled=true"}).at("ct.phantom.enabled").get<bool>());
  CHECK(folder.load({"anatomy.seeds_mm.C3=[1, 2, 40]"}).at("anatomy.seeds_mm").at("C3")[2] == 40.0);
  CHECK(folder.load({"description=a = b"}).text("description") == "a = b");
  CHECK(folder.refusal({"lattice.porosity_fraction=1.2"}) ==
        "--set lattice.porosity_fraction=1.2: lattice.porosity_fraction is 1.2, out of range; expected a number from 0.05 to 0.95 (fraction)");
  CHECK_THAT(folder.refusal({"lattice.porosity"}), Catch::Contains("expected path=value"));
  CHECK_THAT(folder.refusal({"lattice.porosity=0.6"}), Catch::Contains("has no unit: write lattice.porosity_fraction"));
  CHECK_THAT(folder.refusal({"loads.moment_nm=nan"}), Catch::Contains("loads.moment_nm is not a finite number"));
  CHECK_THAT(folder.refusal({"loads.moment_nm=1e999"}), Catch::Contains("loads.moment_nm is not a finite number"));
  CHECK_THAT(folder.refusal({"loads.moment_nm=much"}), Catch::Contains("is \"much\"; expected a number from 0 to 50 (N·m)"));
  CHECK_THAT(folder.refusal({"ct.phantom.enabled=yes"}), Catch::Contains("expected true or false"));
}

TEST_CASE("a key that is not known") {
  CHECK_THAT(refusal_with("/lattice/porosity_fractoin", 0.6),
             Catch::EndsWith("case.json': unknown key lattice.porosity_fractoin; did you mean lattice.porosity_fraction?; "
                             "docs/03-case-file.md lists all keys"));
  CHECK_THAT(refusal_with("/latice", Json::object({{"cell", "gyroid-sheet"}})), Catch::Contains("unknown key latice"));
  CHECK_THAT(refusal_with("/solve/porosity_fraction", 0.6), Catch::Contains("did you mean lattice.porosity_fraction?"));
}

TEST_CASE("a unit that is missing or wrong") {
  CHECK_THAT(refusal_with("/lattice/pore_size", 0.6), Catch::EndsWith("lattice.pore_size has no unit: write lattice.pore_size_mm"));
  CHECK_THAT(refusal_with("/lattice/pore_size_um", 600),
             Catch::EndsWith("lattice.pore_size_um has the wrong unit: write lattice.pore_size_mm, in mm"));
  CHECK_THAT(refusal_with("/material/hu_slope", 0.001), Catch::EndsWith("write material.hu_slope_g_cm3_per_hu"));
}

TEST_CASE("a value of the wrong kind or out of range") {
  CHECK_THAT(refusal_with("/lattice/porosity_fraction", 70),
             Catch::EndsWith("lattice.porosity_fraction is 70, out of range; expected a number from 0.05 to 0.95 (fraction)"));
  CHECK_THAT(refusal_with("/lattice/pore_size_mm", "0.6 mm"),
             Catch::EndsWith("lattice.pore_size_mm is \"0.6 mm\"; expected a number from 0.05 to 10 (mm), without quotes and without "
                             "unit (the key names the unit)"));
  CHECK_THAT(refusal_with("/solve/max_iterations", 10.5), Catch::Contains("expected a whole number from 1 to 100000"));
  CHECK_THAT(refusal_with("/lattice", 3), Catch::Contains("lattice is a section"));
  CHECK_THAT(refusal_with("/anatomy/region", "neck"), Catch::Contains("expected one of cervical, thoracic, lumbar"));
  CHECK_THAT(refusal_with("/anatomy/region", "cervcal"), Catch::Contains("did you mean cervical?"));
  CHECK_THAT(refusal_with("/version", 2), Catch::Contains("version is 2"));
  CHECK_THAT(refusal_with("/format", "other"), Catch::Contains("expected \"spongiosa-case\""));
  CHECK_THAT(refusal_with("/case_id", "a/b"), Catch::Contains("case_id is \"a/b\""));
  CHECK_THAT(refusal_with("/case_id", "..") , Catch::Contains("case_id"));
  CHECK_THAT(refusal_with("/output/pdf", 1), Catch::Contains("output.pdf is 1; expected true or false"));
}

TEST_CASE("a number that is not finite is named with its key and line") {
  for (const char* word : {"NaN", "nan", "Infinity", "-Infinity", "inf", "1e999", "-1e999"}) {
    std::string text = valid_case().dump(2);
    text.insert(text.rfind('}'), std::string(",\n \"loads\": {\"preload_n\": ") + word + "}");
    INFO(word);
    const std::string message = CaseFolder(text).refusal();
    CHECK_THAT(message, Catch::Contains("loads.preload_n is not a finite number (line"));
  }
  CHECK_THAT(refusal_with("/loads/preload_n", "NaN"), Catch::Contains("loads.preload_n is not a finite number"));
  CHECK_THAT(refusal_with("/anatomy/seeds_mm/C5", Json::array({0, "inf", 0})),
             Catch::Contains("anatomy.seeds_mm.C5.y is not a finite number"));
}

TEST_CASE("text that is not JSON, and a key that stands twice") {
  CHECK_THAT(CaseFolder(std::string("{\n\"format\": \"spongiosa-case\",\n\"version\": ]}")).refusal(),
             Catch::Contains("not valid JSON at line 3") && Catch::Contains("(at version)"));
  CHECK_THAT(CaseFolder(std::string("{\"format\": \"spongiosa-case\", \"format\": \"x\"}")).refusal(),
             Catch::Contains("the key format stands there twice"));
  CHECK_THAT(CaseFolder(std::string("[1]")).refusal(), Catch::Contains("expected an object"));
  CHECK_THAT(CaseFolder(std::string("{}")).refusal(), Catch::Contains("format is missing"));
}

TEST_CASE("what is missing") {
  for (const char* pointer : {"/version", "/case_id", "/anatomy/region", "/anatomy/replace", "/anatomy/seeds_mm"}) {
    Json document = valid_case();
    std::string key = pointer;
    key = key.substr(key.rfind('/') + 1);
    Json& parent = document[Json::json_pointer(std::string(pointer).substr(0, std::string(pointer).rfind('/')))];
    parent.erase(key);
    INFO(pointer);
    CHECK_THAT(CaseFolder(document).refusal(), Catch::Contains(key + " is missing"));
  }
  Json document = valid_case();
  document.erase("ct");
  CHECK_THAT(CaseFolder(document).refusal(), Catch::Contains("ct.path is missing"));
  document = valid_case();
  document["anatomy"]["seeds_mm"].erase("C6");
  CHECK_THAT(CaseFolder(document).refusal(), Catch::Contains("anatomy.seeds_mm has no point for C6"));
  try {
    Case::load("no/such/case");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    CHECK_THAT(error.what(), Catch::Contains("no/such/case"));
  }
}

TEST_CASE("values that contradict each other") {
  CHECK_THAT(refusal_with("/anatomy/region", "lumbar"), Catch::Contains("anatomy.replace is \"C5\", a cervical vertebra"));
  CHECK_THAT(refusal_with("/lattice", Json::object({{"pore_size_mm", 0.6}, {"cell_size_mm", 1.0}})),
             Catch::Contains("exclude each other"));
  CHECK_THAT(refusal_with("/ct/phantom/enabled", true), Catch::Contains("exclude each other"));
  CHECK_THAT(refusal_with("/check/pore_min_mm", 0.9), Catch::Contains("check.pore_min_mm is 0.9 and check.pore_max_mm is 0.8"));
  CHECK_THAT(refusal_with("/anatomy/seeds_mm/C55", Json::array({0, 0, 0})), Catch::Contains("unknown level 'C55'"));
  CHECK_THAT(refusal_with("/anatomy/seeds_mm/C5", Json::array({0, 0})), Catch::Contains("expected three numbers [x, y, z] in mm"));
}

TEST_CASE("resections need their levels in order, and seeds for all of them") {
  const auto with = [](const Json& keys) {
    Json document = valid_case();
    document["anatomy"].update(keys);
    return CaseFolder(document).refusal();
  };
  CHECK(with({{"resection", "half-bodies"}, {"replace_last", "C6"}}).empty());
  CHECK(with({{"resection", "disc"}, {"replace_last", "C6"}}).empty());
  CHECK_THAT(with({{"resection", "half-bodies"}}), Catch::Contains("anatomy.replace_last is missing"));
  CHECK_THAT(with({{"replace_last", "C4"}}), Catch::Contains("C4, which lies above anatomy.replace, C5"));
  CHECK_THAT(with({{"replace_last", "C6"}}), Catch::Contains("no point for C7") && Catch::Contains("C4, C5, C6 and C7"));
  CHECK_THAT(with({{"resection", "disk"}}), Catch::Contains("did you mean disc?"));
  CHECK_THAT(refusal_with("/segmentation", Json::object({{"edits", Json::array({Json::object({{"op", "smoth"}})})}})), Catch::Contains("did you mean smooth?"));
}

TEST_CASE("the scan is looked for below the data folder, then beside the case") {
  const CaseFolder folder;
  const TemporaryFolder data;
  try {
    find_scan(folder.load(), {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    CHECK_THAT(error.what(), Catch::Contains("--data"));
  }
  std::filesystem::create_directory(folder.path() / "ct");
  CHECK(find_scan(folder.load(), data.path()) == folder.path() / "ct");
  std::filesystem::create_directory(data.path() / "ct");
  CHECK(find_scan(folder.load(), data.path()) == data.path() / "ct");
}

TEST_CASE("the starter case loads, and its values are the defaults") {
  const CaseFolder folder(starter_case("patient-07"));
  const Case starter = folder.load();
  CHECK(starter.id() == "patient-07");
  for (const Field& field : schema())
    if (!field.required && !field.value.is_null()) CHECK(starter.at(field.path) == field.value);
}
