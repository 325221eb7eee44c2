#pragma once
/// What a sub-model takes from a solved case.

#include "geometry/levelset/level_set.h"
#include "workflow/displacement_field.h"
#include "workflow/tools/submodel_tool.h"

namespace spongiosa::workflow {

/// Everything along the implant's axes (`frame`), in which the continuum model and the level sets are given.
struct SolvedCase {
  geometry::Frame frame;
  geometry::LevelSet solid, body, porous;
  std::vector<geometry::LevelSet> faces;  ///< the implant's cranial and caudal face, in this order
  geometry::LabelImage parts;             ///< dominant part of every finite element, 1: bone above, 4: bone below
  DisplacementField displacement;
  Json solved, load_case;                 ///< results of the solve stage, and its entry of the load case
  double cell_size_mm = 0.0;              ///< of the lattice's core
  bool plain_core = false;                ///< one zone of one cell of one density along the implant's axes: a single homogenised stiffness

  /// Does bone lie right behind the implant's face at this place of its surface (nodes up to `reach_mm` from the face)?
  bool touches_bone(const Vec3& p_Frame, double reach_mm) const;
};

/// @throws Error(kBadInput) when the folder holds no solved case or the load case is not one of it.
SolvedCase read_solved_case(const SubmodelJob& job);

}  // namespace spongiosa::workflow
