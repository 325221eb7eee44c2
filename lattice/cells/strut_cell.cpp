#include "lattice/cells/strut_cell.h"

#include "core/error.h"
#include "lattice/cells/candidate_bins.h"
#include "lattice/cells/check_parameter.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

/// A strut's axis in cell coordinates times aspect, that is in units of the cell size.
struct Axis {
  Vec3f start, along;
  float inverse_square;  ///< 1 / |along|^2
};

class StrutCell : public FunctionCell {
 public:
  StrutCell(CellInfo info, const PhaseRule& rule, StrutGraph graph, const StrutShape& shape)
      : FunctionCell(std::move(info), rule), graph_(std::move(graph)), shape_(shape), aspect_(this->info().aspect.cast<float>()), bins_(make_bins()) {
    for (const PeriodicCopy& copy : bins_.copies()) {
      const auto [a, b] = ends(copy);
      const Vec3 along = b - a;
      axes_.push_back({a.cast<float>(), along.cast<float>(), float(1.0 / along.squaredNorm())});
    }
    set_level_max(farthest_value(*this));
  }

  const StrutGraph* graph() const override { return &graph_; }

  void function(const CellBatch& batch) const override {
    const bool plain = shape_.taper == 1.0 && shape_.fillet == 0.0;
    for (int i = 0; i < batch.n; ++i) {
      const float u = batch.u[i] - std::floor(batch.u[i]), v = batch.v[i] - std::floor(batch.v[i]), w = batch.w[i] - std::floor(batch.w[i]);
      const Vec3f p = Vec3f(u, v, w).cwiseProduct(aspect_);
      Vec3f gradient;
      batch.value[i] = plain ? nearest_axis(p, bins_.begin(u, v, w), bins_.end(u, v, w), gradient)
                             : blended(p, bins_.begin(u, v, w), bins_.end(u, v, w), gradient);
      if (!batch.du) continue;
      batch.du[i] = gradient[0] * aspect_[0];
      batch.dv[i] = gradient[1] * aspect_[1];
      batch.dw[i] = gradient[2] * aspect_[2];
    }
  }

 private:
  std::pair<Vec3, Vec3> ends(const PeriodicCopy& copy) const {
    const StrutGraph::Edge& edge = graph_.edges[std::size_t(copy.thing)];
    const Vec3 shift(copy.offset[0], copy.offset[1], copy.offset[2]), over(edge.offset[0], edge.offset[1], edge.offset[2]);
    return {info().aspect.cwiseProduct(graph_.nodes[std::size_t(edge.from)] + shift),
            info().aspect.cwiseProduct(graph_.nodes[std::size_t(edge.to)] + over + shift)};
  }

  CandidateBins make_bins() const {
    const double spread = std::sqrt(std::max(shape_.taper, 1.0 / shape_.taper));
    return CandidateBins(int(graph_.edges.size()), info().aspect, spread, spread * shape_.fillet, [&](const PeriodicCopy& copy, const Vec3& p) {
      const auto [a, b] = ends(copy);
      const Vec3 along = b - a;
      const double t = std::clamp((p - a).dot(along) / along.squaredNorm(), 0.0, 1.0);
      return (p - a - t * along).norm();
    });
  }

  float nearest_axis(const Vec3f& p, const int* candidate, const int* end, Vec3f& gradient) const {
    float best = 1e30f;
    Vec3f from_axis = Vec3f::UnitX();
    for (; candidate != end; ++candidate) {
      const Axis& axis = axes_[std::size_t(*candidate)];
      const Vec3f r = p - axis.start;
      const float t = std::min(std::max(r.dot(axis.along) * axis.inverse_square, 0.0f), 1.0f);
      const Vec3f q = r - t * axis.along;
      const float square = q.squaredNorm();
      if (square < best) {
        best = square;
        from_axis = q;
      }
    }
    const float distance = std::sqrt(best);
    // On the axis itself any direction will do.
    gradient = distance > 1e-12f ? Vec3f(from_axis / distance) : Vec3f::UnitX();
    return distance;
  }

  /// Distance to one axis over the strut's relative radius there, 1 + (taper - 1) 4 t (1 - t).
  float scaled_distance(const Vec3f& p, const Axis& axis, Vec3f& gradient) const {
    const Vec3f r = p - axis.start;
    const float along = r.dot(axis.along) * axis.inverse_square, t = std::min(std::max(along, 0.0f), 1.0f);
    const Vec3f q = r - t * axis.along;
    const float distance = q.norm(), bulge = float(shape_.taper - 1.0) * 4.0f;
    const float radius = 1.0f + bulge * t * (1.0f - t);
    gradient = (distance > 1e-12f ? Vec3f(q / distance) : Vec3f::UnitX()) / radius;
    if (t == along) gradient -= distance * bulge * (1.0f - 2.0f * t) / (radius * radius) * axis.inverse_square * axis.along;
    return distance / radius;
  }

  /// Smooth union of all struts near: m with sum over i of max(0, 1 - (d_i - m) / k)^2 = 1. For two surfaces at right angles
  /// its level m = r is a quarter circle of radius k tangent to both. Does not depend on the order of the struts and is
  /// smooth wherever the d_i are; only struts with d_i < m + k contribute, so that lists of candidates suffice.
  float blended(const Vec3f& p, const int* candidate, const int* end, Vec3f& gradient) const {
    constexpr int kMost = 48;
    float d[kMost] = {1e30f};
    Vec3f g[kMost] = {Vec3f::UnitX()};
    int count = 0;
    for (; candidate != end; ++candidate) {
      Vec3f slope;
      const float distance = scaled_distance(p, axes_[std::size_t(*candidate)], slope);
      if (count == kMost && !(distance < d[kMost - 1])) continue;
      int at = count < kMost ? count++ : kMost - 1;
      while (at > 0 && d[at - 1] > distance) {
        d[at] = d[at - 1];
        g[at] = g[at - 1];
        --at;
      }
      d[at] = distance;
      g[at] = slope;
    }
    gradient = g[0];
    const float k = float(shape_.fillet);
    if (!(k > 0.0f)) return d[0];
    // sum over the nearest j of (k - d_i + m)^2 = k^2 is quadratic in x = m - d_0 for each j; the right j is the last whose
    // next strut does not contribute.
    float m = d[0], sum = 0.0f, square = 0.0f;
    int used = 0;
    while (used < count && d[used] < m + k) {
      const float a = k - (d[used] - d[0]);
      sum += a;
      square += a * a;
      ++used;
      const float mean = sum / float(used);
      m = d[0] - mean + std::sqrt(std::max(0.0f, mean * mean - (square - k * k) / float(used)));
    }
    gradient.setZero();
    float weights = 0.0f;
    for (int i = 0; i < used; ++i) {
      const float weight = std::max(0.0f, k - d[i] + m);
      weights += weight;
      gradient += weight * g[i];
    }
    gradient /= weights;
    return m;
  }

  StrutGraph graph_;
  StrutShape shape_;
  Vec3f aspect_;
  CandidateBins bins_;
  std::vector<Axis> axes_;
};

}  // namespace

CellPtr make_strut_cell(CellInfo info, StrutGraph graph, const StrutShape& shape, const std::string& parameters) {
  check_parameter(info, "strut_taper", shape.taper, 0.3, 3.0);
  check_parameter(info, "node_fillet", shape.fillet, 0.0, 0.5);
  check_parameter(info, "hollow", shape.hollow, 0.0, 0.95);
  info.is_distance = true;
  info.level = "strut radius per cell size";
  info.function_key = info.key = info.name + parameters;
  if (shape.taper != 1.0) info.level += ", at the nodes";
  if (shape.taper != 1.0 || shape.fillet != 0.0) info.key = info.function_key += fmt::format(" strut_taper={} node_fillet={}", shape.taper, shape.fillet);
  PhaseRule rule;
  if (shape.hollow > 0.0) {
    info.level = "outer " + info.level;
    info.key += fmt::format(" hollow={}", shape.hollow);
    rule = {Phase::kHollow, 0.0, shape.hollow};
  }
  return std::make_shared<StrutCell>(std::move(info), rule, std::move(graph), shape);
}

}  // namespace spongiosa::lattice
