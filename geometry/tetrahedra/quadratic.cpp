#include "geometry/tetrahedra/detail/steps.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace spongiosa::geometry {

Eigen::Matrix<double, 3, 10> tet_shape_gradients(const Vec3& rst) {
  const std::array<double, 4> l = {1.0 - rst.sum(), rst[0], rst[1], rst[2]};
  const std::array<Vec3, 4> dl = {Vec3(-1, -1, -1), Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  Eigen::Matrix<double, 3, 10> gradients;
  for (std::size_t c = 0; c < 4; ++c) gradients.col(Eigen::Index(c)) = (4.0 * l[c] - 1.0) * dl[c];
  for (std::size_t e = 0; e < 6; ++e) {
    const auto [a, b] = TetMesh::kEdges[e];
    gradients.col(Eigen::Index(4 + e)) = 4.0 * (l[std::size_t(a)] * dl[std::size_t(b)] + l[std::size_t(b)] * dl[std::size_t(a)]);
  }
  return gradients;
}

Mat3 tet_jacobian(const TetMesh& mesh, const TetMesh::Cell& cell, const Vec3& rst) {
  const Eigen::Matrix<double, 3, 10> gradients = tet_shape_gradients(rst);
  Mat3 jacobian = Mat3::Zero();
  for (std::size_t a = 0; a < 10; ++a) jacobian += mesh.nodes_mm[std::size_t(cell[a])] * gradients.col(Eigen::Index(a)).transpose();
  return jacobian;
}

double tet_volume_mm3(const TetMesh& mesh) {
  // The determinant of a quadratic cell is a cubic: 4 points of degree 2 and the middle give degree 3 (weights -4/5 and 9/20 of 1/6).
  double volume = 0.0;
  for (const TetMesh::Cell& cell : mesh.cells) {
    double sum = -0.8 * tet_jacobian(mesh, cell, Vec3::Constant(0.25)).determinant();
    for (int corner = 0; corner < 4; ++corner) {
      Vec3 point = Vec3::Constant(1.0 / 6.0);
      if (corner > 0) point[corner - 1] = 0.5;
      sum += 0.45 * tet_jacobian(mesh, cell, point).determinant();
    }
    volume += sum / 6.0;
  }
  return volume;
}

namespace detail {

namespace {

using Edge = std::array<std::int32_t, 2>;
Edge edge_of(std::int32_t a, std::int32_t b) { return a < b ? Edge{a, b} : Edge{b, a}; }

/// Moves points onto the surface without leaving faces of the box.
class Snap {
 public:
  Snap(const SolidFunction& solid, const SolidBox& box) : solid_(solid), box_(box), tolerance_(1e-5 * (box.high_mm - box.low_mm).norm()) {}

  /// Bit 2 a + side for each face of the box that the point lies on; it is put exactly there.
  unsigned onto_box(Vec3& p) const {
    unsigned faces = 0;
    for (int a = 0; a < 3; ++a) {
      if (std::abs(p[a] - box_.low_mm[a]) < tolerance_) p[a] = box_.low_mm[a], faces |= 1u << (2 * a);
      if (std::abs(p[a] - box_.high_mm[a]) < tolerance_) p[a] = box_.high_mm[a], faces |= 2u << (2 * a);
    }
    return faces;
  }

  /// Newton steps along the gradient, within the faces; a point that would move further than `reach_mm` stays.
  Vec3 onto_surface(const Vec3& start, unsigned faces, double reach_mm) const {
    Vec3 p = start;
    for (int step = 0; step < 8; ++step) {
      const SolidValue at = solid_(p);
      Vec3 direction = at.gradient;
      for (int a = 0; a < 3; ++a)
        if (faces >> (2 * a) & 3u) direction[a] = 0.0;
      const double square = direction.squaredNorm();
      if (square < 1e-4 * at.gradient.squaredNorm()) return start;  // the surface runs along the face
      const Vec3 move = -at.value / square * direction;
      p += move;
      if ((p - start).norm() > reach_mm) return start;
      if (move.norm() < 1e-9 * reach_mm) break;
    }
    return p;
  }

 private:
  const SolidFunction& solid_;
  const SolidBox& box_;
  double tolerance_;
};

/// The cell is not folded: its determinant stays above a fifth of the straight one's, at corners, middles of edges and the middle.
bool sound(const TetMesh& mesh, const TetMesh::Cell& cell) {
  const Vec3 &a = mesh.nodes_mm[std::size_t(cell[0])], &b = mesh.nodes_mm[std::size_t(cell[1])], &c = mesh.nodes_mm[std::size_t(cell[2])],
             &d = mesh.nodes_mm[std::size_t(cell[3])];
  const double straight = (b - a).cross(c - a).dot(d - a);
  const std::array<Vec3, 4> corners = {Vec3::Zero(), Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i; j < 4; ++j)
      if (tet_jacobian(mesh, cell, 0.5 * (corners[i] + corners[j])).determinant() < 0.2 * straight) return false;
  return tet_jacobian(mesh, cell, Vec3::Constant(0.25)).determinant() >= 0.2 * straight;
}

double smallest_dihedral_deg(const LinearTets& tets) {
  double largest_cosine = -1.0;
  for (const auto& cell : tets.cells) {
    std::array<Vec3, 4> normal;
    for (std::size_t f = 0; f < 4; ++f) {
      const auto& face = TetMesh::kFaces[f];
      const Vec3& a = tets.points_mm[std::size_t(cell[std::size_t(face[0])])];
      normal[f] = (tets.points_mm[std::size_t(cell[std::size_t(face[1])])] - a).cross(tets.points_mm[std::size_t(cell[std::size_t(face[2])])] - a).normalized();
    }
    for (std::size_t f = 0; f < 4; ++f)
      for (std::size_t g = f + 1; g < 4; ++g) largest_cosine = std::max(largest_cosine, -normal[f].dot(normal[g]));
  }
  return std::acos(std::clamp(largest_cosine, -1.0, 1.0)) * 180.0 / std::numbers::pi;
}

}  // namespace

TetMesh quadratic(const LinearTets& linear, const SolidFunction& solid, const SolidBox& box, bool curved) {
  TetMesh mesh;
  mesh.nodes_mm = linear.points_mm;
  mesh.smallest_dihedral_deg = smallest_dihedral_deg(linear);
  const Snap snap(solid, box);
  std::vector<unsigned> faces(mesh.nodes_mm.size());
  for (std::size_t n = 0; n < faces.size(); ++n) faces[n] = snap.onto_box(mesh.nodes_mm[n]);

  std::map<Edge, std::int32_t> middle;
  std::map<std::array<std::int32_t, 3>, std::pair<std::size_t, int>> open;  // faces seen once: cell and face
  for (std::size_t c = 0; c < linear.cells.size(); ++c) {
    const auto& corners = linear.cells[c];
    TetMesh::Cell cell;
    std::copy(corners.begin(), corners.end(), cell.begin());
    for (std::size_t e = 0; e < 6; ++e) {
      const Edge edge = edge_of(corners[std::size_t(TetMesh::kEdges[e][0])], corners[std::size_t(TetMesh::kEdges[e][1])]);
      const auto [entry, added] = middle.emplace(edge, std::int32_t(mesh.nodes_mm.size()));
      if (added) mesh.nodes_mm.push_back(0.5 * (mesh.nodes_mm[std::size_t(edge[0])] + mesh.nodes_mm[std::size_t(edge[1])]));
      cell[4 + e] = entry->second;
    }
    mesh.cells.push_back(cell);
    for (int f = 0; f < 4; ++f) {
      std::array<std::int32_t, 3> key;
      for (std::size_t v = 0; v < 3; ++v) key[v] = corners[std::size_t(TetMesh::kFaces[std::size_t(f)][v])];
      std::sort(key.begin(), key.end());
      const auto [entry, added] = open.emplace(key, std::pair{c, f});
      if (!added) open.erase(entry);
    }
  }
  // Which middle nodes have to lie on the surface, and on which faces of the box.
  std::map<Edge, unsigned> on_surface;
  for (const auto& [key, where] : open) {
    const auto& corners = linear.cells[where.first];
    TetMesh::Face face;
    unsigned shared = ~0u;
    for (std::size_t v = 0; v < 3; ++v) {
      face.nodes[v] = corners[std::size_t(TetMesh::kFaces[std::size_t(where.second)][v])];
      shared &= faces[std::size_t(face.nodes[v])];
    }
    for (std::size_t v = 0; v < 3; ++v) face.nodes[3 + v] = middle.at(edge_of(face.nodes[v], face.nodes[(v + 1) % 3]));
    face.cell = std::int32_t(where.first);
    face.on_box = shared != 0;
    mesh.boundary.push_back(face);
    for (std::size_t v = 0; !face.on_box && v < 3; ++v) {
      const std::int32_t a = face.nodes[v], b = face.nodes[(v + 1) % 3];
      on_surface[edge_of(a, b)] = faces[std::size_t(a)] & faces[std::size_t(b)];
    }
  }
  // Corners: the mesher finds the surface to its own tolerance, and its sharp edges to that of the traced chains.
  std::map<std::int32_t, double> reach_mm;  // of every corner on the surface: a tenth of its shortest edge there
  for (const auto& [edge, edge_faces] : on_surface) {
    const double length = (mesh.nodes_mm[std::size_t(edge[0])] - mesh.nodes_mm[std::size_t(edge[1])]).norm();
    for (const std::int32_t n : edge) {
      double& reach = reach_mm.emplace(n, 0.1 * length).first->second;
      reach = std::min(reach, 0.1 * length);
    }
  }
  for (const auto& [n, reach] : reach_mm) mesh.nodes_mm[std::size_t(n)] = snap.onto_surface(mesh.nodes_mm[std::size_t(n)], faces[std::size_t(n)], reach);
  for (const auto& [edge, m] : middle) mesh.nodes_mm[std::size_t(m)] = 0.5 * (mesh.nodes_mm[std::size_t(edge[0])] + mesh.nodes_mm[std::size_t(edge[1])]);
  if (!curved) return mesh;

  for (const auto& [edge, edge_faces] : on_surface) {
    const auto a = std::size_t(edge[0]), b = std::size_t(edge[1]), m = std::size_t(middle.at(edge));
    const double length = (mesh.nodes_mm[b] - mesh.nodes_mm[a]).norm();
    mesh.nodes_mm[m] = snap.onto_surface(mesh.nodes_mm[m], edge_faces, 0.3 * length);
  }
  // Where that folds a cell, its edges are made straight again, which may fold a neighbour.
  std::map<Edge, bool> straight;
  for (bool changed = true; changed;) {
    changed = false;
    for (const TetMesh::Cell& cell : mesh.cells) {
      if (sound(mesh, cell)) continue;
      for (std::size_t e = 0; e < 6; ++e) {
        const Edge edge = edge_of(cell[std::size_t(TetMesh::kEdges[e][0])], cell[std::size_t(TetMesh::kEdges[e][1])]);
        if (!on_surface.count(edge) || straight[edge]) continue;
        straight[edge] = changed = true;
        ++mesh.straight_edges;
        mesh.nodes_mm[std::size_t(cell[4 + e])] = 0.5 * (mesh.nodes_mm[std::size_t(edge[0])] + mesh.nodes_mm[std::size_t(edge[1])]);
      }
    }
  }
  return mesh;
}

}  // namespace detail

}  // namespace spongiosa::geometry
