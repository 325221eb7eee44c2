#include "workflow/print/level_set_grid.h"

#include "core/error.h"
#include "core/text.h"

#include <cmath>

namespace spongiosa::workflow {

LevelSetGrid::LevelSetGrid(const geometry::LevelSet& level_set) {
  // The solid's box is its outermost points grown by a voxel, so that it begins and ends on points of the grid.
  const geometry::Box box = level_set.solid_bounds();
  if (!(box.size().minCoeff() > 0.0)) fail_input("the grid '{}' holds no solid", level_set.name());
  const double voxel_mm = level_set.voxel_mm();
  first_Frame = box.min;
  for (int a = 0; a < 3; ++a) image.size[std::size_t(a)] = std::llround(box.size()[a] / voxel_mm) + 1;
  image.spacing_mm = Vec3::Constant(voxel_mm);
  image.origin_Patient = level_set.frame().to_patient(first_Frame);
  image.direction = level_set.frame().axes_Patient;
}

geometry::LevelSet load_level_set(const std::string& file, const std::string& name) {
  std::vector<geometry::LevelSet> all = geometry::read_vdb(file);
  if (all.empty()) fail_input("'{}' holds no level set", file);
  std::vector<std::string> names;
  for (geometry::LevelSet& one : all) {
    const bool part = one.name() == "implant" || one.name() == "lattice" || all.size() == 1;
    if (name.empty() ? part : one.name() == name) return std::move(one);
    names.push_back(one.name());
  }
  if (name.empty())
    fail_input("'{}' holds the level sets {}, and none of them is named 'implant' or 'lattice': which one is the part is not known; name it with --grid (mesh, slice, print-check), or write it into a file of its own",
               file, join(names, ", "));
  fail_input("'{}' has no grid '{}'; it holds {}", file, name, join(names, ", "));
}

}  // namespace spongiosa::workflow
