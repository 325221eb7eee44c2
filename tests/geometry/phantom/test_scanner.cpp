// Blur and noise on images whose answer is known.
#include "geometry/phantom/scanner.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

FloatImage empty_image(std::int64_t across, std::int64_t along, const Vec3& spacing) {
  FloatImage image;
  image.size = {across, across, along};
  image.spacing_mm = spacing;
  image.allocate();
  return image;
}

}  // namespace

TEST_CASE("blur keeps the sum and spreads a point to the asked width") {
  FloatImage image = empty_image(41, 41, Vec3(0.4, 0.4, 0.5));
  image.at(20, 20, 20) = 1000.0f;
  blur(image, Vec3(1.2, 1.2, 1.6));
  double sum = 0.0;
  Vec3 second = Vec3::Zero();
  for (std::int64_t k = 0; k < 41; ++k)
    for (std::int64_t j = 0; j < 41; ++j)
      for (std::int64_t i = 0; i < 41; ++i) {
        const Vec3 r = Vec3(double(i - 20), double(j - 20), double(k - 20)).cwiseProduct(image.spacing_mm);
        sum += double(image.at(i, j, k));
        second += double(image.at(i, j, k)) * r.cwiseProduct(r);
      }
  CHECK(sum == Approx(1000.0).epsilon(1e-4));
  const Vec3 fwhm = 2.3548 * (second / sum).cwiseSqrt();
  CHECK(fwhm.x() == Approx(1.2).epsilon(0.01));
  CHECK(fwhm.y() == Approx(1.2).epsilon(0.01));
  CHECK(fwhm.z() == Approx(1.6).epsilon(0.01));
}

TEST_CASE("blur leaves a constant and, with zero width, everything") {
  FloatImage image = empty_image(9, 5, Vec3(0.4, 0.4, 0.6));
  for (float& v : image.data) v = 77.0f;
  blur(image, Vec3(1.0, 1.0, 1.0));
  for (float v : image.data) REQUIRE(v == Approx(77.0f).epsilon(1e-5));
  image.at(3, 3, 3) = 5.0f;
  const FloatImage before = image;
  blur(image, Vec3::Zero());
  CHECK(image.data == before.data);
}

TEST_CASE("noise has the asked deviation, no mean, and the texture of a filtered scan") {
  FloatImage image = empty_image(128, 40, Vec3(0.4, 0.4, 0.625));
  add_scanner_noise(image, {25.0, 0.7, 0.9, 11}, Progress());
  double sum = 0.0, squares = 0.0, near = 0.0, far = 0.0, along = 0.0;
  std::int64_t count = 0;
  for (std::int64_t k = 0; k + 1 < 40; ++k)
    for (std::int64_t j = 0; j < 128; ++j)
      for (std::int64_t i = 0; i + 4 < 128; ++i, ++count) {
        const double v = double(image.at(i, j, k));
        sum += v;
        squares += v * v;
        near += v * double(image.at(i + 1, j, k));
        far += v * double(image.at(i + 3, j, k));
        along += v * double(image.at(i, j, k + 1));
      }
  const double variance = squares / double(count);
  CHECK(sum / double(count) == Approx(0.0).margin(0.3));
  CHECK(std::sqrt(variance) == Approx(25.0).epsilon(0.02));
  CHECK(near / double(count) / variance > 0.3);   // neighbours resemble each other
  CHECK(far / double(count) / variance < 0.02);   // and low frequencies are missing
  CHECK(along / double(count) / variance > 0.3);
}
