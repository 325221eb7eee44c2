#include "geometry/levelset/vdb_image.h"

#include "core/error.h"
#include "geometry/levelset/detail/level_set_impl.h"

#include <openvdb/tools/Dense.h>

namespace spongiosa::geometry {
namespace {

openvdb::FloatGrid::Ptr only_grid(const std::filesystem::path& file) {
  const openvdb::GridPtrVec grids = read_vdb_grids(file);
  if (grids.size() != 1) fail_input("{}: {} grids; expected a file with one grid of numbers", file.string(), grids.size());
  const auto grid = openvdb::gridPtrCast<openvdb::FloatGrid>(grids.front());
  if (!grid)
    fail_input("{}: grid '{}' holds {}; expected single-precision numbers (float)", file.string(), grids.front()->getName(), grids.front()->valueType());
  if (grid->activeVoxelCount() == 0) fail_input("{}: grid '{}' is empty", file.string(), grid->getName());
  if (!grid->transform().isLinear()) fail_input("{}: grid '{}' is not on a regular grid of points (its map is not linear)", file.string(), grid->getName());
  return grid;
}

}  // namespace

FloatImage read_vdb_image(const std::filesystem::path& file) {
  const auto grid = only_grid(file);
  const openvdb::CoordBBox box = grid->evalActiveVoxelBoundingBox();
  const auto place = [&](const openvdb::Coord& c) {
    const openvdb::Vec3d p = grid->transform().indexToWorld(c);
    return Vec3(p.x(), p.y(), p.z());
  };
  FloatImage image;
  image.origin_Patient = place(box.min());
  for (int a = 0; a < 3; ++a) {
    openvdb::Coord next = box.min();
    next[a] += 1;
    const Vec3 step = place(next) - image.origin_Patient;
    image.spacing_mm[a] = step.norm();
    image.direction.col(a) = step / step.norm();
    image.size[std::size_t(a)] = box.dim()[a];
  }
  if ((image.direction.transpose() * image.direction - Mat3::Identity()).cwiseAbs().maxCoeff() > 1e-6)
    fail_input("{}: the axes of grid '{}' are not at right angles", file.string(), grid->getName());
  constexpr double kMostVoxels = 1e9;
  if (double(image.size[0]) * double(image.size[1]) * double(image.size[2]) > kMostVoxels)
    fail_input("{}: the box around the active voxels of grid '{}' has {} x {} x {} voxels; expected at most 1000 million in all: resample the "
               "grid more coarsely",
               file.string(), grid->getName(), image.size[0], image.size[1], image.size[2]);
  image.allocate();
  openvdb::tools::Dense<float, openvdb::tools::LayoutXYZ> dense(box, image.data.data());
  openvdb::tools::copyToDense(*grid, dense);
  return image;
}

}  // namespace spongiosa::geometry
