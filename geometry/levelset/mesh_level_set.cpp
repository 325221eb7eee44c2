#include "geometry/levelset/mesh_level_set.h"

#include "core/error.h"
#include "geometry/levelset/detail/level_set_impl.h"

#include <Eigen/Geometry>
#include <openvdb/tools/Composite.h>
#include <openvdb/tools/MeshToVolume.h>

#include <numeric>

namespace spongiosa::geometry {
namespace {

/// What OpenVDB reads triangles through; positions in index coordinates.
class Triangles {
 public:
  Triangles(const TriangleMesh& mesh, const Frame& frame, double voxel_mm) : mesh_(mesh) {
    points_.reserve(mesh.vertices.size());
    for (const Vec3f& vertex : mesh.vertices) {
      const Vec3 p = frame.from_patient(vertex.cast<double>()) / voxel_mm;
      points_.emplace_back(p[0], p[1], p[2]);
    }
  }
  std::size_t polygonCount() const { return mesh_.triangles.size(); }
  std::size_t pointCount() const { return points_.size(); }
  std::size_t vertexCount(std::size_t) const { return 3; }
  void getIndexSpacePoint(std::size_t triangle, std::size_t corner, openvdb::Vec3d& point) const {
    point = points_[mesh_.triangles[triangle][corner]];
  }

 private:
  const TriangleMesh& mesh_;
  std::vector<openvdb::Vec3d> points_;
};

/// OpenVDB takes all that the outside does not reach for solid. Cavities are therefore meshes of their own: the closed shells
/// whose volume is negative, turned round.
struct Shells {
  TriangleMesh solids, cavities;
};
Shells part_shells(const TriangleMesh& mesh) {
  const std::vector<std::uint32_t> same = match_positions(mesh.vertices);
  std::vector<std::uint32_t> parent(mesh.vertices.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](std::uint32_t n) {
    while (parent[n] != n) n = parent[n] = parent[parent[n]];
    return n;
  };
  for (const auto& t : mesh.triangles)
    for (int corner = 1; corner < 3; ++corner) {
      const std::uint32_t a = root(same[t[0]]), b = root(same[t[std::size_t(corner)]]);
      parent[std::max(a, b)] = std::min(a, b);
    }
  std::vector<double> volume(mesh.vertices.size(), 0.0);
  const Box box = mesh.bounds();
  const Vec3 middle = 0.5 * (box.min + box.max);
  const auto corner = [&](std::uint32_t n) -> Vec3 { return mesh.vertices[n].cast<double>() - middle; };
  for (const auto& t : mesh.triangles) volume[root(same[t[0]])] += corner(t[0]).dot(corner(t[1]).cross(corner(t[2]))) / 6.0;
  Shells shells{{mesh.vertices, {}}, {mesh.vertices, {}}};
  for (const auto& t : mesh.triangles) {
    if (volume[root(same[t[0]])] >= 0.0)
      shells.solids.triangles.push_back(t);
    else
      shells.cavities.triangles.push_back({t[0], t[2], t[1]});
  }
  return shells;
}

/// Lets a cancel through, which OpenVDB asks for by polling.
struct CancelPoll {
  void start(const char* = nullptr) {}
  void end() {}
  bool wasInterrupted(int = -1) { return cancel_requested(); }
};

void check(const std::string& name, const TriangleMesh& mesh, double voxel_mm) {
  const MeshReport report = check_mesh(mesh);
  if (mesh.triangles.empty()) fail_input("mesh '{}' has no triangles", name);
  if (report.open_edges > 0)
    fail_input("mesh '{}' is open: {} edges belong to one triangle only; close its holes first", name, report.open_edges);
  if (report.non_manifold_edges > 0 || report.misoriented_edges > 0)
    fail_input("mesh '{}' has no clear inside: {} edges of more than two triangles, {} edges run twice in one direction; repair it first",
               name, report.non_manifold_edges, report.misoriented_edges);
  if (!(report.volume_mm3 > 0.0))
    fail_input("mesh '{}' is inside out: its volume is {:.3f} mm3; turn its triangles round", name, report.volume_mm3);
  const Vec3 size = mesh.bounds().size();
  if (!(size.minCoeff() > 3.0 * voxel_mm))
    fail_input("mesh '{}' is {:.3f} mm thin, less than three voxels of {} mm; choose a smaller voxel", name, size.minCoeff(), voxel_mm);
}

}  // namespace

LevelSet level_set_of_mesh(std::string name, const TriangleMesh& mesh, const Frame& frame, double voxel_mm, double band_voxels,
                           const Progress& progress) {
  progress.report(0.0, "checking the mesh");
  check(name, mesh, voxel_mm);
  progress.report(0.3, "distances to the mesh");
  openvdb::initialize();
  const Shells shells = part_shells(mesh);
  const auto transform = openvdb::math::Transform::createLinearTransform(voxel_mm);
  const auto enclosed_by = [&](const TriangleMesh& part) {
    CancelPoll poll;
    const auto grid = openvdb::tools::meshToVolume<openvdb::FloatGrid>(poll, Triangles(part, frame, voxel_mm), *transform,
                                                                      float(band_voxels), float(band_voxels));
    throw_if_cancelled();
    grid->setGridClass(openvdb::GRID_LEVEL_SET);
    return grid;
  };
  const auto grid = enclosed_by(shells.solids);
  if (!shells.cavities.triangles.empty()) openvdb::tools::csgDifference(*grid, *enclosed_by(shells.cavities));
  return level_set_of_grid(std::move(name), frame, Vec3::Zero(), voxel_mm, band_voxels * voxel_mm, grid);
}

}  // namespace spongiosa::geometry
