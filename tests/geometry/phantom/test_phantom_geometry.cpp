// The exact geometry: sizes against the published table, planes against sampling, the distance against a fine mesh.
#include "geometry/phantom/column.h"
#include "geometry/phantom/counter_noise.h"
#include "geometry/phantom/spine_surface.h"

#include <catch2/catch.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kDegrees = 180.0 / std::numbers::pi;

const SpinePhantom& default_phantom() {
  static const SpinePhantom phantom{SpinePhantomOptions{}};
  return phantom;
}

double angle_deg(const Vec3& a, const Vec3& b) { return std::atan2(a.cross(b).norm(), a.dot(b)) * kDegrees; }

double uniform(std::uint64_t n, int stream) { return double(cell_bits(7, std::uint64_t(stream), std::int64_t(n), 0, 0) >> 11) * 0x1p-53; }

// Ericson, Real-Time Collision Detection (2005), 5.1.5: by regions of the triangle.
double distance_to_triangle(const Vec3& p, const Vec3& a, const Vec3& b, const Vec3& c) {
  const Vec3 ab = b - a, ac = c - a, ap = p - a, bp = p - b, cp = p - c;
  const double d1 = ab.dot(ap), d2 = ac.dot(ap), d3 = ab.dot(bp), d4 = ac.dot(bp), d5 = ab.dot(cp), d6 = ac.dot(cp);
  if (d1 <= 0 && d2 <= 0) return ap.norm();
  if (d3 >= 0 && d4 <= d3) return bp.norm();
  if (d6 >= 0 && d5 <= d6) return cp.norm();
  const double vc = d1 * d4 - d3 * d2, vb = d5 * d2 - d1 * d6, va = d3 * d6 - d5 * d4;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return (ap - d1 / (d1 - d3) * ab).norm();
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return (ap - d2 / (d2 - d6) * ac).norm();
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) return (bp - (d4 - d3) / ((d4 - d3) + (d5 - d6)) * (c - b)).norm();
  return (ap - (vb * ab + vc * ac) / (va + vb + vc)).norm();
}

double distance_to_mesh(const TriangleMesh& mesh, const Vec3& p) {
  double best = 1e300;
  for (const auto& t : mesh.triangles) {
    const Vec3f& corner = mesh.vertices[t[0]];
    if ((corner.cast<double>() - p).norm() > best + 1.0) continue;  // edges are shorter than 1 mm
    best = std::min(best, distance_to_triangle(p, corner.cast<double>(), mesh.vertices[t[1]].cast<double>(),
                                               mesh.vertices[t[2]].cast<double>()));
  }
  return best;
}

// Left-right and front-back extent of the wall where an endplate meets it, on a grid of 0.05 mm.
Vec2 body_size_at_rim(const VertebraSolid& solid, EndplateSide side) {
  double x_max = 0.0, y_min = 1e9, y_max = -1e9;
  for (double y = -16.0; y <= 16.0; y += 0.05)
    for (double x = 0.0; x <= 16.0; x += 0.05) {
      const double z = side == EndplateSide::kSuperior ? solid.superior_z(x, y, nullptr) : solid.inferior_z(x, y, nullptr);
      if (solid.side_value(Vec3(x, y, z)) >= 0.0) continue;
      x_max = std::max(x_max, x);
      y_min = std::min(y_min, y);
      y_max = std::max(y_max, y);
    }
  return {2.0 * x_max, y_max - y_min};
}

}  // namespace

TEST_CASE("bodies have the published widths, depths and heights") {
  const SpinePhantom& phantom = default_phantom();
  REQUIRE(phantom.truth().size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const VertebraMorphometry& m = cervical_morphometry()[i];
    const VertebraTruth& t = phantom.truth()[i];
    INFO(m.level);
    CHECK(t.level == m.level);
    CHECK(t.upper_width_mm == Approx(m.upper_width_mm));
    CHECK(t.lower_depth_mm == Approx(m.lower_depth_mm));
    CHECK(t.height_posterior_mm == Approx(m.posterior_height_mm).margin(0.01));
    CHECK(t.height_anterior_mm == Approx(t.height_posterior_mm).margin(1.0));
    const VertebraSolid& solid = phantom.impl().level(m.level).solid;
    const Vec2 upper = body_size_at_rim(solid, EndplateSide::kSuperior), lower = body_size_at_rim(solid, EndplateSide::kInferior);
    CHECK(upper[0] == Approx(m.upper_width_mm).margin(0.15));
    CHECK(upper[1] == Approx(m.upper_depth_mm).margin(0.15));
    CHECK(lower[0] == Approx(m.lower_width_mm).margin(0.15));
    CHECK(lower[1] == Approx(m.lower_depth_mm).margin(0.15));
    // At the rim itself the wall is where the table says.
    CHECK(std::abs(solid.side_value(solid.superior_rim(true))) < 0.05);
    CHECK(std::abs(solid.side_value(solid.inferior_rim(false))) < 0.05);
  }
}

TEST_CASE("a size factor scales every size") {
  SpinePhantomOptions options;
  options.size_factor = 1.1;
  const SpinePhantom large(options);
  const SpinePhantom& normal = default_phantom();
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(large.truth()[i].height_posterior_mm == Approx(1.1 * normal.truth()[i].height_posterior_mm));
    CHECK(large.truth()[i].upper_width_mm == Approx(1.1 * normal.truth()[i].upper_width_mm));
    CHECK(large.truth()[i].superior_concavity_mm == Approx(1.1 * normal.truth()[i].superior_concavity_mm).margin(1e-3));
  }
}

TEST_CASE("endplates are as concave as published, deepest where published") {
  const SpinePhantom& phantom = default_phantom();
  for (const VertebraTruth& t : phantom.truth()) {
    INFO(t.level);
    CHECK((t.superior_concavity_mm >= 0.9 && t.superior_concavity_mm <= 1.2));
    CHECK((t.inferior_concavity_mm >= 2.1 && t.inferior_concavity_mm <= 2.7));
    const VertebraSolid& solid = phantom.impl().level(t.level).solid;
    for (EndplateSide side : {EndplateSide::kSuperior, EndplateSide::kInferior}) {
      const bool superior = side == EndplateSide::kSuperior;
      const Vec3 front = superior ? solid.superior_rim(false) : solid.inferior_rim(false);
      const Vec3 back = superior ? solid.superior_rim(true) : solid.inferior_rim(true);
      double deepest = 0.0, apex = 0.0;
      for (double s = 0.1; s < 0.9; s += 0.001) {
        const Vec3 chord = front + s * (back - front);
        const auto z = phantom.endplate_height_mm(t.level, side, 0.0, chord.y());
        REQUIRE(z.has_value());
        const double depth = (superior ? -1.0 : 1.0) * (*z - chord.z());
        if (depth > deepest) deepest = depth, apex = s;
      }
      CHECK(deepest == Approx(superior ? t.superior_concavity_mm : t.inferior_concavity_mm).margin(0.05));
      CHECK(apex >= (superior ? 0.56 : 0.52));
      CHECK(apex <= (superior ? 0.67 : 0.57));
    }
  }
}

TEST_CASE("endplate heights lie on the surface of the solid") {
  const SpinePhantom& phantom = default_phantom();
  for (const std::string level : {"C3", "C6"}) {
    const Frame frame = phantom.vertebra_frame(level);
    int inside = 0, outside = 0;
    for (double y = -14.0; y <= 14.0; y += 1.7)
      for (double x = -14.0; x <= 14.0; x += 1.7)
        for (EndplateSide side : {EndplateSide::kSuperior, EndplateSide::kInferior}) {
          const auto z = phantom.endplate_height_mm(level, side, x, y);
          ++(z ? inside : outside);
          if (!z) continue;
          // Fillets towards pedicles and transverse processes may bury the outer edge; the middle is bare.
          const double value = phantom.bone_value_mm(level, frame.to_patient(Vec3(x, y, *z)));
          CHECK(value < 1e-6);
          if (std::abs(x) < 6.0 && std::abs(y) < 5.0) CHECK(value > -1e-6);
        }
    CHECK(inside > 100);
    CHECK(outside > 100);
  }
  CHECK(phantom_endplate_height_mm({}, "C5", EndplateSide::kSuperior, 0.5, 0.0) ==
        phantom.endplate_height_mm("C5", EndplateSide::kSuperior, 0.5, 0.0));
}

TEST_CASE("truth planes agree with an independent fit to sampled heights") {
  const SpinePhantom& phantom = default_phantom();
  for (const VertebraTruth& t : phantom.truth())
    for (EndplateSide side : {EndplateSide::kSuperior, EndplateSide::kInferior}) {
      const bool superior = side == EndplateSide::kSuperior;
      const VertebraSolid& solid = phantom.impl().level(t.level).solid;
      const double y_middle = solid.posterior_wall_y() - 0.5 * (superior ? t.upper_depth_mm : t.lower_depth_mm);
      // z = a + b x + c y by normal equations over the points whose image, 1.25 times as far out, is still within the wall.
      Mat3 normal_matrix = Mat3::Zero();
      Vec3 right = Vec3::Zero();
      for (double y = y_middle - 10.0; y <= y_middle + 10.0; y += 0.1)
        for (double x = -12.0; x <= 12.0; x += 0.1) {
          const double xo = x / 0.8, yo = y_middle + (y - y_middle) / 0.8;
          const double zo = superior ? solid.superior_z(xo, yo, nullptr) : solid.inferior_z(xo, yo, nullptr);
          if (solid.side_value(Vec3(xo, yo, zo)) > 0.0) continue;
          const auto z = phantom.endplate_height_mm(t.level, side, x, y);
          if (!z) continue;
          const Vec3 row(1.0, x, y);
          normal_matrix += row * row.transpose();
          right += *z * row;
        }
      const Vec3 fit = normal_matrix.ldlt().solve(right);
      const Frame frame = phantom.vertebra_frame(t.level);
      const Vec3 normal = frame.axes_Patient * Vec3(-fit[1], -fit[2], 1.0).normalized();
      INFO(t.level << (superior ? " superior" : " inferior"));
      CHECK(angle_deg(normal, superior ? t.superior_normal_Patient : t.inferior_normal_Patient) < 0.3);
      const Vec3 centre = frame.from_patient(superior ? t.superior_centre_Patient : t.inferior_centre_Patient);
      CHECK(std::abs(centre.z() - fit.dot(Vec3(1.0, centre.x(), centre.y()))) < 0.05);
      CHECK((superior ? t.superior_normal_Patient : t.inferior_normal_Patient).z() > 0.9);
    }
}

TEST_CASE("discs have the asked height and neighbours the asked lordosis, wider in front") {
  SpinePhantomOptions options;
  options.disc_height_mm = 6.0;
  options.lordosis_per_segment_deg = 5.0;
  const SpinePhantom phantom(options);
  for (std::size_t i = 1; i < 5; ++i) {
    const VertebraTruth &above = phantom.truth()[i - 1], &below = phantom.truth()[i];
    const Vec3 normal = (above.inferior_normal_Patient + below.superior_normal_Patient).normalized();
    CHECK(normal.dot(above.inferior_centre_Patient - below.superior_centre_Patient) == Approx(6.0).margin(1e-9));
    const Frame upper = phantom.vertebra_frame(above.level), lower = phantom.vertebra_frame(below.level);
    CHECK(angle_deg(upper.axes_Patient.col(2), lower.axes_Patient.col(2)) == Approx(5.0).margin(1e-9));
    // Seen from the lower vertebra the upper one leans back.
    CHECK(lower.axes_Patient.col(1).dot(upper.axes_Patient.col(2)) > 0.0);
  }
}

TEST_CASE("the vertebra is symmetric and its seed lies inside") {
  const SpinePhantom& phantom = default_phantom();
  for (const VertebraTruth& t : phantom.truth()) {
    CHECK(phantom.bone_distance_mm(t.level, t.body_centre_Patient) < -3.0);
    const Frame frame = phantom.vertebra_frame(t.level);
    for (std::uint64_t n = 0; n < 50; ++n) {
      const Vec3 p(30.0 * uniform(n, 1), 60.0 * uniform(n, 2) - 15.0, 30.0 * uniform(n, 3) - 15.0);
      CHECK(phantom.bone_value_mm(t.level, frame.to_patient(p)) ==
            Approx(phantom.bone_value_mm(t.level, frame.to_patient(Vec3(-p.x(), p.y(), p.z())))).margin(1e-9));
    }
  }
}

TEST_CASE("neighbours nearly touch at their facets and nowhere overlap") {
  const SpinePhantom& phantom = default_phantom();
  const double gap = phantom.options().facet_gap_mm;
  for (std::size_t i = 1; i < 5; ++i) {
    const std::string &above = phantom.truth()[i - 1].level, &below = phantom.truth()[i].level;
    const Frame frame = phantom.vertebra_frame(below);
    const Box box = phantom.vertebra_bounds(below);
    // Outside both, the sum of the distances is never less than the clearance, and equals it on the shortest way across.
    double clearance = 1e300;
    bool overlap = false;
    for (double z = box.min.z(); z < box.max.z(); z += 0.4)
      for (double y = box.min.y(); y < box.max.y(); y += 0.4)
        for (double x = 0.0; x < box.max.x(); x += 0.4) {
          const Vec3 p = frame.to_patient(Vec3(x, y, z));
          const double to_below = phantom.bone_value_mm(below, p);
          if (std::abs(to_below) > 2.0) continue;
          const double to_above = phantom.bone_value_mm(above, p);
          overlap |= to_below < 0.0 && to_above < 0.0;
          if (to_below >= 0.0 && to_above >= 0.0) clearance = std::min(clearance, to_below + to_above);
        }
    INFO(above << "-" << below);
    CHECK_FALSE(overlap);
    CHECK(clearance > 0.9 * gap);
    CHECK(clearance < gap + 0.1);
  }
}

TEST_CASE("every vertebra is one piece of bone with two closed foramina and a canal") {
  for (const VertebraTruth& t : default_phantom().truth()) {
    const MeshReport report = check_mesh(phantom_surface(default_phantom(), t.level, 0.6, Progress()));
    INFO(t.level);
    CHECK(report.closed_two_manifold());
    CHECK(report.components == 1);
    // Euler characteristic 2 - 2 * genus, with one handle for the canal and one for each transverse foramen.
    CHECK(report.vertices - report.triangles / 2 == 2 - 2 * 3);
  }
}

TEST_CASE("the distance is a true distance near the surface") {
  const SpinePhantom& phantom = default_phantom();
  const std::string level = "C5";
  const double step = 0.25;
  const TriangleMesh mesh = phantom_surface(phantom, level, step, Progress());
  REQUIRE(check_mesh(mesh).closed_two_manifold());
  CHECK(check_mesh(mesh).components == 1);
  const Frame frame = phantom.vertebra_frame(level);
  double worst = 0.0, sum = 0.0, worst_value = 0.0;
  int count = 0;
  for (std::uint64_t n = 0; n < 400; ++n) {
    // Up to 2 mm off a random vertex, along the gradient and askew.
    const Vec3 vertex = mesh.vertices[std::size_t(uniform(n, 4) * double(mesh.vertices.size()))].cast<double>();
    const Vec3 p = vertex + 2.0 * Vec3(2 * uniform(n, 5) - 1, 2 * uniform(n, 6) - 1, 2 * uniform(n, 7) - 1);
    const double exact = distance_to_mesh(mesh, p), d = phantom.bone_distance_mm(level, p);
    if (exact > 2.0) continue;
    worst = std::max(worst, std::abs(std::abs(d) - exact));
    if (std::abs(std::abs(d) - exact) > 0.02)
      UNSCOPED_INFO("at " << frame.from_patient(p).transpose() << ": " << d << " instead of " << exact);
    if (exact < 0.5) worst_value = std::max(worst_value, std::abs(std::abs(phantom.bone_value_mm(level, p)) - exact));
    sum += std::abs(std::abs(d) - exact);
    ++count;
    CHECK((d < 0.0) == (phantom.bone_value_mm(level, p) < 0.0));
  }
  WARN("points " << count << ", worst error " << worst << " mm, mean " << sum / count
                 << " mm; implicit value within 0.5 mm of the surface: worst " << worst_value << " mm");
  CHECK(count > 200);
  CHECK(worst < 0.02);
  CHECK(sum / count < 0.003);
  CHECK(worst_value < 0.25);
  CHECK(phantom_bone_distance_mm({}, level, frame.origin_Patient) == phantom.bone_distance_mm(level, frame.origin_Patient));
}

TEST_CASE("lattice noise has mean 0 and standard deviation 1") {
  double sum = 0.0, squares = 0.0;
  const int n = 60;
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        const double v = lattice_noise(3, 1, 0.37 * i, 0.41 * j, 0.43 * k, 1.0);
        sum += v;
        squares += v * v;
      }
  const double count = double(n) * n * n;
  CHECK(sum / count == Approx(0.0).margin(0.02));
  CHECK(std::sqrt(squares / count) == Approx(1.0).margin(0.02));
}
