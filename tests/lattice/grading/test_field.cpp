#include "core/error.h"
#include "lattice/grading/distance_grid.h"
#include "lattice/grading/field.h"
#include "tests/lattice/grading/shapes.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <random>
#include <thread>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::FloatImage;
using geometry::LevelSet;

namespace {

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

const Vec3 kHalf(6.0, 5.0, 7.0);
LevelSet block() {
  return solid("body", kHalf, 0.2, [](const Vec3& p) { return box_distance(p, kHalf); });
}

/// Linear in the patient's coordinates, on a grid of another direction.
template <class T>
geometry::Image<T> linear_image(const Vec3& centre_Patient, double half_mm, const Vec3& slope, double value) {
  geometry::Image<T> image;
  image.size = {21, 23, 25};
  image.direction = Eigen::AngleAxisd(-0.4, Vec3(1.0, 0.2, 0.1).normalized()).toRotationMatrix();
  image.spacing_mm = Vec3(half_mm / 10, half_mm / 11, half_mm / 12);
  image.origin_Patient = centre_Patient - image.direction * Vec3::Constant(half_mm);
  image.allocate();
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i)
        image.at(i, j, k) = T(std::lround(slope.dot(image.to_patient(Vec3(double(i), double(j), double(k))) - centre_Patient) + value));
  return image;
}

}  // namespace

TEST_CASE("fields of place follow their formulas in the part's frame") {
  const FieldSources sources(tilted_frame());
  const Field field("x + 10*y + 100*z + 1000*r + theta + rho", sources);
  const Vec3 p(1.0, -2.0, 3.0);
  CHECK(field.value(p) == Approx(1 - 20 + 300 + 1000 * std::sqrt(5.0) + std::atan2(-2.0, 1.0) + std::sqrt(14.0)));
  CHECK_FALSE(field.is_constant());
  CHECK(Field("0.2+0.5", sources).is_constant());
  CHECK(Field(0.7).value(p) == Approx(0.7));
  CHECK(Field("0.7+0*depth", FieldSources(block())).is_constant());
}

TEST_CASE("depth is the distance below the surface, also far beyond the narrow band") {
  const double radius = 6.0;
  const LevelSet ball = solid("ball", Vec3::Constant(radius), 0.2, [=](const Vec3& p) { return sphere_distance(p, radius); });
  REQUIRE(ball.band_mm() < 1.0);
  const Field depth("depth", FieldSources(ball));
  std::mt19937 random(1);
  std::normal_distribution<double> draw;
  for (int i = 0; i < 400; ++i) {
    const Vec3 direction = Vec3(draw(random), draw(random), draw(random)).normalized();
    const double radial = 0.5 + 5.9 * double(i) / 400.0;  // the centre itself is a kink
    INFO("at radius " << radial);
    CHECK(depth.value(radial * direction) == Approx(radius - radial).margin(0.012 + 0.2 * 0.2 / (8 * radial)));
  }
  const Field in_block("depth", FieldSources(block()));
  CHECK(in_block.value(Vec3(0.0, 0.0, 0.0)) == Approx(5.0).margin(0.06));
  CHECK(in_block.value(Vec3(5.5, 0.0, 0.0)) == Approx(0.5).margin(0.01));
  CHECK(in_block.value(Vec3(0.0, 0.0, -6.0)) == Approx(1.0).margin(0.01));
  CHECK(in_block.value(Vec3(6.5, 0.0, 0.0)) == Approx(-0.5).margin(0.01));
}

TEST_CASE("depth below a named surface, whatever frame that surface is in") {
  FieldSources sources(block());
  geometry::Frame other;
  other.origin_Patient = tilted_frame().origin_Patient;
  // A large block whose top is z = 4 in the part's frame, given on a grid along the patient's axes.
  const Mat3 axes = tilted_frame().axes_Patient;
  const auto distance = [=](const Vec3& p) -> double { return box_distance(axes.transpose() * p + Vec3(0.0, 0.0, 10.0), Vec3(20.0, 20.0, 14.0)); };
  sources.add_surface("top", solid("top", Vec3::Constant(34.0), 0.5, distance, other));
  const Field field("depth_top", sources);
  for (const double z : {3.9, 3.0, 1.0, -2.0, -5.0, 5.0, 6.0}) CHECK(field.value(Vec3(1.0, -2.0, z)) == Approx(4.0 - z).margin(0.02));
  CHECK(error_of([&] { sources.add_surface("top", block()); }) ==
        "the variable 'depth_top' of fields is there already; give the surface or image another name");
  CHECK(error_of([&] { sources.add_surface("my top", block()); }) ==
        "'depth_my top' cannot be a variable of fields; expected letters, digits and _, the first no digit");
  CHECK(error_of([&] { FieldSources(tilted_frame()).add_surface("top", block()); }) ==
        "the surface 'top' needs a body whose depth below it is asked; give the part's body first");
}

TEST_CASE("images and Hounsfield units are read trilinearly at the patient's place") {
  FieldSources sources(block());
  const Vec3 slope(40.0, -25.0, 60.0), centre = tilted_frame().origin_Patient;
  const auto hu = std::make_shared<geometry::HuImage>(linear_image<std::int16_t>(centre, 16.0, slope, 300.0));
  const auto density = std::make_shared<FloatImage>(linear_image<float>(centre, 16.0, slope, -50.0));
  sources.set_hu(hu);
  sources.add_image("density", density);
  const Field field("hu - density", sources), only_hu("hu", sources);
  for (const Vec3& p : {Vec3(0.0, 0.0, 0.0), Vec3(3.3, -2.1, 4.4), Vec3(-5.0, 4.0, -6.0)}) {
    const Vec3 p_Patient = tilted_frame().to_patient(p);
    CHECK(only_hu.value(p) == Approx(hu->sample(p_Patient)).margin(1e-2));
    CHECK(only_hu.value(p) == Approx(slope.dot(p_Patient - centre) + 300.0).margin(0.6));
    CHECK(field.value(p) == Approx(350.0).margin(1.1));
  }
  CHECK(only_hu.image_missing_at(Vec3(0.0, 0.0, 0.0)).empty());
  CHECK(only_hu.image_missing_at(Vec3(0.0, 0.0, 60.0)) == "hu");
}

TEST_CASE("unknown variables are answered with those there are") {
  CHECK(error_of([] { Field("dept+1", FieldSources(block())); }) ==
        "expression 'dept+1', position 1: unknown name 'dept', did you mean 'depth'?; known are x y z r theta rho depth pi");
  CHECK(error_of([] { Field("depth", FieldSources(tilted_frame())); }).find("unknown name 'depth'") != std::string::npos);
}

TEST_CASE("values out of range are refused with place and value") {
  const LevelSet body = block();
  const FieldSources sources(body);
  const FieldRange porosity{"porosity", "", 0.3, 0.9};
  const FieldExtent extent = check_field(Field("ramp(x,-6,6,0.4,0.8)", sources), porosity, body);
  CHECK(extent.least == Approx(0.4).margin(0.02));
  CHECK(extent.most == Approx(0.8).margin(0.02));
  CHECK(extent.mean == Approx(0.6).margin(0.01));
  CHECK(extent.place_of_most_Frame[0] > 5.5);
  CHECK(extent.points > 100'000);
  CHECK(check_field(Field(0.7), porosity, body).mean == Approx(0.7));

  CHECK(error_of([&] { check_field(Field(0.95), porosity, body); }) ==
        "porosity '0.95' is 0.95; expected 0.3 to 0.9 in the whole zone: change the expression, for example with clamp or ramp");
  const std::string above = error_of([&] { check_field(Field("0.5+0.1*x", sources), porosity, body); });
  CHECK(above.find("porosity '0.5+0.1*x' is ") == 0);
  CHECK(above.find("mm in the part's frame; expected 0.3 to 0.9") != std::string::npos);
  CHECK(error_of([&] { check_field(Field("sqrt(x)", sources), {"cell size", "mm", 0.0, 9.0}, body); }).find("is not a number at (") != std::string::npos);

  FieldSources with_image(body);
  with_image.add_image("image", std::make_shared<FloatImage>(linear_image<float>(tilted_frame().origin_Patient, 3.0, Vec3::Zero(), 1.0)));
  const std::string outside = error_of([&] { check_field(Field("image", with_image), {"cell size", "mm", 0.5, 3.0}, body); });
  CHECK(outside.find("cell size 'image': 'image' has no value at (") == 0);
}

TEST_CASE("a level set without surface has no depth") {
  const LevelSet nothing = solid("nothing", Vec3::Constant(2.0), 0.5, [](const Vec3&) { return 1.0; });
  CHECK(error_of([&] { distance_grid(nothing, tilted_frame(), {Vec3::Zero(), Vec3::Ones()}, 0.5, Progress()); })
            .find("'nothing' has no surface to measure a depth from") == 0);
}

TEST_CASE("fields give the same bytes from several threads") {
  const Field field("depth*sin(x)+r", FieldSources(block()));
  std::vector<float> p[3];
  for (int i = 0; i < 3000; ++i)
    for (int a = 0; a < 3; ++a) p[a].push_back(float(std::sin(0.37 * i + a) * 4.0));
  std::vector<float> one(3000), other(3000);
  std::thread thread([&] { field.evaluate(3000, p[0].data(), p[1].data(), p[2].data(), other.data()); });
  field.evaluate(1000, p[0].data(), p[1].data(), p[2].data(), one.data());
  field.evaluate(2000, &p[0][1000], &p[1][1000], &p[2][1000], &one[1000]);
  thread.join();
  CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
}
