#pragma once
/// Signs of areas and volumes of float points, exact for any finite input.

#include "core/vector.h"

#include <cmath>

namespace spongiosa::geometry {

/// The sign of `orientation` from the exact sum of the 24 products of the determinant.
int exact_orientation(const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d);

/// Sign of the volume of the tetrahedron (a, b, c, d): +1 when d lies on the side from which (a, b, c) looks clockwise,
/// 0 when the four points lie in one plane. A filter in double (error bound: Shewchuk, Discrete Comput. Geom. 18 (1997)
/// 305, section 4.3), behind it the exact sum.
inline int orientation(const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d) {
  const double ax = double(a[0]) - d[0], ay = double(a[1]) - d[1], az = double(a[2]) - d[2];
  const double bx = double(b[0]) - d[0], by = double(b[1]) - d[1], bz = double(b[2]) - d[2];
  const double cx = double(c[0]) - d[0], cy = double(c[1]) - d[1], cz = double(c[2]) - d[2];
  const double bc = bx * cy, cb = cx * by, ca = cx * ay, ac = ax * cy, ab = ax * by, ba = bx * ay;
  const double determinant = az * (bc - cb) + bz * (ca - ac) + cz * (ab - ba);
  const double permanent = (std::abs(bc) + std::abs(cb)) * std::abs(az) + (std::abs(ca) + std::abs(ac)) * std::abs(bz) +
                           (std::abs(ab) + std::abs(ba)) * std::abs(cz);
  if (std::abs(determinant) > 8e-16 * permanent || permanent == 0.0) return (determinant > 0.0) - (determinant < 0.0);
  return exact_orientation(a, b, c, d);
}

/// Sign of the area of (a, b, c) seen along `axis` onto the two axes that follow it: +1 counter-clockwise, 0 on one line.
int orientation_along(int axis, const Vec3f& a, const Vec3f& b, const Vec3f& c);

/// Three points on one line (two equal ones are).
inline bool collinear(const Vec3f& a, const Vec3f& b, const Vec3f& c) {
  return orientation_along(0, a, b, c) == 0 && orientation_along(1, a, b, c) == 0 && orientation_along(2, a, b, c) == 0;
}

}  // namespace spongiosa::geometry
