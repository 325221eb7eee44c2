#pragma once
/// Slices through images: a grey picture of a plane, with contour lines of labels or of any shape on top.

#include "geometry/image/image.h"
#include "geometry/picture/draw.h"

#include <functional>

namespace spongiosa::geometry {

/// A rectangle in the patient frame that is seen as a picture.
struct SlicePlane {
  Vec3 centre_Patient = Vec3::Zero();
  Vec3 right_Patient = Vec3::UnitX();  ///< unit vector towards the right side of the picture
  Vec3 down_Patient = Vec3::UnitY();   ///< unit vector towards its lower side, at right angles to `right`
  double width_mm = 100.0, height_mm = 100.0;
  double px_per_mm = 4.0;

  int width_px() const { return std::max(1, int(std::lround(width_mm * px_per_mm))); }
  int height_px() const { return std::max(1, int(std::lround(height_mm * px_per_mm))); }
  Vec3 to_patient(const Vec2& p_px) const {
    return centre_Patient + (p_px.x() - 0.5 * width_px()) / px_per_mm * right_Patient + (p_px.y() - 0.5 * height_px()) / px_per_mm * down_Patient;
  }
  /// Of the point's projection onto the plane.
  Vec2 to_px(const Vec3& p_Patient) const {
    const Vec3 d = p_Patient - centre_Patient;
    return {0.5 * width_px() + px_per_mm * right_Patient.dot(d), 0.5 * height_px() + px_per_mm * down_Patient.dot(d)};
  }
};

/// As radiologists look at them: axial from the feet (patient's left on the right of the picture, front on top), coronal from
/// the front (patient's left on the right, head on top), sagittal from the left (front on the left, head on top).
enum class Anatomical { kAxial, kCoronal, kSagittal };

/// The plane through a patient point that shows the whole box. @throws Error(kBadInput) unless px_per_mm > 0 and the picture
/// stays below 20000 pixels on a side.
SlicePlane slice_plane(Anatomical direction, const Box& box_Patient, const Vec3& p_Patient, double px_per_mm);

/// The box of an image's voxels, half a voxel beyond their centres.
template <class T>
Box patient_box(const Image<T>& image) {
  Box box;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index;
    for (int a = 0; a < 3; ++a) index[a] = (corner >> a) & 1 ? double(image.size[a]) - 0.5 : -0.5;
    box.include(image.to_patient(index));
  }
  return box;
}

/// Values from centre - width/2 (black) to centre + width/2 (white), as on a CT console.
struct GreyWindow {
  double centre = 400.0, width = 2000.0;  ///< bone, Hounsfield units
};

/// Trilinear grey picture; outside the image's voxels `outside`.
template <class T>
Picture slice_picture(const Image<T>& image, const SlicePlane& plane, const GreyWindow& window, Rgb outside = {255, 255, 255});
extern template Picture slice_picture(const HuImage&, const SlicePlane&, const GreyWindow&, Rgb);
extern template Picture slice_picture(const LabelImage&, const SlicePlane&, const GreyWindow&, Rgb);
extern template Picture slice_picture(const FloatImage&, const SlicePlane&, const GreyWindow&, Rgb);

/// The line f(p_Patient) = 0, anti-aliased. f is called once per pixel corner, from several threads. NaN leaves a gap.
void draw_contour(Picture& picture, const SlicePlane& plane, const std::function<double(const Vec3&)>& f, const LineStyle& style);
/// The border of one label, smooth between voxel centres.
void draw_label_contour(Picture& picture, const SlicePlane& plane, const LabelImage& labels, std::uint8_t label, const LineStyle& style);
/// Tints the area where f(p_Patient) < 0.
void tint_inside(Picture& picture, const SlicePlane& plane, const std::function<double(const Vec3&)>& f, const Rgb& colour, double opacity);

}  // namespace spongiosa::geometry
