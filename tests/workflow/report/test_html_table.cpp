#include "workflow/report/html.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("numbers keep four significant digits") {
  CHECK(value_text(Json(1.0226)) == "1.023");
  CHECK(value_text(Json(0.70014)) == "0.7001");
  CHECK(value_text(Json(123.456)) == "123.5");
  CHECK(value_text(Json(118000.4)) == "118000");
  CHECK(value_text(Json(0.0)) == "0");
  CHECK(value_text(Json(1.2345e-7)) == "1.23e-07");
  CHECK(value_text(Json(42)) == "42");
  CHECK(value_text(Json(true)) == "yes");
  CHECK(value_text(Json()) == "-");
}

TEST_CASE("the unit of a key becomes a column of its own") {
  const std::string html = table_of(Json{{"pore_size_mm", 0.6}, {"model", {{"cell_mm", 0.8}, {"youngs_modulus_x_mpa", 9000.0}}}});
  CHECK(html.find("<td>pore size</td><td>0.6000</td><td>mm</td>") != std::string::npos);
  CHECK(html.find("<td>model / cell</td>") != std::string::npos);
  CHECK(html.find("<td>model / youngs modulus x</td><td>9000</td><td>MPa</td>") != std::string::npos);
}

TEST_CASE("long arrays are not printed, short vectors are, nothing of a user's text becomes markup") {
  Json points = Json::array();
  for (int i = 0; i < 100; ++i) points.push_back({i, i});
  const std::string html = table_of(Json{{"footprint_mm", points}, {"normal", {0.0, 0.5, 1.0}}, {"description", "<script>"}});
  CHECK(html.find("list of 100 x 2 numbers") != std::string::npos);
  CHECK(html.find("(0, 0.5000, 1.000)") != std::string::npos);
  CHECK(html.find("<script>") == std::string::npos);
}

TEST_CASE("a share has no unit, although its name ends in millimetres") {
  const std::string html = table_of(Json{{"area_share_under_0p5_mm", 0.93}});
  CHECK(html.find("<td>area share under 0.5 mm</td><td>0.9300</td><td>-</td>") != std::string::npos);
}

TEST_CASE("units are printed with their signs") {
  CHECK(printed("12 mm^3 of holes, 3.0 mm3, 0.132 g/cm3, 7.5 N.m <b>") == "12 mm³ of holes, 3.0 mm³, 0.132 g/cm³, 7.5 N·m &lt;b&gt;");
  CHECK(table_of(Json{{"volume_mm3", 1.5}, {"density_g_cm3", 0.2}}).find("<td>mm³</td>") != std::string::npos);
}
