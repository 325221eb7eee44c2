/// Names drawn into pictures.

#include "geometry/picture/label.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace spongiosa::geometry;

namespace {

constexpr Rgb kWhite{255, 255, 255}, kBlack{0, 0, 0};

Picture labelled(const std::string& text, int width, int x = 0, int y = 0) {
  Picture picture(120, 40, kWhite);
  draw_label(picture, text, x, y, width, kBlack);
  return picture;
}

/// Rows that hold a black pixel.
std::set<int> rows_of(const Picture& picture) {
  std::set<int> rows;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      if (picture.at(x, y) == kBlack) rows.insert(y);
  return rows;
}

}  // namespace

TEST_CASE("every letter and digit is drawn, each in its own shape") {
  std::set<std::vector<Rgb>> shapes;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (const char c : letters) {
    const Picture picture = labelled(std::string(1, c), 120);
    CHECK_FALSE(rows_of(picture).empty());
    shapes.insert(picture.pixels);
  }
  CHECK(shapes.size() == letters.size());
  CHECK(rows_of(labelled(" ", 120)).empty());
}

TEST_CASE("a long name goes on in a new line after a hyphen") {
  const Picture one = labelled("ab-cd", 120), two = labelled("ab-cd", 4 * kLabelWidth_px);
  CHECK(*rows_of(one).rbegin() < kLabelHeight_px);
  CHECK(*rows_of(two).rbegin() >= kLabelHeight_px);
  // The second line is what a label of its own at that place is.
  Picture apart = labelled("ab-", 120);
  draw_label(apart, "cd", 0, kLabelHeight_px, 120, kBlack);
  CHECK(two.pixels == apart.pixels);
  // Without a hyphen it breaks where it must.
  CHECK(*rows_of(labelled("abcd", 2 * kLabelWidth_px)).rbegin() >= kLabelHeight_px);
}

TEST_CASE("what lies outside the picture is left out") {
  const Picture picture = labelled("octet", 120, 105, 36);
  CHECK_FALSE(rows_of(picture).empty());
  CHECK(rows_of(labelled("octet", 120, -200, -50)).empty());
}
