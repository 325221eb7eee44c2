#include "core/error.h"
#include "core/threads.h"
#include "geometry/surface/marching_cubes.h"
#include "geometry/surface/marching_cubes_table.h"
#include "tests/geometry/surface/sampled_field.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <functional>
#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kPi = 3.14159265358979323846;

/// Number of sets of face-connected solid samples; the outermost layer counts as outside.
std::int64_t solid_components(const FloatImage& field) {
  std::vector<char> seen(field.data.size(), 0);
  const auto solid = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
    return i > 0 && j > 0 && k > 0 && i < field.size[0] - 1 && j < field.size[1] - 1 && k < field.size[2] - 1 &&
           field.at(i, j, k) < 0.0f;
  };
  std::int64_t count = 0;
  std::vector<Index3> todo;
  const auto visit = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
    if (!solid(i, j, k) || seen[field.offset(i, j, k)]) return false;
    seen[field.offset(i, j, k)] = 1;
    todo.push_back({i, j, k});
    return true;
  };
  for (std::int64_t k = 0; k < field.size[2]; ++k)
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i) {
        if (!visit(i, j, k)) continue;
        ++count;
        while (!todo.empty()) {
          const Index3 n = todo.back();
          todo.pop_back();
          for (int axis = 0; axis < 3; ++axis)
            for (int step = -1; step <= 1; step += 2) {
              Index3 next = n;
              next[std::size_t(axis)] += step;
              visit(next[0], next[1], next[2]);
            }
        }
      }
  return count;
}

FloatImage noise(std::int64_t count, unsigned seed, double solid_fraction, const Vec3& origin = Vec3::Zero(), double spacing_mm = 1.0) {
  FloatImage field;
  field.size = {count, count, count};
  field.spacing_mm = Vec3::Constant(spacing_mm);
  field.origin_Patient = origin;
  field.allocate();
  std::mt19937 random(seed);
  for (float& value : field.data) {
    const double u = double(random()) / 4294967296.0;
    value = float(u - solid_fraction);
  }
  return field;
}

void require_closed(const MeshReport& report) {
  REQUIRE(report.open_edges == 0);
  REQUIRE(report.non_manifold_edges == 0);
  REQUIRE(report.misoriented_edges == 0);
  REQUIRE(report.non_manifold_vertices == 0);
  REQUIRE(report.degenerate_triangles == 0);
  REQUIRE(report.triangles > 0);
  REQUIRE(report.closed_two_manifold());
}

bool same_bytes(const TriangleMesh& a, const TriangleMesh& b) {
  return a.vertices.size() == b.vertices.size() && a.triangles == b.triangles &&
         std::memcmp(a.vertices.data(), b.vertices.data(), a.vertices.size() * sizeof(Vec3f)) == 0;
}

}  // namespace

TEST_CASE("the table covers every crossed edge of every case") {
  std::size_t with_centre = 0, most_triangles = 0;
  for (unsigned solid = 0; solid < 256; ++solid) {
    const marching_cubes::Case& how = marching_cubes::cases()[solid];
    unsigned used = 0, crossed = 0;
    for (unsigned e = 0; e < 12; ++e) {
      const marching_cubes::Edge& edge = marching_cubes::edges()[e];
      crossed |= (((solid >> edge.lower) ^ (solid >> edge.upper)) & 1) << e;
    }
    for (const auto& t : how.triangles)
      for (const unsigned corner : t) {
        REQUIRE(corner < 12 + how.centres.size());
        if (corner < 12) used |= 1u << corner;
      }
    REQUIRE(used == crossed);
    REQUIRE(how.centres.size() <= 4);
    // A loop of n points gives n - 2 triangles, or n with a centre.
    const std::size_t points = std::size_t(std::popcount(crossed));
    REQUIRE(how.triangles.size() == points - 2 * how.loops + 2 * how.centres.size());
    with_centre += !how.centres.empty();
    most_triangles = std::max(most_triangles, how.triangles.size());
  }
  // Single corners need no centre, and the rule is not trivial.
  REQUIRE(marching_cubes::cases()[1].triangles.size() == 1);
  REQUIRE(with_centre < 128);
  REQUIRE(most_triangles <= 12);
}

TEST_CASE("a cube of each of the 256 cases in random surroundings gives a closed 2-manifold") {
  std::mt19937 random(7);
  for (unsigned solid = 0; solid < 256; ++solid)
    for (int trial = 0; trial < 12; ++trial) {
      FloatImage field = noise(6, random(), trial % 3 == 0 ? 0.0 : 0.5);
      for (unsigned corner = 0; corner < 8; ++corner) {
        // Magnitudes over many decades, so that vertices also come to lie at the ends of the edges.
        const float magnitude = std::pow(10.0f, float(int(random() % 9)) - 4.0f);
        field.at(2 + (corner & 1), 2 + ((corner >> 1) & 1), 2 + (corner >> 2)) = (solid >> corner) & 1 ? -magnitude : magnitude;
      }
      const TriangleMesh mesh = extract_surface(field, Progress());
      if (mesh.triangles.empty()) {
        REQUIRE(solid_components(field) == 0);
        continue;
      }
      const MeshReport report = check_mesh(mesh);
      require_closed(report);
      // The margin is half a float step at 8 mm over the whole surface: some of these surfaces enclose 1e-6 mm3.
      REQUIRE(enclosed_volume_mm3(field, Progress()) ==
              Approx(report.volume_mm3).epsilon(1e-6).margin(0.5 * 4.8e-7 * report.area_mm2));
    }
}

TEST_CASE("random noise gives closed 2-manifolds at any density") {
  for (unsigned seed = 1; seed <= 6; ++seed)
    for (const double fraction : {0.03, 0.15, 0.5, 0.9}) {
      const FloatImage field = noise(20, seed, fraction);
      require_closed(check_mesh(extract_surface(field, Progress())));
    }
}

TEST_CASE("without cavities the components are the 6-connected components of the solid samples") {
  // At this density no noise sample is enclosed by solid ones.
  for (unsigned seed = 1; seed <= 8; ++seed) {
    const FloatImage field = noise(20, seed, 0.12);
    const MeshReport report = check_mesh(extract_surface(field, Progress()));
    REQUIRE(report.components == solid_components(field));
    REQUIRE(report.components > 20);
  }
  // Two samples that touch across a face diagonal stay apart; across a body diagonal too.
  for (const Index3 second : {Index3{3, 3, 2}, Index3{3, 3, 3}, Index3{3, 2, 2}}) {
    FloatImage field = noise(6, 1, 0.0);
    field.at(2, 2, 2) = field.at(second[0], second[1], second[2]) = -1.0f;
    REQUIRE(check_mesh(extract_surface(field, Progress())).components == (second == Index3{3, 2, 2} ? 1 : 2));
  }
}

TEST_CASE("sphere and torus: topology, and volume and area of second order") {
  struct Shape {
    const char* name;
    std::function<double(const Vec3&)> f;
    double volume_mm3, area_mm2;
    std::int64_t euler;
  };
  const double r = 4.0, ring = 3.5, tube = 1.3;
  const Shape shapes[] = {
      {"sphere", [=](const Vec3& p) { return sphere(p, r); }, 4.0 / 3.0 * kPi * r * r * r, 4.0 * kPi * r * r, 2},
      {"torus", [=](const Vec3& p) { return torus(p, ring, tube); }, 2.0 * kPi * kPi * ring * tube * tube,
       4.0 * kPi * kPi * ring * tube, 0}};
  for (const Shape& shape : shapes) {
    INFO(shape.name);
    double volume_error[3], area_error[3];
    const std::int64_t counts[3] = {31, 61, 121};
    for (int n = 0; n < 3; ++n) {
      FloatImage field = sampled(counts[n], 11.0 / double(counts[n] - 1), Vec3(3.1, -7.7, -464.3), shape.f);
      const MeshReport report = check_mesh(extract_surface(field, Progress()));
      require_closed(report);
      REQUIRE(report.components == 1);
      REQUIRE(report.vertices - report.edges + report.triangles == shape.euler);
      REQUIRE(report.volume_mm3 > 0.0);  // outward normals
      // Far from the origin the mesh, not the sum in double, carries the rounding to floats: half a step is 1.5e-5 mm.
      const double volume_mm3 = enclosed_volume_mm3(field, Progress());
      REQUIRE(std::abs(volume_mm3 - report.volume_mm3) < 1.5e-5 * report.area_mm2);
      field.origin_Patient = Vec3::Constant(-5.5);
      REQUIRE(extract_surface(field, Progress()).volume_mm3() == Approx(volume_mm3).epsilon(1e-6));
      volume_error[n] = std::abs(report.volume_mm3 / shape.volume_mm3 - 1.0);
      area_error[n] = std::abs(report.area_mm2 / shape.area_mm2 - 1.0);
    }
    // Halving h divides the error by four; 3.3 leaves room for the 1 % clamp and odd grid positions.
    for (int n = 0; n < 2; ++n) {
      REQUIRE(volume_error[n] / volume_error[n + 1] > 3.3);
      REQUIRE(area_error[n] / area_error[n + 1] > 3.3);
    }
    REQUIRE(volume_error[2] < 1.5e-3);
    REQUIRE(area_error[2] < 1.5e-3);
  }
}

TEST_CASE("small voxels far from the origin do not degenerate") {
  for (const double spacing_mm : {0.025, 0.01, 0.005}) {
    const FloatImage field = noise(20, 3, 0.4, Vec3(-180.0, 95.0, -464.0), spacing_mm);
    const MeshReport report = check_mesh(extract_surface(field, Progress()));
    require_closed(report);
    FloatImage near = field;
    near.origin_Patient = Vec3::Zero();
    REQUIRE(check_mesh(extract_surface(near, Progress())).triangles == report.triangles);
  }
  const FloatImage hopeless = noise(8, 3, 0.4, Vec3(0.0, 0.0, -464.0), 1e-4);
  REQUIRE_THROWS_WITH(extract_surface(hopeless, Progress()), Catch::Contains("cannot be resolved in single precision"));
}

TEST_CASE("left-handed and rotated grids keep outward normals and the volume") {
  FloatImage field = sampled(41, 0.25, Vec3::Zero(), [](const Vec3& p) { return sphere(p, 4.0); });
  field.spacing_mm = Vec3(0.25, 0.2, 0.4);
  const double volume = enclosed_volume_mm3(field, Progress());
  field.direction << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  REQUIRE(extract_surface(field, Progress()).volume_mm3() == Approx(volume).epsilon(1e-6));
  field.direction.col(2) *= -1.0;
  const MeshReport report = check_mesh(extract_surface(field, Progress()));
  require_closed(report);
  REQUIRE(report.volume_mm3 == Approx(volume).epsilon(1e-6));
}

TEST_CASE("solid up to the border is closed at the outermost samples") {
  FloatImage field = noise(10, 1, 2.0);  // every sample negative
  for (float& value : field.data) value = -1.0f;
  const MeshReport report = check_mesh(extract_surface(field, Progress()));
  require_closed(report);
  REQUIRE(report.components == 1);
  // The box of the solid samples, 7 mm wide, grown by 0.99 mm: faces by prisms, edges and corners cut off flat.
  const double a = 7.0, g = 0.99;
  REQUIRE(report.volume_mm3 == Approx(a * a * a + 6 * a * a * g + 12 * a * g * g / 2 + 8 * g * g * g / 6).epsilon(1e-6));
  REQUIRE(enclosed_volume_mm3(field, Progress()) == Approx(report.volume_mm3).epsilon(1e-6));
}

TEST_CASE("zero counts as outside, not-a-number too, infinity does no harm") {
  FloatImage field = noise(9, 2, 0.0);
  for (float& value : field.data) value = 0.0f;
  REQUIRE(extract_surface(field, Progress()).triangles.empty());
  REQUIRE(enclosed_volume_mm3(field, Progress()) == 0.0);
  field = noise(20, 5, 0.5);
  std::mt19937 random(3);
  for (float& value : field.data) {
    const unsigned dice = random() % 10;
    if (dice == 0) value = std::numeric_limits<float>::quiet_NaN();
    if (dice == 1) value = std::copysign(std::numeric_limits<float>::infinity(), value);
    if (dice == 2) value = 0.0f;
  }
  require_closed(check_mesh(extract_surface(field, Progress())));
}

TEST_CASE("the same bytes for any thread count") {
  const FloatImage lattice = sampled(90, 0.05, Vec3::Zero(), [](const Vec3& p) { return gyroid_block(p, 1.1, 2.0, 0.3); });
  const FloatImage random = noise(50, 11, 0.5);
  set_thread_count(1);
  const TriangleMesh a = extract_surface(lattice, Progress()), b = extract_surface(random, Progress());
  const double v = enclosed_volume_mm3(random, Progress());
  const MeshReport r = check_mesh(b);
  set_thread_count(2);
  REQUIRE(same_bytes(a, extract_surface(lattice, Progress())));
  REQUIRE(same_bytes(b, extract_surface(random, Progress())));
  REQUIRE(v == enclosed_volume_mm3(random, Progress()));
  REQUIRE(r.volume_mm3 == check_mesh(b).volume_mm3);
  set_thread_count(0);
  require_closed(check_mesh(a));
}

TEST_CASE("grids of uneven width, and too small ones") {
  std::mt19937 random(5);
  for (const Index3 size : {Index3{3, 3, 3}, Index3{64, 5, 4}, Index3{65, 3, 7}, Index3{66, 4, 3}, Index3{129, 6, 5}, Index3{2, 9, 9}, Index3{0, 0, 0}}) {
    FloatImage field;
    field.size = size;
    field.allocate();
    for (float& value : field.data) value = float(random() % 1000) - 600.0f;
    const TriangleMesh mesh = extract_surface(field, Progress());
    if (size[0] < 3) {
      REQUIRE(mesh.triangles.empty());
      continue;
    }
    require_closed(check_mesh(mesh));
    REQUIRE(mesh.volume_mm3() == Approx(enclosed_volume_mm3(field, Progress())).epsilon(1e-6));
  }
}

TEST_CASE("a field in stacks of layers has the volume of the whole") {
  FloatImage field = noise(40, 7, 0.5, Vec3(-30.0, 12.0, 400.0), 0.3);
  const double whole = enclosed_volume_mm3(field, Progress());
  for (const std::int64_t step : {1, 7, 38}) {
    VolumeOfLayers volume(field);
    for (std::int64_t first = 0; first + 1 < field.size[2]; first += step) {
      const std::int64_t last = std::min(first + step, field.size[2] - 1);
      volume.add(crop(field, {0, 0, first}, {field.size[0] - 1, field.size[1] - 1, last}), first, Progress());
    }
    CHECK(volume.mm3() == Approx(whole).epsilon(1e-12));
  }
}

TEST_CASE("a cancel stops the extraction") {
  const FloatImage field = noise(20, 1, 0.5);
  request_cancel();
  REQUIRE_THROWS_AS(extract_surface(field, Progress()), Error);
  reset_cancel();
}
