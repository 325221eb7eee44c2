#pragma once
/// The continuum solution's displacements on disk, and read back as a function of place: what drives a sub-model.

#include "fea/continuum/solve.h"
#include "geometry/image/image.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Nodal displacements (mm) on the grid of the model's nodes, along the axes of that grid (the implant's frame), one image per axis.
/// Nodes of no element have NaN.
struct DisplacementField {
  std::array<geometry::FloatImage, 3> component;

  /// Displacement and strain (Voigt, engineering shear) along the grid's axes at a place, by the trilinear element there. Up to one
  /// element outside of the model the nearest element is continued; nothing further away.
  struct Here {
    Vec3 displacement_mm = Vec3::Zero();
    Vec6 strain = Vec6::Zero();
  };
  std::optional<Here> at(const Vec3& p_Patient) const;
};

DisplacementField displacement_field(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case);

/// The files of one load case in a folder: displacement_<case>_x.nrrd, _y, _z.
std::array<std::filesystem::path, 3> displacement_files(const std::filesystem::path& folder, const std::string& load_case);
void write_displacement(const std::filesystem::path& folder, const std::string& load_case, const DisplacementField& field);
/// @throws Error(kIo) when a file is missing, Error(kBadInput) when they do not go together.
DisplacementField read_displacement(const std::filesystem::path& folder, const std::string& load_case);

}  // namespace spongiosa::workflow
