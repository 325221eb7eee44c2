#include "geometry/picture/slice.h"

#include "core/error.h"
#include "geometry/picture/contour.h"

#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::geometry {

namespace {

/// Trilinear membership in one label, 0 to 1; 0 outside the grid, so that a label that reaches the border is closed there.
double membership(const LabelImage& labels, std::uint8_t label, const Vec3& p_Patient) {
  const Vec3 x = labels.to_index(p_Patient);
  std::int64_t base[3];
  for (int a = 0; a < 3; ++a) {
    if (!(x[a] > -1.0 && x[a] < double(labels.size[a]))) return 0.0;
    base[a] = std::int64_t(std::floor(x[a]));
  }
  double sum = 0.0;
  for (int corner = 0; corner < 8; ++corner) {
    std::int64_t n[3];
    double weight = 1.0;
    for (int a = 0; a < 3; ++a) {
      const int upper = (corner >> a) & 1;
      n[a] = base[a] + upper;
      const double t = x[a] - double(base[a]);
      weight *= upper ? t : 1.0 - t;
    }
    if (labels.contains(n[0], n[1], n[2]) && labels.at(n[0], n[1], n[2]) == label) sum += weight;
  }
  return sum;
}

}  // namespace

SlicePlane slice_plane(Anatomical direction, const Box& box_Patient, const Vec3& p_Patient, double px_per_mm) {
  SlicePlane plane;
  const Vec3 caudal = -Vec3::UnitZ(), left = Vec3::UnitX(), posterior = Vec3::UnitY();
  plane.right_Patient = direction == Anatomical::kSagittal ? posterior : left;
  plane.down_Patient = direction == Anatomical::kAxial ? posterior : caudal;
  const Vec3 size = box_Patient.size();
  plane.width_mm = std::abs(plane.right_Patient.dot(size));
  plane.height_mm = std::abs(plane.down_Patient.dot(size));
  plane.px_per_mm = px_per_mm;
  plane.centre_Patient = 0.5 * (box_Patient.min + box_Patient.max);
  const int across = direction == Anatomical::kSagittal ? 0 : direction == Anatomical::kCoronal ? 1 : 2;
  plane.centre_Patient[across] = p_Patient[across];
  const double largest = std::max(plane.width_mm, plane.height_mm) * px_per_mm;
  if (!(px_per_mm > 0.0) || !(largest < 20000.0))
    fail_input("a slice of {:.0f} x {:.0f} mm at {} pixels per mm cannot be drawn: choose a resolution above 0 that gives less than 20000 pixels",
               plane.width_mm, plane.height_mm, px_per_mm);
  return plane;
}

template <class T>
Picture slice_picture(const Image<T>& image, const SlicePlane& plane, const GreyWindow& window, Rgb outside) {
  if (!(window.width > 0.0)) fail_input("a grey window needs a width above 0, not {}", window.width);
  Picture picture(plane.width_px(), plane.height_px(), outside);
  tbb::parallel_for(0, picture.height, [&](int y) {
    for (int x = 0; x < picture.width; ++x) {
      const Vec3 p = plane.to_patient(Vec2(x + 0.5, y + 0.5));
      const Vec3 index = image.to_index(p);
      bool within = true;
      for (int a = 0; a < 3; ++a) within = within && index[a] >= -0.5 && index[a] <= double(image.size[a]) - 0.5;
      if (!within) continue;
      const double t = (image.sample(p) - window.centre) / window.width + 0.5;
      const auto grey = std::uint8_t(std::lround(255.0 * (t > 0.0 ? std::min(t, 1.0) : 0.0)));
      picture.at(x, y) = {grey, grey, grey};
    }
  });
  return picture;
}
template Picture slice_picture(const HuImage&, const SlicePlane&, const GreyWindow&, Rgb);
template Picture slice_picture(const LabelImage&, const SlicePlane&, const GreyWindow&, Rgb);
template Picture slice_picture(const FloatImage&, const SlicePlane&, const GreyWindow&, Rgb);

void draw_contour(Picture& picture, const SlicePlane& plane, const std::function<double(const Vec3&)>& f, const LineStyle& style) {
  // Samples at the pixel corners: grid coordinates are pixel coordinates.
  const int columns = picture.width + 1, rows = picture.height + 1;
  std::vector<double> values(std::size_t(columns) * std::size_t(rows));
  tbb::parallel_for(0, rows, [&](int y) {
    for (int x = 0; x < columns; ++x)
      values[std::size_t(y) * std::size_t(columns) + std::size_t(x)] = f(plane.to_patient(Vec2(double(x), double(y))));
  });
  draw_segments(picture, contour_segments(values, columns, rows, 0.0), style);
}

void draw_label_contour(Picture& picture, const SlicePlane& plane, const LabelImage& labels, std::uint8_t label, const LineStyle& style) {
  draw_contour(picture, plane, [&](const Vec3& p_Patient) { return 0.5 - membership(labels, label, p_Patient); }, style);
}

void tint_inside(Picture& picture, const SlicePlane& plane, const std::function<double(const Vec3&)>& f, const Rgb& colour, double opacity) {
  tbb::parallel_for(0, picture.height, [&](int y) {
    for (int x = 0; x < picture.width; ++x)
      if (f(plane.to_patient(Vec2(x + 0.5, y + 0.5))) < 0.0) blend(picture.at(x, y), colour, opacity);
  });
}

}  // namespace spongiosa::geometry
