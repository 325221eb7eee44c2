#include "fea/cut/cell_cut.h"

#include "fea/cut/simplex_cut.h"
#include "fea/cut/simplex_rules.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::cut {
namespace {

/// The six tetrahedra around a cube's main diagonal (corner 0 to 7); equal in all cubes, so that neighbours fit.
constexpr int kTetrahedra[6][4] = {{0, 1, 3, 7}, {0, 1, 5, 7}, {0, 2, 3, 7}, {0, 2, 6, 7}, {0, 4, 5, 7}, {0, 4, 6, 7}};

/// A surface nearer to a node than this share of an edge is moved there, away from its negative side: slivers would have no normal.
constexpr double kNearestSurface = 1e-7;

class Cutter {
 public:
  Cutter(const Geometry& geometry, const Vec3& first_mm, double edge_mm, const CutOptions& options)
      : geometry_(geometry), first_mm_(first_mm), edge_mm_(edge_mm), options_(options), n_(options.divisions + 1) {}

  CellCut cut() {
    sample();
    Signs changing = 0;
    for (int f = 0; f < geometry_.functions; ++f) {
      const auto negative = [&](const Vertex& v) { return v.value[std::size_t(f)] < 0.0; };
      if (std::any_of(nodes_.begin(), nodes_.end(), negative) && !std::all_of(nodes_.begin(), nodes_.end(), negative)) changing |= 1u << f;
    }
    if (!matters(nodes_[0], changing)) {
      result_.whole = true;
      result_.whole_region = region_of(nodes_[0]);
      return std::move(result_);
    }
    for (int k = 0; k + 1 < n_; ++k)
      for (int j = 0; j + 1 < n_; ++j)
        for (int i = 0; i + 1 < n_; ++i) cut_part(i, j, k);
    return std::move(result_);
  }

 private:
  void sample() {
    nodes_.resize(std::size_t(n_ * n_ * n_));
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      Vertex& v = nodes_[node];
      v.at = Vec3(double(int(node) % n_), double(int(node) / n_ % n_), double(int(node) / n_ / n_)) / double(n_ - 1);
      v.value.fill(1.0);
      for (int f = 0; f < geometry_.functions; ++f) {
        const double value = geometry_.value(f, first_mm_ + edge_mm_ * v.at);
        const double least = kNearestSurface * edge_mm_;
        v.value[std::size_t(f)] = std::abs(value) < least ? least : value;
      }
    }
  }

  Signs signs_of(const Vertex& v) const {
    Signs signs = 0;
    for (int f = 0; f < geometry_.functions; ++f)
      if (v.value[std::size_t(f)] < 0.0) signs |= 1u << f;
    return signs;
  }
  int region_of(const Vertex& v) const { return geometry_.region(signs_of(v)); }

  /// Do different regions meet where these functions change sign?
  bool matters(const Vertex& v, Signs changing) const {
    const Signs fixed = signs_of(v) & ~changing;
    const int region = geometry_.region(fixed);
    for (Signs some = changing; some != 0; some = (some - 1) & changing)
      if (geometry_.region(fixed | some) != region) return true;
    return false;
  }

  void cut_part(int i, int j, int k) {
    std::array<const Vertex*, 8> corners;
    for (int c = 0; c < 8; ++c)
      corners[std::size_t(c)] = &nodes_[std::size_t(i + (c & 1) + n_ * (j + (c >> 1 & 1) + n_ * (k + (c >> 2))))];
    Signs any = 0, all = ~Signs(0);
    for (const Vertex* v : corners) {
      any |= signs_of(*v);
      all &= signs_of(*v);
    }
    const Signs changing = any & ~all;
    if (changing == 0 || !matters(*corners[0], changing)) {
      if (const int region = region_of(*corners[0]); region != kVoid) add_cube(corners[0]->at, region);
      return;
    }
    SimplexPieces pieces;
    for (const auto& t : kTetrahedra)
      pieces.tetrahedra.push_back({{*corners[std::size_t(t[0])], *corners[std::size_t(t[1])], *corners[std::size_t(t[2])], *corners[std::size_t(t[3])]}});
    for (int f = 0; f < geometry_.functions; ++f)
      if (changing >> f & 1u) cut_by_function(pieces, f);
    for (const Tetrahedron& t : pieces.tetrahedra) add_tetrahedron(t);
    for (const Triangle& t : pieces.triangles) add_triangle(t);
  }

  void add_cube(const Vec3& first, int region) {
    // Gauss points: exact for degree 3 (5) along each axis.
    static const std::vector<double> two = {0.5 - std::sqrt(1.0 / 12.0), 0.5 + std::sqrt(1.0 / 12.0)}, two_weights = {0.5, 0.5};
    static const std::vector<double> three = {0.5 - std::sqrt(0.15), 0.5, 0.5 + std::sqrt(0.15)}, three_weights = {5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0};
    const auto& at = options_.degree == 1 ? two : three;
    const auto& weights = options_.degree == 1 ? two_weights : three_weights;
    const double edge = 1.0 / double(n_ - 1);
    for (std::size_t c = 0; c < at.size(); ++c)
      for (std::size_t b = 0; b < at.size(); ++b)
        for (std::size_t a = 0; a < at.size(); ++a)
          result_.volume.push_back({first + edge * Vec3(at[a], at[b], at[c]), weights[a] * weights[b] * weights[c] * edge * edge * edge, region});
  }

  /// Signs of a piece: of its middle, because vertices lie on zero sets.
  template <std::size_t N>
  Signs signs_inside(const std::array<Vertex, N>& vertices) const {
    Signs signs = 0;
    for (int f = 0; f < geometry_.functions; ++f) {
      double sum = 0.0;
      for (const Vertex& v : vertices) sum += v.value[std::size_t(f)];
      if (sum < 0.0) signs |= 1u << f;
    }
    return signs;
  }

  void add_tetrahedron(const Tetrahedron& t) {
    const int region = geometry_.region(signs_inside(t.vertices));
    const double volume = t.volume();
    if (region == kVoid || volume == 0.0) return;
    for (const TetrahedronPoint& q : tetrahedron_rule(options_.degree == 1 ? 2 : 5)) {
      Vec3 place = Vec3::Zero();
      for (std::size_t v = 0; v < 4; ++v) place += q.at[v] * t.vertices[v].at;
      result_.volume.push_back({place, q.weight * volume, region});
    }
  }

  void add_triangle(const Triangle& t) {
    const Signs others = signs_inside(t.vertices) & ~(1u << t.function);
    const int negative = geometry_.region(others | 1u << t.function), positive = geometry_.region(others);
    if (negative == positive) return;
    const std::array<Vec3, 3> corner = {t.vertices[0].at, t.vertices[1].at, t.vertices[2].at};
    const Vec3 edge_1 = corner[1] - corner[0], edge_2 = corner[2] - corner[0];
    const double side = edge_1.cross(edge_2).dot(t.normal) < 0.0 ? -1.0 : 1.0;
    // From the facet's corners and the middles of its edges to the surface. It depends on the place and the function alone: curved facets
    // fit at their edges.
    std::array<Vec3, 6> step;
    step.fill(Vec3::Zero());
    if (options_.curved)
      for (std::size_t v = 0; v < 3; ++v) {
        step[v] = step_to_surface(t, corner[v]);
        step[3 + v] = step_to_surface(t, 0.5 * (corner[v] + corner[(v + 1) % 3]));
      }
    for (const TrianglePoint& q : triangle_rule(options_.degree == 1 ? 4 : 6)) {
      const auto& l = q.at;
      const Vec3 flat = l[0] * corner[0] + l[1] * corner[1] + l[2] * corner[2];
      // Quadratic shape functions; middle v lies between corners v and v + 1.
      Vec3 shift = Vec3::Zero(), by_1 = Vec3::Zero(), by_2 = Vec3::Zero();
      for (std::size_t v = 0; v < 3; ++v) {
        const std::size_t w = (v + 1) % 3;
        const Vec3 d_l[2] = {(4.0 * l[v] - 1.0) * step[v], 4.0 * step[3 + v]};
        const double slope_1[3] = {-1.0, 1.0, 0.0}, slope_2[3] = {-1.0, 0.0, 1.0};  // of the barycentric coordinates
        shift += l[v] * (2.0 * l[v] - 1.0) * step[v] + 4.0 * l[v] * l[w] * step[3 + v];
        by_1 += slope_1[v] * d_l[0] + (slope_1[v] * l[w] + l[v] * slope_1[w]) * d_l[1];
        by_2 += slope_2[v] * d_l[0] + (slope_2[v] * l[w] + l[v] * slope_2[w]) * d_l[1];
      }
      const Vec3 normal = 0.5 * side * (edge_1 + by_1).cross(edge_2 + by_2);
      const double area = normal.norm();
      result_.surface.push_back({flat + shift, area > 0.0 ? Vec3(normal / area) : t.normal, q.weight * area, t.function, negative, positive});
      if (!options_.curved) continue;
      // What the lens between facet and surface sweeps, on its middle.
      const double lens = 0.5 * side * (edge_1 + 0.5 * by_1).cross(edge_2 + 0.5 * by_2).dot(shift) * q.weight;
      if (negative != kVoid) result_.volume.push_back({flat + 0.5 * shift, lens, negative});
      if (positive != kVoid) result_.volume.push_back({flat + 0.5 * shift, -lens, positive});
    }
  }

  double value_at(int function, const Vec3& place) const { return geometry_.value(function, first_mm_ + edge_mm_ * place); }

  /// Newton's steps along the gradient, in edges of the cell; none where the function is not smooth enough for that.
  Vec3 step_to_surface(const Triangle& t, const Vec3& place) const {
    const double step = 1e-3, longest = 0.25 / double(n_ - 1);
    Vec3 gradient;
    for (int a = 0; a < 3; ++a)
      gradient[a] = (value_at(t.function, place + step * Vec3::Unit(a)) - value_at(t.function, place - step * Vec3::Unit(a))) / (2.0 * step);
    const double slope = gradient.norm();
    if (!(slope > 0.0) || gradient.dot(t.normal) < 0.2 * slope) return Vec3::Zero();
    const Vec3 direction = gradient / slope;
    double along = 0.0;
    for (int newton = 0; newton < 3; ++newton) along -= value_at(t.function, place + along * direction) / slope;
    return std::abs(along) <= longest ? Vec3(along * direction) : Vec3::Zero();
  }

  const Geometry& geometry_;
  const Vec3 first_mm_;
  const double edge_mm_;
  const CutOptions& options_;
  const int n_;  ///< samples along each axis
  std::vector<Vertex> nodes_;
  CellCut result_;
};

}  // namespace

bool has_solid(const Geometry& geometry, const Vec3& first_mm, double edge_mm, int divisions) {
  const int n = divisions + 1;
  for (int node = 0; node < n * n * n; ++node) {
    const Vec3 p = first_mm + edge_mm * (Vec3(double(node % n), double(node / n % n), double(node / n / n)) / double(divisions));
    Signs signs = 0;
    for (int f = 0; f < geometry.functions; ++f)
      if (geometry.value(f, p) <= -kNearestSurface * edge_mm) signs |= 1u << f;
    if (geometry.region(signs) != kVoid) return true;
  }
  return false;
}

CellCut cut_cell(const Geometry& geometry, const Vec3& first_mm, double edge_mm, const CutOptions& options) {
  return Cutter(geometry, first_mm, edge_mm, options).cut();
}

}  // namespace spongiosa::fea::cut
