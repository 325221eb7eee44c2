/// Compiled for vector units, see CMakeLists.txt.

#include "lattice/measure/patch_set.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

#define SPONGIOSA_KERNEL __attribute__((target_clones("default", "avx2")))
#define SPONGIOSA_INLINE inline __attribute__((always_inline))

constexpr float kFarAway = 1e6f;
constexpr float kNoWay = 10.0f;

SPONGIOSA_INLINE float larger(float a, float b) { return a > b ? a : b; }
SPONGIOSA_INLINE float smaller(float a, float b) { return a < b ? a : b; }

struct Lanes {
  int eights;
  const float *x, *y, *z, *nx, *ny, *nz;
};

SPONGIOSA_KERNEL void ways(const Lanes& s, float px, float py, float pz, float ux, float uy, float uz, float d, float sign, float* any, float* wide) {
  constexpr float kAny = 0.05f, kWide = 0.3f;
  constexpr float kNearest2 = SurfacePatch::kNearest * SurfacePatch::kNearest;
  const float *x = s.x, *y = s.y, *z = s.z, *nx = s.nx, *ny = s.ny, *nz = s.nz;
  const int count = 8 * s.eights;
  float to_any = kNoWay, to_wide = kNoWay;
  for (int n = 0; n < count; ++n) {
    const float wx = px - x[n], wy = py - y[n], wz = pz - z[n];
    const float closing = d - (wx * ux + wy * uy + wz * uz);
    const float to_point = larger(0.0f, 0.5f * (wx * wx + wy * wy + wz * wz - d * d) / larger(closing, 1e-6f));
    const float b = sign * (nx[n] * ux + ny[n] * uy + nz[n] * uz), a = sign * (nx[n] * wx + ny[n] * wy + nz[n] * wz);
    const float to_plane = larger(0.0f, (a - d) / larger(1.0f - b, 1e-6f));
    // The plane counts where the foot of the perpendicular from the place so found is on the patch.
    const float fx = wx + to_plane * ux, fy = wy + to_plane * uy, fz = wz + to_plane * uz;
    const float across = nx[n] * fx + ny[n] * fy + nz[n] * fz, beside2 = fx * fx + fy * fy + fz * fz - across * across;
    const float normal2 = nx[n] * nx[n] + ny[n] * ny[n] + nz[n] * nz[n];
    const bool flat = (b < 1.0f - kAny) & (normal2 > 0.5f) & (beside2 <= kNearest2);
    const float t = flat ? to_plane : to_point;
    to_any = smaller(to_any, closing > kAny * d + 1e-3f ? t : kNoWay);
    to_wide = smaller(to_wide, closing > larger(kAny * d + 1e-3f, kWide * d) ? t : kNoWay);
  }
  *any = to_any;
  *wide = to_wide;
}

SPONGIOSA_KERNEL float nearest2(const Lanes& s, float px, float py, float pz) {
  constexpr float kFlat = SurfacePatch::kNearest, kEnd = SurfacePatch::kNearest + SurfacePatch::kFade;
  constexpr float kSlope = kFlat * kFlat / (kEnd - kFlat);
  const float *x = s.x, *y = s.y, *z = s.z, *nx = s.nx, *ny = s.ny, *nz = s.nz;
  const int count = 8 * s.eights;
  float least = 3.0f * kFarAway * kFarAway;
  for (int n = 0; n < count; ++n) {
    const float wx = px - x[n], wy = py - y[n], wz = pz - z[n];
    const float across = nx[n] * wx + ny[n] * wy + nz[n] * wz, whole2 = wx * wx + wy * wy + wz * wz;
    const float beside2 = whole2 - across * across, normal2 = nx[n] * nx[n] + ny[n] * ny[n] + nz[n] * nz[n];
    const float fading = whole2 - kSlope * larger(0.0f, kEnd - std::sqrt(larger(beside2, 0.0f)));
    const float flat = beside2 <= kFlat * kFlat ? across * across : fading;
    least = smaller(least, normal2 < 0.5f ? whole2 : flat);
  }
  return least;
}

}  // namespace

void PatchSet::add(const SurfacePatch& patch) {
  x_[count_] = patch.point[0];
  y_[count_] = patch.point[1];
  z_[count_] = patch.point[2];
  nx_[count_] = patch.normal[0];
  ny_[count_] = patch.normal[1];
  nz_[count_] = patch.normal[2];
  ++count_;
}

int PatchSet::pad() {
  const int eights = (count_ + kLanes - 1) / kLanes;
  for (int n = count_; n < kLanes * eights; ++n) {
    x_[n] = y_[n] = z_[n] = kFarAway;
    nx_[n] = ny_[n] = nz_[n] = 0.0f;
  }
  return eights;
}

std::array<float, 2> PatchSet::ways_to_second_contact(const Vec3f& p, const Vec3f& away, float d, float sign) {
  std::array<float, 2> to;
  ways({pad(), x_, y_, z_, nx_, ny_, nz_}, p[0], p[1], p[2], away[0], away[1], away[2], d, sign, &to[0], &to[1]);
  return to;
}

float PatchSet::distance(const Vec3f& x) {
  // Rounding can leave a little less than nothing beside a patch.
  return std::sqrt(larger(0.0f, nearest2({pad(), x_, y_, z_, nx_, ny_, nz_}, x[0], x[1], x[2])));
}

}  // namespace spongiosa::lattice
