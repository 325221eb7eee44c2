#include "workflow/report/svg.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("scale bars have round lengths not longer than asked") {
  for (double target = 0.03; target < 900.0; target *= 1.17) {
    const double length = round_length_mm(target);
    CHECK(length <= target);
    CHECK(length > target / 2.51);
    const double mantissa = length / std::pow(10.0, std::floor(std::log10(length) + 1e-9));
    CHECK((mantissa == Approx(1.0) || mantissa == Approx(2.0) || mantissa == Approx(5.0)));
  }
}

TEST_CASE("text in figures is escaped") {
  Svg svg(10, 10);
  svg.text(0, 0, "a<b & \"c\"");
  CHECK(svg.str().find("a&lt;b &amp; &quot;c&quot;") != std::string::npos);
}

TEST_CASE("a picture is embedded as PNG and its height follows its shape") {
  geometry::Picture picture(4, 2, {255, 0, 0});
  Svg svg(100, 100);
  svg.picture(0, 0, 80, picture);
  // "iVBORw0KGgo" is the base64 of the PNG signature.
  CHECK(svg.str().find("data:image/png;base64,iVBORw0KGgo") != std::string::npos);
  CHECK(svg.str().find("height=\"40.0\"") != std::string::npos);
}

TEST_CASE("a colour bar labels both ends") {
  Svg svg(100, 100);
  svg.colour_bar(0, 0, 10, 80, 0.0, 120.0, 5, geometry::viridis, "stress, MPa");
  CHECK(svg.str().find(">0<") != std::string::npos);
  CHECK(svg.str().find(">120<") != std::string::npos);
  CHECK(svg.str().find(">30<") != std::string::npos);
}
