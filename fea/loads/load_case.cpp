#include "fea/loads/load_case.h"

#include "core/error.h"

#include <cmath>

namespace spongiosa::fea {

// A small rotation w moves a point r by w x r. In the frame x left, y posterior, z cranial (right-handed), with a point above
// the centre of rotation, r = z > 0:
//   w along +x:  x cross z = -y   the upper vertebra tips anteriorly             flexion
//   w along +y:  y cross z = +x   it tips to the patient's left                  left bending
//   w along +z, point in front (r = -y):  z cross -y = +x   its front turns left  left torsion
// A moment about an axis turns the free end about that axis in the same sense, so the moments carry these signs.
std::vector<LoadCase> seven_load_cases(double preload_n, double moment_nm) {
  if (!std::isfinite(preload_n) || preload_n < 0.0)
    fail_input("the preload is {} N; expected 0 or a positive number (it presses the upper vertebra down)", preload_n);
  if (!std::isfinite(moment_nm) || moment_nm < 0.0)
    fail_input("the moment is {} N m; expected 0 or a positive number (directions come from the load cases)", moment_nm);
  const Vec3 preload(0.0, 0.0, -preload_n);
  const double moment_nmm = 1000.0 * moment_nm;
  return {
      {"compression", "Compression", preload, Vec3::Zero()},
      {"flexion", "Flexion", preload, Vec3(moment_nmm, 0.0, 0.0)},
      {"extension", "Extension", preload, Vec3(-moment_nmm, 0.0, 0.0)},
      {"left-bending", "Left bending", preload, Vec3(0.0, moment_nmm, 0.0)},
      {"right-bending", "Right bending", preload, Vec3(0.0, -moment_nmm, 0.0)},
      {"left-torsion", "Left torsion", preload, Vec3(0.0, 0.0, moment_nmm)},
      {"right-torsion", "Right torsion", preload, Vec3(0.0, 0.0, -moment_nmm)},
  };
}

}  // namespace spongiosa::fea
