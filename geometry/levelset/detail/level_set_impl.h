#pragma once
/// The OpenVDB grid behind LevelSet. Included by geometry/levelset/*.cpp only.

#include "geometry/levelset/level_set.h"

#include <openvdb/openvdb.h>

namespace spongiosa::geometry {

/// Index i of the grid lies at offset_Frame + voxel_mm * i in the frame; the grid's own transform maps i to the patient.
/// Inactive values are +-band_mm and say outside or inside.
struct LevelSet::Impl {
  std::string name;
  Frame frame;
  Vec3 offset_Frame = Vec3::Zero();
  double voxel_mm = 1.0;
  double band_mm = 2.0;
  openvdb::FloatGrid::ConstPtr grid;

  Vec3 to_index(const Vec3& p_Frame) const { return (p_Frame - offset_Frame) / voxel_mm; }
  Vec3 to_frame(const openvdb::Coord& c) const { return offset_Frame + voxel_mm * Vec3(c.x(), c.y(), c.z()); }
};

/// A level set of a grid whose index 0 lies at offset_Frame; gives the grid its transform and name.
LevelSet level_set_of_grid(std::string name, const Frame& frame, const Vec3& offset_Frame, double voxel_mm, double band_mm,
                           const openvdb::FloatGrid::Ptr& grid);

/// All grids of a .vdb file. @throws Error(kIo) when it cannot be read as one.
openvdb::GridPtrVec read_vdb_grids(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
