#include "lattice/cells/plate_cell.h"

#include "lattice/cells/candidate_bins.h"
#include "lattice/cells/check_parameter.h"

#include <Eigen/Geometry>

namespace spongiosa::lattice {
namespace {

/// A polygon in its own plane. Distances are exact.
struct Plate {
  Vec3f origin, normal, right, up;
  std::vector<Eigen::Vector2f> corners;  ///< counter-clockwise
  Eigen::Vector2f hole_centre = Eigen::Vector2f::Zero();
  float hole_radius = 0.0f;

  /// The point of the plate nearest to `p`.
  Vec3f nearest(const Vec3f& p) const {
    const Vec3f r = p - origin;
    const Eigen::Vector2f at(r.dot(right), r.dot(up));
    const Eigen::Vector2f foot = nearest_in_plane(at);
    return origin + foot[0] * right + foot[1] * up;
  }

 private:
  Eigen::Vector2f nearest_in_plane(const Eigen::Vector2f& p) const {
    bool inside = true;
    float best = 1e30f;
    Eigen::Vector2f foot = p;
    for (std::size_t n = 0; n < corners.size(); ++n) {
      const Eigen::Vector2f a = corners[n], along = corners[(n + 1) % corners.size()] - a, r = p - a;
      if (along[0] * r[1] - along[1] * r[0] >= 0.0f) continue;
      inside = false;
      const float t = std::clamp(r.dot(along) / along.squaredNorm(), 0.0f, 1.0f);
      const Eigen::Vector2f q = a + t * along;
      if ((p - q).squaredNorm() < best) {
        best = (p - q).squaredNorm();
        foot = q;
      }
    }
    if (!inside || hole_radius == 0.0f) return foot;
    const Eigen::Vector2f from_hole = p - hole_centre;
    const float distance = from_hole.norm();
    if (distance >= hole_radius) return p;
    return hole_centre + (distance > 1e-12f ? Eigen::Vector2f(from_hole / distance) : Eigen::Vector2f::UnitX()) * hole_radius;
  }
};

/// Centre and radius of the largest circle: of a triangle the incircle; other plates here are symmetric about their middle.
std::pair<Eigen::Vector2d, double> inscribed_circle(const std::vector<Eigen::Vector2d>& corners) {
  Eigen::Vector2d centre = Eigen::Vector2d::Zero();
  double weights = 0.0;
  for (std::size_t n = 0; n < corners.size(); ++n) {
    const double weight = corners.size() == 3 ? (corners[(n + 1) % 3] - corners[(n + 2) % 3]).norm() : 1.0;
    centre += weight * corners[n];
    weights += weight;
  }
  centre /= weights;
  double radius = 1e30;
  for (std::size_t n = 0; n < corners.size(); ++n) {
    const Eigen::Vector2d along = (corners[(n + 1) % corners.size()] - corners[n]).normalized(), r = centre - corners[n];
    radius = std::min(radius, along[0] * r[1] - along[1] * r[0]);
  }
  return {centre, radius};
}

Plate plate_of(const Polygon& polygon, const Vec3& shift, double opening) {
  const Vec3 right = (polygon[1] - polygon[0]).normalized();
  const Vec3 normal = right.cross(polygon[2] - polygon[0]).normalized(), up = normal.cross(right);
  std::vector<Eigen::Vector2d> corners;
  for (const Vec3& p : polygon) corners.emplace_back((p - polygon[0]).dot(right), (p - polygon[0]).dot(up));
  const auto [centre, radius] = inscribed_circle(corners);
  Plate plate{(polygon[0] + shift).cast<float>(), normal.cast<float>(), right.cast<float>(), up.cast<float>(), {}};
  for (const auto& corner : corners) plate.corners.push_back(corner.cast<float>());
  plate.hole_centre = centre.cast<float>();
  plate.hole_radius = float(opening * radius);
  return plate;
}

class PlateCell : public FunctionCell {
 public:
  PlateCell(CellInfo info, const std::vector<Polygon>& polygons, double opening)
      : FunctionCell(std::move(info), PhaseRule()), aspect_(this->info().aspect.cast<float>()), bins_(make_bins(polygons, opening)) {
    for (const PeriodicCopy& copy : bins_.copies())
      plates_.push_back(plate_of(polygons[std::size_t(copy.thing)], shift(copy), opening));
    set_level_max(farthest_value(*this));
  }

  void function(const CellBatch& batch) const override {
    for (int i = 0; i < batch.n; ++i) {
      const float u = batch.u[i] - std::floor(batch.u[i]), v = batch.v[i] - std::floor(batch.v[i]), w = batch.w[i] - std::floor(batch.w[i]);
      const Vec3f p = Vec3f(u, v, w).cwiseProduct(aspect_);
      Vec3f away = Vec3f::UnitX();
      float best = 1e30f;
      const int* end = bins_.end(u, v, w);
      for (const int* candidate = bins_.begin(u, v, w); candidate != end; ++candidate) {
        const Plate& plate = plates_[std::size_t(*candidate)];
        const float height = plate.normal.dot(p - plate.origin);
        if (height * height >= best) continue;
        const Vec3f from_plate = p - plate.nearest(p);
        if (from_plate.squaredNorm() >= best) continue;
        best = from_plate.squaredNorm();
        away = best > 1e-24f ? from_plate : plate.normal;
      }
      batch.value[i] = std::sqrt(best);
      if (!batch.du) continue;
      const Vec3f gradient = away.normalized().cwiseProduct(aspect_);
      batch.du[i] = gradient[0];
      batch.dv[i] = gradient[1];
      batch.dw[i] = gradient[2];
    }
  }

 private:
  Vec3 shift(const PeriodicCopy& copy) const { return info().aspect.cwiseProduct(Vec3(copy.offset[0], copy.offset[1], copy.offset[2])); }
  CandidateBins make_bins(const std::vector<Polygon>& polygons, double opening) const {
    std::vector<Plate> plates;
    for (const Polygon& polygon : polygons) plates.push_back(plate_of(polygon, Vec3::Zero(), opening));
    return CandidateBins(int(polygons.size()), info().aspect, 1.0, 0.0, [&](const PeriodicCopy& copy, const Vec3& p) {
      const Vec3f local = (p - shift(copy)).cast<float>();
      return double((local - plates[std::size_t(copy.thing)].nearest(local)).norm());
    });
  }

  Vec3f aspect_;
  CandidateBins bins_;
  std::vector<Plate> plates_;
};

}  // namespace

CellPtr make_plate_cell(CellInfo info, const std::vector<Polygon>& plates, double opening) {
  check_parameter(info, "plate_opening", opening, 0.0, 0.95);
  info.is_distance = true;
  info.level = "half the plate thickness per cell size";
  info.key = info.name;
  if (info.family == "plate") info.key += fmt::format(" plate_opening={}", opening);
  info.function_key = info.key;
  return std::make_shared<PlateCell>(std::move(info), plates, opening);
}

}  // namespace spongiosa::lattice
