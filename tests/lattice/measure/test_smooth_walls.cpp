#include "lattice/measure/fitted_walls.h"
#include "lattice/measure/smooth_room.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;

namespace {

const Vec3 kMiddle(7.3, 7.6, 7.4), kHalfAxes(5.0, 4.0, 6.0);

/// 1 - x^2/a^2 - y^2/b^2 - z^2/c^2, voxels.
double ellipsoid(const Vec3& p, Vec3& gradient) {
  const Vec3 x = (p - kMiddle).cwiseQuotient(kHalfAxes);
  gradient = -2.0 * x.cwiseQuotient(kHalfAxes);
  return 1.0 - x.squaredNorm();
}

/// First-order distance to where the ellipsoid's function is 0, or for a shell of it +-0.2: positive within.
FloatImage first_order(bool shell) {
  FloatImage field;
  field.size = {16, 16, 16};
  field.spacing_mm = Vec3::Ones();
  field.allocate(0.0f);
  for (std::int64_t k = 0; k < 16; ++k)
    for (std::int64_t j = 0; j < 16; ++j)
      for (std::int64_t i = 0; i < 16; ++i) {
        Vec3 gradient;
        const double f = ellipsoid(Vec3(double(i), double(j), double(k)), gradient);
        field.at(i, j, k) = float((shell ? 0.2 - std::abs(f) : f) / std::max(gradient.norm(), 0.05));
      }
  return field;
}

}  // namespace

TEST_CASE("a wall fitted to first-order distances lies where the function is zero") {
  const FloatImage field = first_order(false);
  const Room room = Room::phase(field, 1.0f);
  for (const Vec3& direction : {Vec3(0.5, 0.6, 0.62), Vec3(-0.9, 0.3, 0.1), Vec3(0.1, -0.2, 0.97)}) {
    const Vec3 on_wall = kMiddle + direction / direction.cwiseQuotient(kHalfAxes).norm();
    Vec3 inwards;
    ellipsoid(on_wall, inwards);
    inwards.normalize();
    const FittedWall wall(room, on_wall + 0.4 * inwards.unitOrthogonal(), 1.0);
    REQUIRE(wall.good());
    CHECK(wall.distance(on_wall + 1.5 * inwards) == Approx(1.5).margin(0.003));
  }
}

TEST_CASE("both faces of a shell thinner than two samples are fitted at once") {
  const FloatImage field = first_order(true);
  const Room room = Room::phase(field, 1.0f);
  const Vec3 direction(0.5, 0.6, 0.62), middle = kMiddle + direction / direction.cwiseQuotient(kHalfAxes).norm();
  const SmoothRoom shell(room, SmoothFit::Faces::kTwo, middle, 0.5, 1.0);
  REQUIRE(shell.good());
  // The nearest points where the function is +-0.2, by Newton's steps onto them along the gradient, again and again from the middle.
  double nearest = 1e9;
  for (const double end : {-0.2, 0.2}) {
    Vec3 foot = middle, gradient;
    for (int round = 0; round < 50; ++round) {
      const double f = ellipsoid(foot, gradient);
      foot = middle + ((foot - middle).dot(gradient) + end - f) / gradient.squaredNorm() * gradient;
    }
    nearest = std::min(nearest, (foot - middle).norm());
  }
  LeastDistance least;
  CHECK(shell.clearance(middle, least) == Approx(nearest).margin(0.003));
}
