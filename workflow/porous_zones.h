#pragma once
/// Effective stiffness of every zone of lattice in the filled part, at the densities and blends that occur in it.

#include "core/progress.h"
#include "fea/homogenize/homogenize.h"
#include "fea/material/material.h"
#include "lattice/grading/field.h"
#include "workflow/stages/stages.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// A cell, or the blends of two, homogenised at one or several densities and weights. Between them stiffness is linear in both.
struct PorousZone {
  std::string part;                     ///< of the finite element model: "implant-porous" for the core
  int label = 0;                        ///< of the zone in the fill stage's map of zones
  Mat3 rotation = Mat3::Identity();     ///< columns: the cell's axes in the implant's frame
  std::string cell_name;
  std::vector<double> densities;        ///< solid share, rising
  std::vector<double> weights = {0.0};  ///< of the blend's second cell, rising; one where nothing is blended
  std::vector<fea::HomogenizedCell> cells;  ///< in the cell's axes; density d and weight w at d + densities.size() * w
  std::size_t reference = 0;            ///< the cell nearest to the zone's mean
  std::optional<lattice::Field> weight; ///< of the blend, over the implant's frame

  /// Of one of the cells, in the implant's frame.
  Mat6 stiffness_mpa(std::size_t cell) const;
  /// What each cell contributes at a density and place (implant's frame): not negative, the sum is 1. Beyond the first and last density or
  /// weight theirs hold.
  std::vector<float> coefficients(double density, const Vec3& p_Implant) const;
  std::vector<float> coefficients_at(double density, double weight) const;
  /// Each inner cell compared with the straight line between its neighbours, over density and over weight: the larger relative difference
  /// (Frobenius norm). The lines that are used span half as much: theirs is about a quarter of it. 0 with one cell.
  double interpolation_error() const;
  /// 99th volume percentile of von Mises stress in the struts where the implant has this strain (its frame) and the cells these
  /// coefficients: the sum of what each cell has under that strain.
  double strut_von_mises_mpa(const Vec6& strain, const std::vector<float>& coefficients) const;
};

/// The core first, then the other zones of lattice that hold any volume.
/// @throws Error(kComputationFailed) as fea::homogenize does.
std::vector<PorousZone> porous_zones(const StageContext& context, const fea::IsotropicMaterial& metal, const Progress& progress);

/// What the effective stiffness leaves out of this lattice section; empty when nothing.
std::string unresolved_arrangement(const Json& lattice_keys);

}  // namespace spongiosa::workflow
