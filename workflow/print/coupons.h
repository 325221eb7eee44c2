#pragma once
/// Test pieces with the lattice of a part: what to print beside it, so that what comes out of the machine can be pulled, pressed and sheared.

#include "core/json.h"
#include "geometry/frame.h"
#include "workflow/print/machine_profile.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

/// The lattice of a zone of a finished part.
struct CouponLattice {
  Json keys;                       ///< lattice section of the case, complete; or one of its zones
  double cell_size_mm = 0.0;       ///< as filled
  double porosity_fraction = 0.0;  ///< as filled
  double voxel_mm = 0.0;           ///< of the part
};

enum class CouponKind { kCompression, kTension, kShear };

/// Axis of the test: z for compression and tension; shear acts along x on plates with normal z. Centre at the origin, lengths in mm.
struct Coupon {
  CouponKind kind;
  std::string name;               ///< "compression", "tension", "shear"
  std::string basis;              ///< where the proportions come from, and how sure that is
  std::string shape;              ///< as LatticeJob::shape
  Json lattice;                   ///< complete lattice section
  Vec3 size_mm;                   ///< of the whole piece
  double lattice_height_mm;       ///< gauge length, or thickness between the plates
  double section_mm2;             ///< that carries the load: nominal area of the porous section (shear: of a plate)

  /// Distance to the porous part, negative inside; exact there and near its surface.
  double distance_to_lattice_mm(const Vec3& p) const;
};

/// "compression", "tension", "shear". @throws Error(kUsage) for another
CouponKind coupon_kind(const std::string& name);

/// @param cells_across  cells along the shortest edge that a test loads; 10 to 40: with fewer the free surfaces, whose cut cells carry little, are felt
/// @throws Error(kUsage) for a number out of range
Coupon make_coupon(CouponKind kind, const CouponLattice& lattice, const MachineProfile& profile, int cells_across);

/// What the lattice of the part has and that of a coupon has not: grading, blending, frames. In sentences.
std::vector<std::string> left_out_of_coupons(const Json& keys);

}  // namespace spongiosa::workflow
