#pragma once
/// What a sub-model takes from a solved case.

#include "geometry/levelset/level_set.h"
#include "lattice/cells/cell.h"
#include "workflow/displacement_field.h"
#include "workflow/tools/submodel_tool.h"

namespace spongiosa::workflow {

/// What looks into a solved case's construct read. Level sets and model are along the implant's axes (`frame`).
struct SolvedConstructFiles {
  std::filesystem::path results;
  geometry::Frame frame;
  geometry::LevelSet solid, body, porous;
  geometry::LabelImage parts;             ///< dominant part of every finite element, 1: bone above, 4: bone below
  Json solved;                            ///< results of the solve stage
};
/// @param folder  with stages/, or a case's folder with results/. @throws Error(kBadInput) when it holds no solved case.
SolvedConstructFiles read_solved_construct(const std::filesystem::path& folder);
/// The solve stage's entry of a load case. @throws Error(kBadInput) naming the cases there are.
Json case_of(const Json& solved, const std::string& load_case);

/// The same with one load case.
struct SolvedCase : SolvedConstructFiles {
  std::vector<geometry::LevelSet> faces;  ///< the implant's cranial and caudal face, in this order
  DisplacementField displacement;
  Json load_case;                         ///< the solve stage's entry
  double cell_size_mm = 0.0;              ///< of the lattice's core
  lattice::CellPtr plain_core;            ///< when the lattice is one zone of one cell of one density along the implant's axes: a single homogenised stiffness

  /// Does bone lie right behind the implant's face at this place of its surface (nodes up to `reach_mm` from the face)?
  bool touches_bone(const Vec3& p_Frame, double reach_mm) const;
};

/// @throws Error(kBadInput) when the folder holds no solved case or the load case is not one of it.
SolvedCase read_solved_case(const SubmodelJob& job);

}  // namespace spongiosa::workflow
