#include "core/threads.h"
#include "geometry/picture/picture.h"
#include "geometry/surface/marching_cubes.h"
#include "tests/geometry/surface/sampled_field.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kPi = 3.14159265358979323846;

TriangleMesh ball(const Vec3& centre, double radius_mm, int samples = 60) {
  return extract_surface(sampled(samples, 2.6 * radius_mm / samples, centre, [&](const Vec3& p) { return sphere(p, radius_mm); }), Progress());
}
bool is_white(const Rgb& p) { return p == Rgb{255, 255, 255}; }
double covered(const Picture& picture) {
  double count = 0.0;
  for (const Rgb& p : picture.pixels) count += !is_white(p);
  return count;
}
const Rgb& at(const Rendered& r, const Vec3& p) {
  const Vec2 px = r.to_px(p);
  return r.picture.at(int(px.x()), int(px.y()));
}
bool reddish(const Rgb& p) { return p[0] > 2 * p[1] && p[0] > 2 * p[2]; }
bool bluish(const Rgb& p) { return p[2] > 2 * p[0] && p[2] > 2 * p[1]; }

View small_view() {
  View view;
  view.width_px = view.height_px = 200;
  return view;
}

}  // namespace

TEST_CASE("a sphere covers its disc, fitted into the picture") {
  const Vec3 centre(12.0, -80.0, -464.0);
  const TriangleMesh mesh = ball(centre, 5.0);
  SceneMesh part;
  part.mesh = &mesh;
  for (const Vec3& look : {Vec3(0, -1, 0), Vec3(0.5, 0.6, -0.4), Vec3(1, 0, 0)}) {
    View view = small_view();
    view.look_direction = look.normalized();
    const Rendered r = render({part}, view);
    REQUIRE(r.px_per_mm == Approx(200 * 0.94 / 10.0).epsilon(0.01));
    REQUIRE(covered(r.picture) == Approx(kPi * std::pow(5.0 * r.px_per_mm + 0.5, 2)).epsilon(0.01));
    REQUIRE((r.to_px(centre) - Vec2(100, 100)).norm() < 1.0);
    REQUIRE(is_white(r.picture.at(2, 2)));
    // Lit from the camera: bright in the middle, no pixel black.
    REQUIRE(at(r, centre)[0] > 170);
    for (const Rgb& p : r.picture.pixels) REQUIRE(p[0] > 30);
  }
}

TEST_CASE("the picture is not mirrored and the nearer part hides the farther") {
  const TriangleMesh grey = ball(Vec3::Zero(), 5.0), red = ball(Vec3(4.0, -6.0, 3.0), 1.0, 30), blue = ball(Vec3(0.0, 7.0, 0.0), 1.0, 30);
  SceneMesh a, b, c;
  a.mesh = &grey;
  b.mesh = &red;
  b.colour = {230, 20, 20};
  c.mesh = &blue;
  c.colour = {20, 20, 230};
  // From the front (anterior is -y): the patient's left (+x) is on the right of the picture, the head (+z) on top.
  View view = small_view();
  view.look_direction = Vec3::UnitY();
  const Rendered front = render({a, b, c}, view);
  REQUIRE(reddish(at(front, Vec3(4.0, -6.0, 3.0))));
  REQUIRE(front.to_px(Vec3(4.0, -6.0, 3.0)).x() > 110.0);
  REQUIRE(front.to_px(Vec3(4.0, -6.0, 3.0)).y() < 90.0);
  REQUIRE_FALSE(bluish(at(front, Vec3(0.0, 7.0, 0.0))));  // behind the grey ball
  view.look_direction = -Vec3::UnitY();
  const Rendered back = render({a, b, c}, view);
  REQUIRE(bluish(at(back, Vec3(0.0, 7.0, 0.0))));
  REQUIRE(back.to_px(Vec3(4.0, -6.0, 3.0)).x() < 90.0);
}

TEST_CASE("a clipped ball shows its cut face") {
  const TriangleMesh mesh = ball(Vec3::Zero(), 5.0, 80);
  SceneMesh part;
  part.mesh = &mesh;
  part.clip = {Vec3(0, -1, 0), -1.0};  // keeps y > 1
  part.cut_colour = Rgb{230, 20, 20};
  View view = small_view();
  view.look_direction = Vec3::UnitY();
  Rendered r = render({part}, view);
  double red = 0.0;
  for (const Rgb& p : r.picture.pixels) red += reddish(p);
  REQUIRE(red == Approx(kPi * (25.0 - 1.0) * r.px_per_mm * r.px_per_mm).epsilon(0.02));
  // Without a cut colour one looks into the hollow shell.
  part.cut_colour.reset();
  r = render({part}, view);
  for (const Rgb& p : r.picture.pixels) REQUIRE_FALSE(reddish(p));
  REQUIRE(covered(r.picture) > 0.9 * red);
}

TEST_CASE("opacity mixes with what lies behind") {
  const TriangleMesh outer = ball(Vec3::Zero(), 5.0), inner = ball(Vec3::Zero(), 2.0, 40);
  SceneMesh shell, core;
  shell.mesh = &outer;
  shell.colour = {20, 20, 230};
  shell.opacity = 0.4;
  core.mesh = &inner;
  core.colour = {230, 20, 20};
  const View view = small_view();
  const Rgb middle = at(render({shell, core}, view), Vec3::Zero()), alone = at(render({core}, view), Vec3::Zero());
  REQUIRE(middle[0] < alone[0]);
  REQUIRE(middle[0] > 90);
  REQUIRE(middle[2] > 60);
  const Rendered r = render({shell, core}, view);
  const Rgb beside = at(r, Vec3(3.0, 0.0, 0.0));  // shell over white
  REQUIRE(beside[2] > 200);
  REQUIRE(beside[0] > 120);
  // Drawing order does not matter.
  REQUIRE(render({core, shell}, view).picture.pixels == r.picture.pixels);
}

TEST_CASE("vertex colours are blended across the surface") {
  const TriangleMesh mesh = ball(Vec3::Zero(), 5.0);
  SceneMesh part;
  part.mesh = &mesh;
  for (const Vec3f& v : mesh.vertices) part.vertex_colours.push_back(v[2] > 0.0f ? Rgb{230, 20, 20} : Rgb{20, 20, 230});
  const Rendered r = render({part}, small_view());
  REQUIRE(reddish(at(r, Vec3(0, 5, 2))));
  REQUIRE(bluish(at(r, Vec3(0, 5, -2))));
}

TEST_CASE("a flat-sided box keeps flat sides although its corners are shared") {
  TriangleMesh box;
  for (int n = 0; n < 8; ++n) box.vertices.emplace_back(float(n & 1), float((n >> 1) & 1), float(n >> 2));
  box.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
  REQUIRE(check_mesh(box).closed_two_manifold());
  SceneMesh part;
  part.mesh = &box;
  View view = small_view();
  view.look_direction = Vec3(-0.5, 0.6, -0.5).normalized();
  const Rendered r = render({part}, view);
  // Points well inside one side differ by the darkening with depth only.
  const int a = at(r, Vec3(0.3, 0.0, 0.4))[0], b = at(r, Vec3(0.7, 0.0, 0.6))[0];
  REQUIRE(std::abs(a - b) < 12);
}

TEST_CASE("frame box and empty scene") {
  const TriangleMesh mesh = ball(Vec3::Zero(), 5.0);
  SceneMesh part;
  part.mesh = &mesh;
  View view = small_view();
  view.frame_box = Box{Vec3::Constant(-1.0), Vec3::Constant(1.0)};
  const Rendered close = render({part}, view);
  REQUIRE(close.px_per_mm == Approx(200 * 0.94 / 2.0));
  REQUIRE(covered(close.picture) == 200 * 200);
  for (const Rgb& p : render({}, small_view()).picture.pixels) REQUIRE(is_white(p));
}

TEST_CASE("the same pixels for any thread count") {
  const TriangleMesh mesh = extract_surface(sampled(70, 0.05, Vec3::Zero(), [](const Vec3& p) { return gyroid_block(p, 1.1, 1.6, 0.35); }), Progress());
  SceneMesh part;
  part.mesh = &mesh;
  View view = small_view();
  view.look_direction = Vec3(0.5, 0.6, -0.4).normalized();
  set_thread_count(1);
  const Rendered one = render({part}, view);
  set_thread_count(2);
  REQUIRE(render({part}, view).picture.pixels == one.picture.pixels);
  set_thread_count(0);
}
