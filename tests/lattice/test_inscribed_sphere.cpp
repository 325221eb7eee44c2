#include "lattice/cells/cell.h"
#include "lattice/measure/inscribed_sphere.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;

namespace {

FloatImage grid(const Index3& size, double step_mm) {
  FloatImage image;
  image.size = size;
  image.spacing_mm = Vec3::Constant(step_mm);
  image.origin_Patient = Vec3(10.0, -20.0, 30.0);
  image.allocate(0.0f);
  return image;
}

template <class F>
void fill(FloatImage& image, const F& f) {
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i)
        image.at(i, j, k) = float(f(image.spacing_mm.cwiseProduct(Vec3(double(i), double(j), double(k)))));
}

}  // namespace

TEST_CASE("the distance transform is exact") {
  geometry::LabelImage mask;
  mask.size = {23, 17, 19};
  mask.allocate(0);
  std::mt19937 random(3);
  std::vector<Vec3> set;
  for (int n = 0; n < 25; ++n) {
    const std::int64_t i = std::int64_t(random() % 23), j = std::int64_t(random() % 17), k = std::int64_t(random() % 19);
    mask.at(i, j, k) = 1;
    set.emplace_back(double(i), double(j), double(k));
  }
  const std::vector<float> distance = squared_distance_to(mask);
  for (std::int64_t k = 0; k < 19; ++k)
    for (std::int64_t j = 0; j < 17; ++j)
      for (std::int64_t i = 0; i < 23; ++i) {
        double nearest = 1e9;
        for (const Vec3& p : set) nearest = std::min(nearest, (p - Vec3(double(i), double(j), double(k))).squaredNorm());
        REQUIRE(distance[mask.offset(i, j, k)] == float(nearest));
      }
}

TEST_CASE("a ball in a block is found between the voxels") {
  FloatImage field = grid({60, 50, 56}, 0.1), zone = field;
  const Vec3 centre(2.9337, 2.4712, 2.8491);
  fill(field, [&](const Vec3& p) { return 1.3371 - (p - centre).norm(); });  // a round pore
  fill(zone, [](const Vec3&) { return -1.0; });
  const InscribedSphere pore = largest_void_sphere(field, zone, Progress());
  CHECK(pore.diameter_mm == Approx(2.6742).epsilon(2e-3));
  CHECK((pore.centre_Patient - (field.origin_Patient + centre)).norm() < 0.01);
  // The same as solid.
  for (float& f : field.data) f = -f;
  CHECK(largest_solid_sphere(field, zone, Progress()).diameter_mm == Approx(2.6742).epsilon(2e-3));
}

TEST_CASE("a ball does not leave its zone, nor the grid") {
  FloatImage field = grid({50, 50, 50}, 0.1), zone = field;
  fill(field, [](const Vec3&) { return 1.0; });  // void throughout
  fill(zone, [](const Vec3& p) { return std::abs(p[2] - 2.413) - 0.8127; });
  CHECK(largest_void_sphere(field, zone, Progress()).diameter_mm == Approx(2.0 * 0.8127).epsilon(2e-3));
  fill(zone, [](const Vec3&) { return -1.0; });
  CHECK(largest_void_sphere(field, zone, Progress()).diameter_mm == Approx(4.9).epsilon(2e-3));
  CHECK(largest_solid_sphere(field, zone, Progress()).diameter_mm == 0.0);
}

TEST_CASE("pore and strut of a gyroid block are within one per cent at 16 voxels per cell") {
  // Periodic cell at 70 % porosity: pore 0.5871, strut 0.3268 of the cell.
  // Once with a phase of no symmetry; once with all nodes of the cell on grid points, where candidates of one kind are alike.
  constexpr double kCell = 1.0, kTwoPi = 6.283185307179586;
  const CellPtr cell = find_cell("gyroid-network-minus");
  const Vec3 phase = GENERATE(Vec3(0.0131, 0.0277, 0.0419), Vec3(0.0, 0.0, 0.0));
  FloatImage field = grid({51, 53, 49}, kCell / 16.0), zone = field;
  fill(field, [&](const Vec3& p) {
    const CellValue at = value_at(*cell, (p + phase) / kCell, -0.6162);
    return at.value / std::max(at.gradient.norm(), 0.1 * kTwoPi) * kCell;
  });
  fill(zone, [](const Vec3&) { return -1.0; });
  CHECK(largest_void_sphere(field, zone, Progress()).diameter_mm == Approx(0.5871).epsilon(0.01));
  CHECK(largest_solid_sphere(field, zone, Progress()).diameter_mm == Approx(0.3268).epsilon(0.01));
}
