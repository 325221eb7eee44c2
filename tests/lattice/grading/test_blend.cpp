#include "core/error.h"
#include "lattice/grading/blend.h"
#include "lattice/grading/calibrate.h"
#include "tests/lattice/grading/solid_pieces.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;

namespace {

const std::pair<const char*, const char*> kPairs[] = {{"gyroid-network-minus", "diamond-network-minus"},
                                                      {"gyroid-sheet", "gyroid-network-minus"},
                                                      {"i-wp-sheet", "primitive-network-plus"},
                                                      {"diamond-sheet", "gyroid-sheet"}};

/// A bar of `cells` x 2 x 2 cells whose weight goes from 0 to 1 along it.
geometry::FloatImage ramp(const CellBlend& blend, double density, int cells, int per_cell) {
  geometry::FloatImage image;
  image.size = {std::int64_t(cells) * per_cell, 2 * per_cell, 2 * per_cell};
  image.allocate();
  std::vector<float> u, v, w, weight, rho(std::size_t(image.size[0]), float(density));
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j) {
      u.clear(), v.clear(), w.clear(), weight.clear();
      for (std::int64_t i = 0; i < image.size[0]; ++i) {
        u.push_back(float(i) / float(per_cell));
        v.push_back(float(j) / float(per_cell));
        w.push_back(float(k) / float(per_cell));
        weight.push_back(std::clamp(1.25f * u.back() / float(cells) - 0.125f, 0.0f, 1.0f));
      }
      blend.evaluate({int(u.size()), u.data(), v.data(), w.data(), weight.data(), rho.data(), &image.at(0, j, k), nullptr, nullptr, nullptr});
    }
  return image;
}

}  // namespace

TEST_CASE("blended cells keep the density asked for, whatever the weight") {
  // Compared with the independent integration of the calibration. Weights and densities off the table's points.
  double worst = 0.0;
  for (const auto& [a, b] : kPairs) {
    const CellBlend blend(find_cell(a), find_cell(b));
    for (const double weight : {0.111, 0.504, 0.985}) {
      const CellPtr cell = blend.at_weight(weight);
      for (const double density : {0.15, 0.205, 0.333, 0.5}) {
        const double error = density_at_level(*cell, density) - density;
        INFO(a << " " << b << " weight " << weight << " density " << density);
        CHECK(std::abs(error) < 0.002);
        worst = std::max(worst, std::abs(error));
      }
    }
  }
  WARN("largest error of the density: " << 100.0 * worst << " percentage points");
}

TEST_CASE("at its ends a blend is the cell itself") {
  const CellPtr gyroid = find_cell("gyroid-network-minus"), diamond = find_cell("diamond-network-minus");
  const CellBlend blend(gyroid, diamond);
  const double t = level_for_density(*gyroid, 0.3);
  int inside = 0;
  for (int i = 0; i < 500; ++i) {
    const Vec3 u(std::fmod(0.1 + 0.618034 * i, 1.0), std::fmod(0.4 + 0.754878 * i, 1.0), std::fmod(0.7 + 0.569840 * i, 1.0));
    const float p[3] = {float(u[0]), float(u[1]), float(u[2])}, weight = 0.0f, density = 0.3f;
    float value, g[3];
    blend.evaluate({1, &p[0], &p[1], &p[2], &weight, &density, &value, &g[0], &g[1], &g[2]});
    const CellValue own = value_at(*gyroid, u, t);
    const double scale = own.gradient.norm() / Vec3(g[0], g[1], g[2]).norm();
    CHECK(double(value) * scale == Approx(own.value).margin(2e-3));
    CHECK((own.gradient - scale * Vec3(g[0], g[1], g[2])).norm() < 1e-3);
    inside += own.value < 0.0;
  }
  CHECK(inside > 100);
}

TEST_CASE("the gradient of a blend agrees with differences") {
  const CellBlend blend(find_cell("gyroid-network-minus"), find_cell("diamond-network-minus"));
  const float weight = 0.4f, density = 0.3f;
  for (int i = 0; i < 100; ++i) {
    float p[3] = {float(std::fmod(0.618034 * i, 1.0)), float(std::fmod(0.754878 * i, 1.0)), float(std::fmod(0.569840 * i, 1.0))};
    float value, g[3];
    blend.evaluate({1, &p[0], &p[1], &p[2], &weight, &density, &value, &g[0], &g[1], &g[2]});
    for (int a = 0; a < 3; ++a) {
      const float here = p[a], h = 2e-3f;
      float ahead, behind;
      p[a] = here + h;
      blend.evaluate({1, &p[0], &p[1], &p[2], &weight, &density, &ahead, nullptr, nullptr, nullptr});
      p[a] = here - h;
      blend.evaluate({1, &p[0], &p[1], &p[2], &weight, &density, &behind, nullptr, nullptr, nullptr});
      p[a] = here;
      CHECK(g[a] == Approx((ahead - behind) / (2 * h)).margin(5e-3));
    }
  }
}

TEST_CASE("struts and walls hold together along a blend") {
  for (const auto& [a, b] : {std::pair{"gyroid-network-minus", "diamond-network-minus"}, {"gyroid-sheet", "gyroid-network-minus"}}) {
    const CellBlend blend(find_cell(a), find_cell(b));
    for (const double density : {0.2, 0.3, 0.4}) {
      const geometry::FloatImage bar = ramp(blend, density, 6, 20);
      const SolidPieces pieces(bar);
      INFO(a << " to " << b << " at density " << density);
      CHECK(pieces.solid_share() == Approx(density).margin(0.015));
      // What is cut at the outer faces may be loose; the piece that spans the bar must be all but that.
      CHECK(pieces.spans(0));
      CHECK(pieces.largest_share() > 0.97);
      WARN(a << " to " << b << ", density " << density << ": " << pieces.count() << " pieces, the largest holds "
             << 100.0 * pieces.largest_share() << " % of the solid");
    }
  }
}

TEST_CASE("impossible blends are refused") {
  const auto error_of = [](const std::function<void()>& work) -> std::string {
    try {
      work();
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kBadInput);
      return error.what();
    }
    return "no error";
  };
  const CellBlend blend(find_cell("gyroid-sheet"), find_cell("diamond-sheet"));
  CHECK(error_of([&] { blend.at_weight(1.2); }) == "a blend weight of 1.2 is not possible; expected 0 to 1");
  CHECK(error_of([] { CellBlend(find_cell("gyroid-double-network"), find_cell("gyroid-sheet")); }) ==
        "cell 'gyroid-double-network' is two networks and cannot be blended; expected a single network, a sheet or struts");
}
