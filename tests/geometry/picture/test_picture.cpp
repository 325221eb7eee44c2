#include "core/error.h"
#include "core/file.h"
#include "geometry/picture/draw.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>
#include <png.h>

#include <cmath>
#include <limits>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// How much black there is on a white picture, in whole pixels.
double ink(const Picture& picture) {
  double sum = 0.0;
  for (const Rgb& p : picture.pixels) sum += (255.0 - p[0]) / 255.0;
  return sum;
}
Picture white(int width, int height) { return Picture(width, height, {255, 255, 255}); }
double luminance(const Rgb& c) { return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; }

}  // namespace

TEST_CASE("PNG comes back pixel for pixel, with the same bytes each time") {
  Picture picture(37, 19, {1, 2, 3});
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) picture.at(x, y) = {std::uint8_t(7 * x), std::uint8_t(13 * y), std::uint8_t(x * y)};
  TemporaryFolder folder;
  write_png(folder.path() / "p.png", picture);
  const std::string bytes = read_text_file(folder.path() / "p.png");
  REQUIRE(bytes == png_bytes(picture));

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  REQUIRE(image.width == 37);
  REQUIRE(image.height == 19);
  image.format = PNG_FORMAT_RGB;
  std::vector<Rgb> back(picture.pixels.size());
  REQUIRE(png_image_finish_read(&image, nullptr, back.data(), 0, nullptr));
  REQUIRE(back == picture.pixels);
  REQUIRE_THROWS_AS(png_bytes(Picture()), Error);
}

TEST_CASE("colour maps: ends, neutral middle, even rise of lightness") {
  REQUIRE(viridis(0.0) == Rgb{68, 1, 84});
  REQUIRE(viridis(1.0) == Rgb{253, 231, 37});
  REQUIRE(viridis(-3.0) == viridis(0.0));
  REQUIRE(viridis(7.0) == viridis(1.0));
  for (int n = 0; n < 100; ++n) REQUIRE(luminance(viridis((n + 1) / 100.0)) > luminance(viridis(n / 100.0)));
  // Published value in the middle of the 256-colour table: (0.1276, 0.5669, 0.5506).
  const Rgb middle = viridis(128.0 / 255.0);
  REQUIRE(std::abs(middle[0] - 0.127568 * 255) < 2.0);
  REQUIRE(std::abs(middle[1] - 0.566949 * 255) < 2.0);
  REQUIRE(std::abs(middle[2] - 0.550556 * 255) < 2.0);
  // Moreland 2009, table: blue (59, 76, 192), grey (221, 221, 221), red (180, 4, 38).
  const Rgb expected[3] = {{59, 76, 192}, {221, 221, 221}, {180, 4, 38}};
  for (int n = 0; n < 3; ++n)
    for (std::size_t c = 0; c < 3; ++c) REQUIRE(std::abs(int(coolwarm(0.5 * n)[c]) - int(expected[n][c])) <= 1);
  REQUIRE(coolwarm(std::numeric_limits<double>::quiet_NaN()) == Rgb{128, 128, 128});
}

TEST_CASE("lines and areas cover what they should") {
  SECTION("rectangle with fractional borders") {
    Picture p = white(20, 20);
    fill_rectangle(p, Vec2(2.25, 3.5), Vec2(10.75, 12.0), {0, 0, 0});
    REQUIRE(ink(p) == Approx(8.5 * 8.5).epsilon(2e-3));
    REQUIRE(p.at(2, 5) == Rgb{64, 64, 64});
    REQUIRE(p.at(1, 5) == Rgb{255, 255, 255});
    fill_rectangle(p, Vec2(-5, -5), Vec2(50, 50), {0, 0, 0});
    REQUIRE(ink(p) == Approx(400.0));
    fill_rectangle(p, Vec2(30, 30), Vec2(50, 50), {9, 9, 9});
    REQUIRE(ink(p) == Approx(400.0));
  }
  SECTION("a line has its length times its width at any angle") {
    for (const double angle : {0.0, 0.3, 0.785398, 1.2, 1.570796, 2.5}) {
      Picture p = white(120, 120);
      const Vec2 d(std::cos(angle), std::sin(angle));
      draw_line(p, Vec2(60, 60) - 45.0 * d, Vec2(60, 60) + 45.0 * d, {{0, 0, 0}, 3.0, 1.0});
      REQUIRE(ink(p) == Approx(90.0 * 3.0 + 3.14159 * 1.5 * 1.5).epsilon(0.02));
    }
  }
  SECTION("a transparent stroke stays even where its pieces overlap") {
    Picture p = white(60, 20);
    draw_polyline(p, {Vec2(5, 10.5), Vec2(30, 10.5), Vec2(55, 10.5)}, false, {{0, 0, 0}, 3.0, 0.5});
    for (int x = 8; x < 52; ++x) REQUIRE(p.at(x, 10) == p.at(8, 10));
    REQUIRE(p.at(8, 10) == Rgb{128, 128, 128});
  }
  SECTION("lines outside and not finite do nothing") {
    Picture p = white(10, 10);
    draw_line(p, Vec2(-50, -50), Vec2(-20, 300), {});
    draw_line(p, Vec2(std::nan(""), 0), Vec2(5, 5), {});
    REQUIRE(ink(p) == 0.0);
  }
  SECTION("arrow: pointed at its tip") {
    Picture p = white(100, 40);
    draw_arrow(p, Vec2(10, 20), Vec2(90, 20), {{0, 0, 0}, 2.0, 1.0}, 15.0);
    REQUIRE(p.at(20, 19)[0] == 0);
    REQUIRE(p.at(76, 23)[0] < 60);   // base of the head
    REQUIRE(p.at(88, 23)[0] == 255);
    REQUIRE(p.at(92, 20)[0] == 255);
    REQUIRE(ink(p) == Approx(65.0 * 2.0 + 0.5 * 15.0 * 10.0).epsilon(0.03));
  }
  SECTION("a triangle, and paste with clipping") {
    Picture p = white(40, 40);
    fill_polygon(p, {Vec2(5, 5), Vec2(25, 5), Vec2(5, 25)}, {0, 0, 0});
    REQUIRE(ink(p) == Approx(200.0).epsilon(0.02));
    paste(p, Picture(10, 10, {0, 0, 0}), 35, -5);
    REQUIRE(ink(p) == Approx(225.0).epsilon(0.02));
  }
}
