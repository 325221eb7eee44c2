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
  CHECK(html.find("100 entries") != std::string::npos);
  CHECK(html.find("(0, 0.5000, 1.000)") != std::string::npos);
  CHECK(html.find("<script>") == std::string::npos);
}
