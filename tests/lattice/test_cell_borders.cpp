#include "lattice/build/cell_borders.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

using namespace spongiosa;
using namespace spongiosa::lattice;

namespace {

float weight_at(const CellBorders& borders, const Vec3& p) {
  const Vec3f f = p.cast<float>();
  float weight;
  borders.weights(1, &f[0], &f[1], &f[2], &weight);
  return weight;
}

/// Below the plane z = `face`.
CellBorders::Depths below(double face) {
  return [face](int n, const float*, const float*, const float* z, float* depth) {
    for (int m = 0; m < n; ++m) depth[m] = float(face) - z[m];
  };
}

}  // namespace

TEST_CASE("cells below a face are whole, and the one it cuts has weight but near whole ones") {
  const Vec3 edges(1.0, 0.8, 0.5);
  const geometry::Box box{Vec3(-2.3, -1.9, -2.0), Vec3(2.2, 1.7, 1.6)};
  const CellBorders borders(Mat3(edges.cwiseInverse().asDiagonal()), box, below(1.3));
  // The face lies in the cell from 1.0 to 1.5.
  for (const double x : {-2.2, -0.5, 0.0, 1.3}) {
    CHECK(weight_at(borders, Vec3(x, 0.3, -1.7)) == 0.0f);
    CHECK(weight_at(borders, Vec3(x, 0.3, 0.99)) == 0.0f);
    CHECK(weight_at(borders, Vec3(x, 0.3, 1.0 + 0.5 * 0.05)) == Approx(0.2).margin(1e-5));
    CHECK(weight_at(borders, Vec3(x, 0.3, 1.0 + 0.5 * 0.25)) == Approx(1.0).margin(1e-5));
    CHECK(weight_at(borders, Vec3(x, 0.3, 1.28)) == 1.0f);
  }
  CHECK(borders.whole_cells() > 100);
}

TEST_CASE("weights of turned cells are zero in every whole cell and change no faster than over a quarter of a cell") {
  const Mat3 turn = Eigen::AngleAxisd(0.6, Vec3(0.3, -0.5, 0.8).normalized()).toRotationMatrix(), jacobian = turn.transpose() / 0.9;
  const geometry::Box box{Vec3::Constant(-3.5), Vec3::Constant(3.5)};
  const auto ball = [](int n, const float* x, const float* y, const float* z, float* depth) {
    for (int m = 0; m < n; ++m) depth[m] = 3.2f - Vec3f(x[m], y[m], z[m]).norm();
  };
  const CellBorders borders(jacobian, box, ball);
  REQUIRE(borders.whole_cells() > 60);
  const auto whole = [&](const Vec3& p) {
    const Vec3 u = jacobian * p;
    for (int c = 0; c < 8; ++c)
      if (!((0.9 * turn * (u.array().floor().matrix() + Vec3(c & 1, c >> 1 & 1, c >> 2))).norm() < 3.2)) return false;  // a ball is convex
    return true;
  };
  double steepest = 0.0;
  int in_whole = 0, elsewhere = 0;
  for (int n = 0; n < 20000; ++n) {
    const Vec3 p = 6.0 * (Vec3(std::fmod(n * 0.8191725134, 1.0), std::fmod(n * 0.6710436067, 1.0), std::fmod(n * 0.5497004779, 1.0)) - Vec3::Constant(0.5));
    const Vec3 q = p + 0.01 * Vec3(0.6, -0.48, 0.64);
    steepest = std::max(steepest, std::abs(double(weight_at(borders, p) - weight_at(borders, q))) / 0.01);
    if (whole(p)) {
      ++in_whole;
      CHECK(weight_at(borders, p) == 0.0f);
    } else if (p.norm() < 3.2) {
      elsewhere += weight_at(borders, p) == 1.0f;
    }
  }
  CHECK(in_whole > 1000);
  CHECK(elsewhere > 1000);
  CHECK(steepest <= std::sqrt(3.0) / (0.25 * 0.9) + 1e-3);
}
