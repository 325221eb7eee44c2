#pragma once
/// The part as it is expected to come out of the machine, beside the part as designed.

#include "workflow/print/build_field.h"
#include "workflow/print/machine_profile.h"

namespace spongiosa::workflow {

/// Growth of the surface along its normal, mm: a / 2 everywhere and b times the downward part of the normal, where melt sinks into the powder.
/// Around a strut that lies at an angle t to the plate the diameter grows on average by a + (2 / pi) b cos(t): a is the growth of standing struts,
/// (2 / pi) b what lying ones grow more. Linear in cos(t), between the two measured ends.
struct Growth {
  double a_mm = 0.0, b_mm = 0.0;
  explicit Growth(const MachineProfile& profile);
  double at(double normal_z) const { return 0.5 * a_mm + b_mm * (normal_z < 0.0 ? -normal_z : 0.0); }
};

/// Moves every surface outwards by its growth (inwards for factor = -1, to compensate). Values are distances near the new surface.
geometry::FloatImage grown(const geometry::FloatImage& field, const lattice::SurfaceDistance& distance, const Growth& growth, double factor);

struct Compensated {
  geometry::FloatImage field;     ///< to be built
  geometry::FloatImage as_built;  ///< what is expected to come out
};
/// Surfaces drawn back by their growth, and then four times by what is still expected to be left over: what is drawn back is inclined differently, and thin
/// walls would be gone.
Compensated compensated(const geometry::FloatImage& field, const lattice::SurfaceDistance& distance, const Growth& growth, const Progress& progress);

struct PartFigures {
  double porosity_fraction = 0.0;   ///< of the zone
  double pore_mm = 0.0;             ///< mean chord of the void in the zone, 4 V / A
  double strut_mm = 0.0;            ///< mean chord of the solid in the zone, 4 V / A
  double solid_mm3 = 0.0;           ///< of the whole part
  double mass_g = 0.0;
};
/// @param zone  same grid, negative inside
PartFigures part_figures(const geometry::FloatImage& field, const geometry::FloatImage& zone, double density_g_cm3);

/// Where porosity is told when no zone is given: the box of the solid along the build's axes.
geometry::FloatImage box_zone(const BuildField& build);

}  // namespace spongiosa::workflow
