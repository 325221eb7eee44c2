#include "core/error.h"
#include "geometry/picture/contour.h"
#include "geometry/picture/heat_map.h"
#include "geometry/picture/slice.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kPi = 3.14159265358979323846;

/// Hounsfield units that rise by 10 per mm towards the patient's left and 1 per mm towards the head.
HuImage ramp() {
  HuImage image;
  image.size = {41, 31, 21};
  image.spacing_mm = {1.0, 1.5, 2.0};
  image.origin_Patient = Vec3(-20.0, 10.0, -300.0);
  image.allocate();
  for (std::int64_t k = 0; k < 21; ++k)
    for (std::int64_t j = 0; j < 31; ++j)
      for (std::int64_t i = 0; i < 41; ++i) {
        const Vec3 p = image.to_patient(Vec3(double(i), double(j), double(k)));
        image.at(i, j, k) = std::int16_t(std::lround(10.0 * p.x() + (p.z() + 300.0)));
      }
  return image;
}

/// Area covered by strokes whose green is 20, on white.
double red_pixels(const Picture& picture) {
  double sum = 0.0;
  for (const Rgb& p : picture.pixels) sum += (255.0 - p[1]) / 235.0;
  return sum;
}

}  // namespace

TEST_CASE("slices lie the way radiologists expect and carry the right grey") {
  const HuImage image = ramp();
  const Box box = patient_box(image);
  REQUIRE(box.size().isApprox(Vec3(41.0, 46.5, 42.0)));
  const Vec3 p(3.0, 30.0, -280.0);
  const SlicePlane axial = slice_plane(Anatomical::kAxial, box, p, 4.0);
  REQUIRE(axial.width_px() == 164);
  REQUIRE(axial.height_px() == 186);
  REQUIRE(axial.to_px(p + Vec3(5, 0, 0)).x() > axial.to_px(p).x());  // left on the right
  REQUIRE(axial.to_px(p + Vec3(0, 5, 0)).y() > axial.to_px(p).y());  // back below
  const SlicePlane coronal = slice_plane(Anatomical::kCoronal, box, p, 4.0);
  REQUIRE(coronal.to_px(p + Vec3(0, 0, 5)).y() < coronal.to_px(p).y());  // head on top
  const SlicePlane sagittal = slice_plane(Anatomical::kSagittal, box, p, 4.0);
  REQUIRE(sagittal.to_px(p + Vec3(0, 5, 0)).x() > sagittal.to_px(p).x());  // front on the left
  for (const SlicePlane& plane : {axial, coronal, sagittal}) {
    REQUIRE(plane.to_patient(plane.to_px(p)).isApprox(p, 1e-12));
    const GreyWindow window{0.0, 600.0};
    const Picture picture = slice_picture(image, plane, window);
    const Vec2 px = plane.to_px(p);
    const Vec3 middle = plane.to_patient(Vec2(std::floor(px.x()) + 0.5, std::floor(px.y()) + 0.5));
    const double expected = 255.0 * ((10.0 * middle.x() + middle.z() + 300.0) / 600.0 + 0.5);
    REQUIRE(picture.at(int(px.x()), int(px.y()))[0] == Approx(expected).margin(1.0));
  }
  // Beyond the voxels is the colour of outside, beyond the window black and white.
  SlicePlane wide = axial;
  wide.width_mm = 60.0;
  const Picture picture = slice_picture(image, wide, {0.0, 100.0}, {1, 2, 3});
  REQUIRE(picture.at(3, 90) == Rgb{1, 2, 3});
  REQUIRE(picture.at(50, 90) == Rgb{0, 0, 0});
  REQUIRE(picture.at(190, 90) == Rgb{255, 255, 255});
  REQUIRE_THROWS_AS(slice_picture(image, axial, {0.0, 0.0}), Error);
  REQUIRE_THROWS_AS(slice_plane(Anatomical::kAxial, box, p, 0.0), Error);
  REQUIRE_THROWS_AS(slice_plane(Anatomical::kAxial, box, p, 1e6), Error);
}

TEST_CASE("an oblique plane shows what lies in it") {
  const HuImage image = ramp();
  SlicePlane plane;
  plane.centre_Patient = Vec3(0.0, 30.0, -280.0);
  plane.right_Patient = Vec3(std::sqrt(0.5), std::sqrt(0.5), 0.0);
  plane.down_Patient = -Vec3::UnitZ();
  plane.width_mm = plane.height_mm = 10.0;
  plane.px_per_mm = 10.0;
  const Picture picture = slice_picture(image, plane, {20.0, 200.0});
  const double rise = (picture.at(90, 50)[0] - picture.at(10, 50)[0]) / 8.0;  // per mm to the right
  REQUIRE(rise == Approx(10.0 * std::sqrt(0.5) * 255.0 / 200.0).epsilon(0.02));
}

TEST_CASE("contours of a shape and of a label lie on the border") {
  const Vec3 centre(0.0, 30.0, -280.0);
  SlicePlane plane;
  plane.centre_Patient = centre;
  plane.width_mm = plane.height_mm = 30.0;
  plane.px_per_mm = 10.0;
  const LineStyle red{{230, 20, 20}, 2.0, 1.0};
  Picture picture(plane.width_px(), plane.height_px(), {255, 255, 255});
  draw_contour(picture, plane, [&](const Vec3& p) { return (p - centre).norm() - 10.0; }, red);
  for (int n = 0; n < 36; ++n) {
    const Vec2 px = plane.to_px(centre + 10.0 * Vec3(std::cos(n / 18.0 * kPi), std::sin(n / 18.0 * kPi), 0.0));
    REQUIRE(picture.at(int(px.x()), int(px.y()))[1] < 160);
  }
  REQUIRE(red_pixels(picture) == Approx(2.0 * kPi * 100.0 * 2.0).epsilon(0.02));
  REQUIRE(picture.at(150, 150) == Rgb{255, 255, 255});

  LabelImage labels;
  labels.size = {60, 60, 60};
  labels.spacing_mm = Vec3::Constant(0.5);
  labels.origin_Patient = centre - Vec3::Constant(14.75);
  labels.allocate();
  for (std::int64_t k = 0; k < 60; ++k)
    for (std::int64_t j = 0; j < 60; ++j)
      for (std::int64_t i = 0; i < 60; ++i) {
        const double r = (labels.to_patient(Vec3(double(i), double(j), double(k))) - centre).norm();
        labels.at(i, j, k) = r < 6.0 ? 2 : r < 10.0 ? 1 : 0;
      }
  Picture inner(plane.width_px(), plane.height_px(), {255, 255, 255});
  draw_label_contour(inner, plane, labels, 2, red);
  double nearest = 1e9, farthest = 0.0;
  for (int y = 0; y < inner.height; ++y)
    for (int x = 0; x < inner.width; ++x)
      if (inner.at(x, y)[1] < 60) {
        const double r = (plane.to_patient(Vec2(x + 0.5, y + 0.5)) - centre).norm();
        nearest = std::min(nearest, r);
        farthest = std::max(farthest, r);
      }
  REQUIRE(nearest > 5.5);
  REQUIRE(farthest < 6.5);
  Picture none(plane.width_px(), plane.height_px(), {255, 255, 255});
  draw_label_contour(none, plane, labels, 7, red);
  REQUIRE(red_pixels(none) == 0.0);
  // A label that fills the image is closed at its border.
  for (auto& value : labels.data) value = 1;
  draw_label_contour(none, plane, labels, 1, red);
  REQUIRE(red_pixels(none) == Approx(4.0 * 300.0).epsilon(0.02));

  Picture tinted(plane.width_px(), plane.height_px(), {255, 255, 255});
  tint_inside(tinted, plane, [&](const Vec3& p) { return (p - centre).norm() - 10.0; }, {0, 0, 0}, 1.0);
  std::size_t dark = 0;
  for (const Rgb& p : tinted.pixels) dark += p[0] == 0;
  REQUIRE(double(dark) == Approx(kPi * 1e4).epsilon(0.005));
}

TEST_CASE("contour pieces: length of a circle with second order, saddles, gaps") {
  double error[2];
  for (int n = 0; n < 2; ++n) {
    const int count = n ? 81 : 41;
    const double h = 4.0 / (count - 1);
    std::vector<double> values;
    for (int y = 0; y < count; ++y)
      for (int x = 0; x < count; ++x) values.push_back(std::hypot(x * h - 2.0, y * h - 2.0));
    double length = 0.0;
    for (const Segment& s : contour_segments(values, count, count, 1.3)) length += h * (s.a_px - s.b_px).norm();
    error[n] = std::abs(length / (2.0 * kPi * 1.3) - 1.0);
  }
  REQUIRE(error[0] < 2e-3);
  REQUIRE(error[0] / error[1] > 3.0);

  REQUIRE(contour_segments({1, -1, -1, 1}, 2, 2, 0.0).size() == 2);
  // With a positive mean the positive corners are joined: no piece separates them.
  const auto joined = contour_segments({3, -1, -1, 3}, 2, 2, 0.0);
  REQUIRE(joined.size() == 2);
  for (const Segment& s : joined) REQUIRE((0.5 * (s.a_px + s.b_px) - Vec2(0.5, 0.5)).norm() > 0.4);
  REQUIRE(contour_segments({1, -1, std::nan(""), 1}, 2, 2, 0.0).empty());
}

TEST_CASE("heat map: colours, mask, contour lines") {
  HeatMap map;
  map.columns = 20;
  map.rows = 10;
  map.high = 19.0;
  for (int row = 0; row < 10; ++row)
    for (int column = 0; column < 20; ++column) {
      map.values.push_back(column);
      map.mask.push_back(row > 0);
    }
  map.values[5 * 20 + 3] = std::nan("");
  Picture picture = heat_map_picture(map, 8);
  REQUIRE(picture.width == 160);
  REQUIRE(picture.at(80, 4) == Rgb{255, 255, 255});           // masked row
  REQUIRE(picture.at(28, 44) == Rgb{255, 255, 255});          // no value
  REQUIRE(picture.at(0, 20) == viridis(0.0));
  REQUIRE(picture.at(159, 20) == viridis(1.0));
  REQUIRE(picture.at(80, 20) == viridis((80.5 / 8.0 - 0.5) / 19.0));
  map.contour_levels = {10.0};
  map.contour_style = {{255, 0, 0}, 2.0, 1.0};
  picture = heat_map_picture(map, 8);
  REQUIRE(picture.at(84, 60) == Rgb{255, 0, 0});  // the middle of column 10 is at x = 84
  REQUIRE(picture.at(90, 60)[0] < 200);
  map.high = map.low;
  REQUIRE_THROWS_AS(heat_map_picture(map, 8), Error);
}
