#pragma once
/// Effective stiffness of every zone of lattice in the filled part, at the densities that occur in it.

#include "core/progress.h"
#include "fea/homogenize/homogenize.h"
#include "fea/material/material.h"
#include "workflow/stages/stages.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

/// A cell homogenised at one or several densities. Between them stiffness is one tensor, that of the reference density, times a factor:
/// the mean of its first three diagonal terms relative to the reference's, linear in the density.
struct PorousZone {
  std::string part;                     ///< of the finite element model: "implant-porous" for the core
  int label = 0;                        ///< of the zone in the fill stage's map of zones
  Mat3 rotation = Mat3::Identity();     ///< columns: the cell's axes in the implant's frame
  std::vector<double> densities;        ///< solid share, rising
  std::vector<fea::HomogenizedCell> cells;  ///< in the cell's axes
  std::size_t reference = 0;
  std::string cell_name;

  /// Of the reference density, in the implant's frame.
  Mat6 stiffness_mpa() const;
  double factor(double density) const;
  /// The homogenised cell whose factor is nearest.
  const fea::HomogenizedCell& nearest(double factor) const;
  /// Largest relative difference between a tensor and the reference times its factor (Frobenius norm).
  double shape_error() const;
  /// 99th volume percentile of von Mises stress in the struts where the implant has this strain (its frame) and the lattice this factor.
  double strut_von_mises_mpa(const Vec6& strain, double factor) const;
};

/// The core first, then the other zones of lattice that hold any volume.
/// @throws Error(kComputationFailed) as fea::homogenize does.
std::vector<PorousZone> porous_zones(const StageContext& context, const fea::IsotropicMaterial& metal, const Progress& progress);

/// What the effective stiffness leaves out of this lattice section; empty when nothing.
std::string unresolved_arrangement(const Json& lattice_keys);

}  // namespace spongiosa::workflow
