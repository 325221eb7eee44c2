#include "workflow/tools/femur_picture.h"

#include "geometry/picture/slice.h"

#include <Eigen/Geometry>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr double kWidth_mm = 130.0, kHeight_mm = 140.0, kPxPerMm = 5.0;

g::SlicePlane plane_at(const Vec3& centre, const Vec3& right, const Vec3& down) {
  g::SlicePlane plane;
  plane.centre_Patient = centre;
  plane.right_Patient = right;
  plane.down_Patient = down;
  plane.width_mm = kWidth_mm;
  plane.height_mm = kHeight_mm;
  plane.px_per_mm = kPxPerMm;
  return plane;
}

void draw_cross(g::Picture& picture, const Vec2& at, const g::LineStyle& style) {
  constexpr double kArm_px = 8.0;
  g::draw_segments(picture, {{at - Vec2(kArm_px, 0.0), at + Vec2(kArm_px, 0.0)}, {at - Vec2(0.0, kArm_px), at + Vec2(0.0, kArm_px)}}, style);
}

g::Picture section(const g::HuImage& hu, const g::LabelImage& mask, const g::FemurLandmarks& f, const g::SlicePlane& plane, bool with_shaft) {
  const g::LineStyle axis{{255, 255, 255}, 1.4}, head{{190, 90, 240}, 1.8}, cut{{240, 40, 40}, 2.0}, bump{{250, 220, 40}, 2.0}, canal{{250, 150, 30}, 1.2};
  g::Picture picture = g::slice_picture(hu, plane, {400.0, 2000.0});
  const auto line = [&](const Vec3& a, const Vec3& b, const g::LineStyle& style) { g::draw_line(picture, plane.to_px(a), plane.to_px(b), style); };
  g::draw_label_contour(picture, plane, mask, 1, {{0, 170, 80}, 1.5});
  g::draw_contour(picture, plane, [&](const Vec3& p) { return (p - f.head_centre_Patient).norm() - f.head_radius_mm; }, head);
  draw_cross(picture, plane.to_px(f.head_centre_Patient), head);
  line(f.head_centre_Patient, f.neck_point_Patient - 30.0 * f.neck_direction_Patient, axis);
  const Vec3 across = f.resection_normal_Patient.cross(plane.right_Patient.cross(plane.down_Patient)).normalized();
  line(f.resection_point_Patient - 25.0 * across, f.resection_point_Patient + 25.0 * across, cut);
  if (!with_shaft) return picture;
  const Vec3& shaft = f.shaft_direction_Patient;
  const double low = f.canal.empty() ? -60.0 : f.canal.front().height_mm;
  line(f.shaft_point_Patient + low * shaft, f.shaft_point_Patient + 15.0 * shaft, axis);
  std::vector<Vec2> sides[2];
  for (const g::CanalLevel& level : f.canal)
    for (int side = 0; side < 2; ++side)
      sides[side].push_back(plane.to_px(f.shaft_point_Patient + level.height_mm * shaft + (side ? 1.0 : -1.0) * level.inscribed_radius_mm * plane.right_Patient));
  for (const std::vector<Vec2>& points : sides)
    if (points.size() > 1) g::draw_polyline(picture, points, false, canal);
  if (f.lesser_trochanter_Patient) draw_cross(picture, plane.to_px(*f.lesser_trochanter_Patient), bump);
  return picture;
}

}  // namespace

g::Picture femur_picture(const g::HuImage& hu, const g::LabelImage& mask, const g::FemurLandmarks& f) {
  const Vec3 &shaft = f.shaft_direction_Patient, &neck = f.neck_direction_Patient;
  Vec3 right = (neck - neck.dot(shaft) * shaft).normalized();
  const Vec3 normal = right.cross(shaft);
  if (right[0] < 0.0) right = -right;  // the patient's left on the right
  const Vec3 middle = f.head_centre_Patient + 0.5 * (f.shaft_point_Patient - f.head_centre_Patient) - 15.0 * shaft;
  // Into the plane of the head's centre.
  const Vec3 in_plane = middle + (f.head_centre_Patient - middle).dot(normal) * normal;
  const g::Picture left = section(hu, mask, f, plane_at(in_plane, right, -shaft), true);
  const Vec3 along = f.head_centre_Patient - 35.0 * neck;
  const g::Picture side = section(hu, mask, f, plane_at(along, normal, -neck), false);
  g::Picture both(left.width + side.width + 10, left.height, {255, 255, 255});
  g::paste(both, left, 0, 0);
  g::paste(both, side, left.width + 10, 0);
  return both;
}

}  // namespace spongiosa::workflow
