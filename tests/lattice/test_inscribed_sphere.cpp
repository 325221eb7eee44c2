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

TEST_CASE("pore and strut of a gyroid block are within one per cent at 16 voxels per cell", "[slow]") {
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

TEST_CASE("a hollow that opens through a face is no pore, a closed one behind it is") {
  // A block of 4 x 4 x 3 mm; from its top a round hollow 0.8 mm deep, in whose mouth a ball of 0.8 mm lies; inside a bubble of 0.598 mm.
  FloatImage field = grid({100, 100, 76}, 0.05), zone = field;
  const Vec3 middle(2.45, 2.45, 1.95), half(2.0, 2.0, 1.5), mouth(1.6, 1.7, 3.45), bubble(3.3713, 3.0331, 1.2171);
  const auto box = [&](const Vec3& p) {
    const Vec3 d = (p - middle).cwiseAbs() - half;
    return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
  };
  fill(zone, box);
  fill(field, [&](const Vec3& p) { return std::max({box(p), 0.8 - (p - mouth).norm(), 0.299 - (p - bubble).norm()}); });
  const InscribedSphere pore = largest_void_sphere(field, zone, Progress());
  CHECK(pore.held_by_walls);
  CHECK(pore.diameter_mm == Approx(0.598).epsilon(0.01));
  CHECK((pore.centre_Patient - field.origin_Patient - bubble).norm() < 0.02);
  // Without the bubble the ball in the mouth is given, and said to end at the face.
  fill(field, [&](const Vec3& p) { return std::max(box(p), 0.8 - (p - mouth).norm()); });
  const InscribedSphere hollow = largest_void_sphere(field, zone, Progress());
  CHECK_FALSE(hollow.held_by_walls);
  CHECK(hollow.diameter_mm == Approx(0.8).epsilon(0.02));
}

TEST_CASE("walls of one to three voxels, wherever their middle lies between the samples") {
  for (const double thickness : {1.1, 1.9, 3.4}) {
    CAPTURE(thickness);
    // A plate at an odd angle; a shell whose curvature the samples can still show.
    FloatImage field = grid({36, 34, 35}, 0.1), zone = field;
    fill(zone, [](const Vec3&) { return -1.0; });
    const Vec3 normal = Vec3(0.31, 0.52, 0.83).normalized(), inside(1.7331, 1.6127, 1.8543);
    fill(field, [&](const Vec3& p) { return std::abs(normal.dot(p - inside)) - 0.05 * thickness; });
    const InscribedSphere plate = largest_solid_sphere(field, zone, Progress());
    CHECK(plate.held_by_walls);
    CHECK(plate.diameter_mm == Approx(0.1 * thickness).epsilon(0.005));
    fill(field, [&](const Vec3& p) { return std::abs((p - inside).norm() - 1.2) - 0.05 * thickness; });
    CHECK(largest_solid_sphere(field, zone, Progress()).diameter_mm == Approx(0.1 * thickness).epsilon(0.01));
    // The same as a slit.
    for (float& f : field.data) f = -f;
    CHECK(largest_void_sphere(field, zone, Progress()).diameter_mm == Approx(0.1 * thickness).epsilon(0.01));
  }
}
