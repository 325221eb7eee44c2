#include "core/error.h"
#include "core/progress.h"
#include "geometry/levelset/detail/level_set_impl.h"
#include "geometry/levelset/plane_share.h"

#include <openvdb/tools/Prune.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::geometry {
namespace {

using Leaf = openvdb::FloatTree::LeafNodeType;
constexpr int kLeafWidth = Leaf::DIM;

void check_spacing(const std::string& name, double voxel_mm, double band_voxels) {
  if (!(voxel_mm > 0.0) || !std::isfinite(voxel_mm))
    fail_input("level set '{}': the voxel is {} mm; expected a length above 0", name, voxel_mm);
  if (!(band_voxels >= 2.0) || !std::isfinite(band_voxels))
    fail_input("level set '{}': the band is {} voxels; expected 2 or more", name, band_voxels);
}

/// What one 8x8x8 block became: a leaf that holds surface, or one sign for all of it.
struct Block {
  std::unique_ptr<Leaf> leaf;
  bool inside = false;
};

/// Fills a leaf from value(i,j,k); blocks without a value inside the band are told by their sign alone.
template <class Value>
Block fill_block(const openvdb::Coord& origin, float band, const Value& value) {
  Block block;
  block.leaf = std::make_unique<Leaf>(origin, band, false);
  bool any_active = false, all_inside = true;
  for (openvdb::Index n = 0; n < Leaf::SIZE; ++n) {
    const openvdb::Coord c = origin + Leaf::offsetToLocalCoord(n);
    const float v = value(c);
    if (std::abs(v) < band) {
      block.leaf->setValueOn(n, v);
      any_active = true;
      all_inside = false;
    } else {
      block.leaf->setValueOff(n, v < 0.0f ? -band : band);
      all_inside = all_inside && v < 0.0f;
    }
  }
  if (!any_active) {
    block.leaf.reset();
    block.inside = all_inside;
  }
  return block;
}

/// Evaluates the blocks in parallel and joins them in a fixed order, so that the tree is the same for any thread count.
/// @param before_blocks  called with the z of every layer of blocks before any of them is made
template <class MakeBlock>
openvdb::FloatGrid::Ptr build_grid(const openvdb::CoordBBox& box, double band_mm, const MakeBlock& make_block,
                                   const std::function<void(int z)>& before_blocks = [](int) {}) {
  const auto floor_block = [](int i) { return (i >= 0 ? i / kLeafWidth : -((kLeafWidth - 1 - i) / kLeafWidth)) * kLeafWidth; };
  const openvdb::Coord first(floor_block(box.min().x()), floor_block(box.min().y()), floor_block(box.min().z()));
  const auto blocks_along = [&](int axis) { return (box.max()[axis] - first[axis]) / kLeafWidth + 1; };
  const std::int64_t nx = blocks_along(0), ny = blocks_along(1), nz = blocks_along(2);
  const auto grid = openvdb::FloatGrid::create(float(band_mm));
  std::vector<Block> layer(std::size_t(nx * ny));
  for (std::int64_t bz = 0; bz < nz; ++bz) {
    throw_if_cancelled();
    before_blocks(first.z() + int(bz) * kLeafWidth);
    const auto origin_of = [&](std::int64_t n) {
      return first.offsetBy(int(n % nx) * kLeafWidth, int(n / nx) * kLeafWidth, int(bz) * kLeafWidth);
    };
    tbb::parallel_for(std::int64_t(0), nx * ny, [&](std::int64_t n) { layer[std::size_t(n)] = make_block(origin_of(n)); });
    for (std::int64_t n = 0; n < nx * ny; ++n) {
      Block& block = layer[std::size_t(n)];
      if (block.leaf)
        grid->tree().addLeaf(block.leaf.release());
      else if (block.inside)
        grid->tree().addTile(1, origin_of(n), -float(band_mm), false);
    }
  }
  openvdb::tools::pruneInactive(grid->tree());
  grid->setGridClass(openvdb::GRID_LEVEL_SET);
  return grid;
}

std::shared_ptr<const LevelSet::Impl> empty_impl() {
  auto impl = std::make_shared<LevelSet::Impl>();
  impl->grid = openvdb::FloatGrid::create(float(impl->band_mm));
  return impl;
}

}  // namespace

LevelSet level_set_of_grid(std::string name, const Frame& frame, const Vec3& offset_Frame, double voxel_mm, double band_mm,
                           const openvdb::FloatGrid::Ptr& grid) {
  auto impl = std::make_shared<LevelSet::Impl>();
  impl->name = std::move(name);
  impl->frame = frame;
  impl->offset_Frame = offset_Frame;
  impl->voxel_mm = voxel_mm;
  impl->band_mm = band_mm;
  // OpenVDB multiplies row vectors from the left: the rows of its matrix are the images of the index axes.
  const Mat3 m = frame.axes_Patient * voxel_mm;
  const Vec3 t = frame.to_patient(offset_Frame);
  grid->setTransform(openvdb::math::Transform::createLinearTransform(
      openvdb::Mat4d(m(0, 0), m(1, 0), m(2, 0), 0.0, m(0, 1), m(1, 1), m(2, 1), 0.0,  //
                     m(0, 2), m(1, 2), m(2, 2), 0.0, t[0], t[1], t[2], 1.0)));
  grid->setName(impl->name);
  impl->grid = grid;
  return LevelSet(std::shared_ptr<const LevelSet::Impl>(std::move(impl)));
}

LevelSet::LevelSet() : impl_(empty_impl()) {}
LevelSet::LevelSet(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
LevelSet::~LevelSet() = default;
LevelSet::LevelSet(const LevelSet&) = default;
LevelSet& LevelSet::operator=(const LevelSet&) = default;

LevelSet LevelSet::from_function(std::string name, const Frame& frame, const Box& box_Frame, double voxel_mm, double band_voxels,
                                 const std::function<double(const Vec3&)>& distance_mm) {
  check_spacing(name, voxel_mm, band_voxels);
  if (!(box_Frame.size().minCoeff() >= 0.0)) fail_input("level set '{}': its box is empty", name);
  const double band_mm = band_voxels * voxel_mm;
  openvdb::Coord low, high;
  for (int a = 0; a < 3; ++a) {
    low[a] = int(std::floor(box_Frame.min[a] / voxel_mm));
    high[a] = int(std::ceil(box_Frame.max[a] / voxel_mm));
  }
  const openvdb::CoordBBox box(low, high);
  // A block whose centre is farther from the surface than its corners and the band holds no active value. A quarter is
  // added because blends of exact distances have gradients slightly above one.
  const double half_width = 0.5 * (kLeafWidth - 1);
  const double far_mm = 1.25 * (std::sqrt(3.0) * half_width * voxel_mm + band_mm);
  const auto grid = build_grid(box, band_mm, [&](const openvdb::Coord& origin) {
    const Vec3 centre = voxel_mm * (Vec3(origin.x(), origin.y(), origin.z()) + Vec3::Constant(half_width));
    const double at_centre = distance_mm(centre);
    if (std::abs(at_centre) > far_mm) return Block{nullptr, at_centre < 0.0};
    return fill_block(origin, float(band_mm),
                      [&](const openvdb::Coord& c) { return float(distance_mm(voxel_mm * Vec3(c.x(), c.y(), c.z()))); });
  });
  return level_set_of_grid(std::move(name), frame, Vec3::Zero(), voxel_mm, band_mm, grid);
}

LevelSet LevelSet::from_layers(std::string name, const Frame& frame, const Vec3& first_Frame, double voxel_mm, const Index3& size,
                               double band_voxels, const FillLayers& fill) {
  check_spacing(name, voxel_mm, band_voxels);
  if (size[0] < 1 || size[1] < 1 || size[2] < 1) fail_input("level set '{}': its grid is empty", name);
  const double band_mm = band_voxels * voxel_mm;
  const openvdb::CoordBBox box(openvdb::Coord(0, 0, 0), openvdb::Coord(int(size[0]) - 1, int(size[1]) - 1, int(size[2]) - 1));
  std::vector<float> values(std::size_t(size[0] * size[1] * kLeafWidth));
  const auto grid = build_grid(
      box, band_mm,
      [&](const openvdb::Coord& origin) {
        return fill_block(origin, float(band_mm), [&](const openvdb::Coord& c) {
          if (!box.isInside(c)) return float(band_mm);
          return values[std::size_t(c.x() + size[0] * (c.y() + size[1] * std::int64_t(c.z() - origin.z())))];
        });
      },
      [&](int z) { fill(z, std::min<std::int64_t>(kLeafWidth, size[2] - z), values.data()); });
  return level_set_of_grid(std::move(name), frame, first_Frame, voxel_mm, band_mm, grid);
}

LevelSet LevelSet::from_dense(std::string name, const Frame& frame, const Vec3& first_Frame, double voxel_mm, const Index3& size,
                              const std::vector<float>& values, double band_voxels) {
  check_spacing(name, voxel_mm, band_voxels);
  if (std::int64_t(values.size()) != product(size) || values.empty())
    fail_input("level set '{}': {} values given for a grid of {} x {} x {} points", name, values.size(), size[0], size[1], size[2]);
  const double band_mm = band_voxels * voxel_mm;
  const openvdb::CoordBBox box(openvdb::Coord(0, 0, 0), openvdb::Coord(int(size[0]) - 1, int(size[1]) - 1, int(size[2]) - 1));
  const auto grid = build_grid(box, band_mm, [&](const openvdb::Coord& origin) {
    return fill_block(origin, float(band_mm), [&](const openvdb::Coord& c) {
      if (!box.isInside(c)) return float(band_mm);
      return values[std::size_t(c.x() + size[0] * (c.y() + size[1] * std::int64_t(c.z())))];
    });
  });
  return level_set_of_grid(std::move(name), frame, first_Frame, voxel_mm, band_mm, grid);
}

const std::string& LevelSet::name() const { return impl_->name; }
const Frame& LevelSet::frame() const { return impl_->frame; }
double LevelSet::voxel_mm() const { return impl_->voxel_mm; }
double LevelSet::band_mm() const { return impl_->band_mm; }
std::int64_t LevelSet::active_voxels() const { return std::int64_t(impl_->grid->activeVoxelCount()); }

Box LevelSet::bounds() const {
  Box box;
  const openvdb::CoordBBox active = impl_->grid->evalActiveVoxelBoundingBox();
  if (active.empty()) return box;
  box.include(impl_->to_frame(active.min()));
  box.include(impl_->to_frame(active.max()));
  return box;
}

Box LevelSet::solid_bounds() const {
  // The outermost points inside are active, because the outside begins within one voxel of them.
  openvdb::CoordBBox solid;
  for (auto value = impl_->grid->cbeginValueOn(); value; ++value)
    if (*value < 0.0f) solid.expand(value.getCoord());
  Box box;
  if (solid.empty()) return box;
  box.include(impl_->to_frame(solid.min()));
  box.include(impl_->to_frame(solid.max()));
  return box.grown(impl_->voxel_mm);
}

double LevelSet::volume_mm3() const {
  const double voxel = impl_->voxel_mm;
  const auto values = impl_->grid->getConstAccessor();
  double voxels = 0.0;
  for (auto value = impl_->grid->cbeginValueAll(); value; ++value) {
    const double d = *value;
    if (!value.isValueOn()) {
      if (d < 0.0) voxels += double(value.getVoxelCount());
      continue;
    }
    const openvdb::Coord c = value.getCoord();
    const auto slope = [&](const openvdb::Coord& step) { return 0.5 * (values.getValue(c + step) - values.getValue(c - step)); };
    // Beyond the far corner of the voxel the plane cannot cut it.
    voxels += std::abs(d) > 1.75 * voxel ? (d < 0.0 ? 1.0 : 0.0)
                                        : share_below_plane(d, slope({1, 0, 0}), slope({0, 1, 0}), slope({0, 0, 1}));
  }
  return voxels * voxel * voxel * voxel;
}

}  // namespace spongiosa::geometry
