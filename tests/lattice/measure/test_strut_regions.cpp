#include "lattice/measure/strut_regions.h"

#include "core/error.h"
#include "lattice/cells/cell.h"
#include "lattice/measure/skeleton.h"
#include "lattice/measure/solid_share.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>

using namespace spongiosa;
using namespace spongiosa::lattice;

namespace {

geometry::FloatImage image_of(const Index3& size, const std::function<bool(const Vec3&)>& inside) {
  geometry::FloatImage share;
  share.size = size;
  share.allocate(0.0f);
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) share.at(i, j, k) = inside(Vec3(double(i), double(j), double(k))) ? 1.0f : 0.0f;
  return share;
}
double to_segment(const Vec3& p, const Vec3& a, const Vec3& b) {
  const double t = std::clamp((p - a).dot(b - a) / (b - a).squaredNorm(), 0.0, 1.0);
  return (p - a - t * (b - a)).norm();
}

}  // namespace

TEST_CASE("a voxel is simple when taking it away changes neither pieces nor handles") {
  const auto bits = [](std::initializer_list<int> solid) {
    std::uint32_t n = 1u << 13;
    for (const int b : solid) n |= 1u << b;
    return n;
  };
  CHECK(is_simple_voxel(bits({14})));          // the end of a line
  CHECK_FALSE(is_simple_voxel(bits({12, 14}))); // the middle of one
  CHECK_FALSE(is_simple_voxel(bits({})));       // a lone voxel
  CHECK_FALSE(is_simple_voxel((1u << 27) - 1)); // deep inside: it would become a cavity
  CHECK(is_simple_voxel(((1u << 27) - 1) & ~(1u << 14)));
  // In the middle of a plate: taking it out makes a hole through.
  std::uint32_t plate = 0;
  for (int b = 9; b < 18; ++b) plate |= 1u << b;
  CHECK_FALSE(is_simple_voxel(plate));
}

TEST_CASE("three bars that meet: three struts and one node, with lengths, thicknesses and angles") {
  const Vec3 centre(30, 30, 30);
  const std::array<Vec3, 3> ends = {Vec3(30, 30, 56), Vec3(56, 30, 30), Vec3(12, 12, 12)};
  const auto share = image_of({60, 60, 60}, [&](const Vec3& p) {
    for (const Vec3& end : ends)
      if (to_segment(p, centre, end) <= 4.0) return true;
    return false;
  });
  const StrutRegions regions = find_strut_regions(share, Progress());
  REQUIRE(regions.nodes.size() == 1);
  REQUIRE(regions.struts.size() == 3);
  CHECK((regions.nodes[0].centre_index - centre).norm() < 2.5);
  CHECK(regions.nodes[0].struts == 3);
  std::vector<double> angles;
  std::int64_t voxels = regions.nodes[0].voxels;
  for (const Strut& strut : regions.struts) {
    CHECK(((strut.from < 0) != (strut.to < 0)));
    CHECK(strut.radius == Approx(4.0).margin(0.7));
    angles.push_back(regions.inclination_deg(strut));
    voxels += strut.voxels;
  }
  std::sort(angles.begin(), angles.end());
  CHECK(angles[0] == Approx(0.0).margin(5.0));
  CHECK(angles[1] == Approx(std::asin(1.0 / std::sqrt(3.0)) * 180.0 / 3.14159265).margin(5.0));
  CHECK(angles[2] == Approx(90.0).margin(5.0));
  std::int64_t solid = 0;
  for (const float s : share.data) solid += s > 0.5f;
  CHECK(voxels == solid);  // every voxel has an owner
}

TEST_CASE("a bar alone is one strut without nodes, and a ring one closed strut") {
  const auto bar = find_strut_regions(image_of({20, 20, 60}, [](const Vec3& p) { return std::hypot(p.x() - 10, p.y() - 10) <= 4.0 && p.z() > 5 && p.z() < 55; }), Progress());
  REQUIRE(bar.struts.size() == 1);
  CHECK(bar.nodes.empty());
  CHECK(bar.inclination_deg(bar.struts[0]) == Approx(90.0).margin(3.0));
  CHECK(bar.struts[0].length == Approx(49.0 - 8.0).margin(8.0));  // the line ends about a radius before the bar
  const auto ring = find_strut_regions(image_of({50, 50, 12}, [](const Vec3& p) { return std::hypot(std::hypot(p.x() - 25, p.y() - 25) - 16.0, p.z() - 6.0) <= 3.5; }), Progress());
  REQUIRE(ring.struts.size() == 1);
  CHECK(ring.nodes.empty());
  CHECK(ring.struts[0].length == Approx(2.0 * 3.14159265 * 16.0).epsilon(0.08));
}

TEST_CASE("a strut that is cut aslant is one strut whichever way it points") {
  std::vector<double> lengths;
  for (const double up : {1.0, -1.0})
    for (const double across : {1.0, -1.0}) {
      // From the middle of the box to its upper or lower face at 45 degrees, an even number of voxels wide.
      const Vec3 from(19.5, 29.5, 29.5), to = from + Vec3(0.0, 40.0 * across, 40.0 * up);
      const auto regions = find_strut_regions(image_of({40, 60, 60}, [&](const Vec3& p) { return to_segment(p, from, to) <= 4.0; }), Progress());
      REQUIRE(regions.struts.size() == 1);
      CHECK(regions.nodes.empty());
      CHECK(regions.inclination_deg(regions.struts[0]) == Approx(45.0).margin(3.0));
      lengths.push_back(regions.struts[0].length);
    }
  // Cut through at 42 voxels along its axis; the line ends where the cut begins to make it thinner, about two radii before.
  for (const double length : lengths) {
    CHECK(length == Approx(42.0 - 4.0).margin(8.0));
    CHECK(length == Approx(lengths.front()).margin(3.0));
  }
}

TEST_CASE("octet: the struts and nodes of its table, each of them found where it is") {
  const CellPtr cell = find_cell("octet");
  // From a quarter of a cell before to a quarter after, so that no strut lies in a face of the box; 96 samples per 1.5 cells.
  constexpr int n = 96;
  geometry::FloatImage share;
  share.size = {n, n, n};
  share.allocate(0.0f);
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < n; ++i)
        share.at(i, j, k) = value_at(*cell, Vec3(double(i) + 0.5, double(j) + 0.5, double(k) + 0.5) / 64.0 - Vec3::Constant(0.25), 0.06).value < 0.0 ? 1.0f : 0.0f;
  const StrutRegions regions = find_strut_regions(share, Progress());
  // In the box: 8 corners and 6 face centres of the cell, each with its 12 struts, whole or cut.
  int full = 0;
  for (const StrutNode& node : regions.nodes) full += node.struts == 12;
  CHECK(regions.nodes.size() == 14);
  CHECK(full == 14);
  int whole = 0;
  for (const Strut& strut : regions.struts) {
    if (strut.from < 0 || strut.to < 0) continue;
    ++whole;
    const Vec3 chord = (strut.end_index - strut.start_index) / 64.0;
    CHECK(chord.norm() == Approx(std::sqrt(0.5)).epsilon(0.05));
    const double angle = regions.inclination_deg(strut);
    CHECK((angle < 4.0 || std::abs(angle - 45.0) < 4.0));
    CHECK(strut.radius / 64.0 == Approx(0.06).margin(0.01));
  }
  // Between corners and face centres 24, between neighbouring face centres 12.
  CHECK(whole == 36);
}

TEST_CASE("no solid is refused by name") {
  CHECK_THROWS_WITH(find_strut_regions(image_of({5, 5, 5}, [](const Vec3&) { return false; }), Progress()), Catch::Contains("no solid"));
  geometry::LabelImage full;
  full.size = {4, 4, 4};
  full.allocate(1);
  CHECK_THROWS_WITH(curve_skeleton(full, std::vector<float>(64, 1.0f), Progress()), Catch::Contains("border"));
}
