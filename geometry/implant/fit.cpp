#include "geometry/implant/vertebral_body.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace spongiosa::geometry {
namespace {

/// Where a line along z, coming from the bone, enters the implant. `towards` is -1 for the cranial face (from above), +1 for
/// the caudal one.
std::optional<double> face_z_mm(const LevelSet::Sampler& body, double voxel_mm, double x_mm, double y_mm, double bone_z_mm, double towards) {
  // An implant pressed in lies beyond the bone's surface; a face farther than this from the bone is a side wall or the channel.
  constexpr double kBefore_mm = 4.0, kBehind_mm = 4.0;
  const auto value = [&](double way) { return body.value(Vec3(x_mm, y_mm, bone_z_mm + towards * way)); };
  for (double way = -kBefore_mm; way < kBehind_mm; way += 0.5 * voxel_mm) {
    if (value(way) > 0.0) continue;
    double outside = way - 0.5 * voxel_mm, inside = way;
    for (int step = 0; step < 20; ++step) {
      const double middle = 0.5 * (outside + inside);
      (value(middle) > 0.0 ? outside : inside) = middle;
    }
    return bone_z_mm + towards * 0.5 * (outside + inside);
  }
  return std::nullopt;
}

/// Whether the implant's surface at a point faces the bone: its normal lies within 60 degrees of z. The side wall, the channel's wall and
/// the steep part of a rounded edge are no part of the face.
bool faces_bone(const LevelSet::Sampler& body, double step_mm, const Vec3& p, double towards) {
  Vec3 gradient;
  for (int a = 0; a < 3; ++a) {
    const Vec3 d = step_mm * Vec3::Unit(a);
    gradient[a] = body.value(p + d) - body.value(p - d);
  }
  return -towards * gradient.z() >= 0.5 * gradient.norm();
}

FaceFit measure_face(const VertebralBodyImplant& implant, const Endplate& endplate, double towards, const char* name) {
  const HeightField& bone = endplate.surface;
  FaceFit fit{};
  HeightField& gap = fit.gap;
  // Fine enough for the area of the face to be right to a per cent.
  const int divide = std::max(1, int(std::ceil(bone.step_mm / 0.25)));
  gap.step_mm = bone.step_mm / divide;
  gap.x0_mm = bone.x0_mm;
  gap.y0_mm = bone.y0_mm;
  gap.nx = (bone.nx - 1) * divide + 1;
  gap.ny = (bone.ny - 1) * divide + 1;
  gap.z_mm.assign(std::size_t(gap.nx) * std::size_t(gap.ny), 0.0f);
  gap.measured.assign(gap.z_mm.size(), 0);
  const LevelSet::Sampler body(implant.plain_body);
  const Box box = implant.plain_body.solid_bounds();
  std::vector<double> open;
  double sum_signed = 0.0, least = 1e300, fitting = 0.0;
  for (int j = 0; j < gap.ny; ++j)
    for (int i = 0; i < gap.nx; ++i) {
      const double x = gap.x0_mm + gap.step_mm * i, y = gap.y0_mm + gap.step_mm * j;
      if (x < box.min[0] || x > box.max[0] || y < box.min[1] || y > box.max[1] || !bone.is_measured(x, y)) continue;
      const double bone_z = bone.z(x, y);
      const std::optional<double> face = face_z_mm(body, implant.body.voxel_mm(), x, y, bone_z, towards);
      if (!face || !faces_bone(body, 0.5 * implant.body.voxel_mm(), Vec3(x, y, *face), towards)) continue;
      const std::size_t n = std::size_t(i) + std::size_t(gap.nx) * std::size_t(j);
      gap.z_mm[n] = float(towards * (*face - bone_z));
      gap.measured[n] = 1;
      const double signed_gap = double(gap.z_mm[n]);
      open.push_back(std::abs(signed_gap));
      sum_signed += signed_gap;
      least = std::min(least, signed_gap);
      fitting += signed_gap > -0.1 && signed_gap < 0.5;
    }
  if (open.empty()) fail_input("implant fit: the {} face of the implant does not lie over its measured endplate", name);
  const double cell = gap.step_mm * gap.step_mm;
  double sum = 0.0;
  std::size_t near = 0;
  for (double g : open) {
    sum += g;
    if (g < 0.5) ++near;
  }
  std::sort(open.begin(), open.end());
  fit.mean_abs_gap_mm = sum / double(open.size());
  fit.p95_abs_gap_mm = open[std::size_t(0.95 * double(open.size() - 1))];
  fit.max_abs_gap_mm = open.back();
  fit.area_mm2 = cell * double(open.size());
  fit.mean_gap_mm = sum_signed / double(open.size());
  fit.least_gap_mm = least;
  fit.area_share_fitting = fitting / double(open.size());
  fit.area_share_under_0p5_mm = double(near) / double(open.size());
  return fit;
}

}  // namespace

ImplantFit measure_fit(const VertebralBodyImplant& implant, const CorpectomyAnatomy& anatomy) {
  return {measure_face(implant, anatomy.cranial, -1.0, "cranial"), measure_face(implant, anatomy.caudal, 1.0, "caudal")};
}

}  // namespace spongiosa::geometry
