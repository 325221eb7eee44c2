#include "core/error.h"
#include "geometry/bone/corpectomy.h"
#include "synthetic_spine.h"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;
using Catch::Matchers::Contains;

namespace {

struct Case {
  SyntheticSpine spine;
  Segmentation segmentation;
  CorpectomyAnatomy anatomy;
};

Case measured(const SyntheticSpine& spine) {
  Case c;
  c.spine = spine;
  c.segmentation = segment_vertebrae(spine.scan(), spine.seeds(), {}, Progress());
  c.anatomy = measure_corpectomy(c.segmentation, spine.seeds(), "C6", {}, Progress());
  return c;
}

/// Mean absolute error along the patient's z over the measured nodes.
template <class Truth>
double mean_error(const CorpectomyAnatomy& a, const Endplate& plate, const Truth& truth) {
  double sum = 0.0, n = 0.0;
  const HeightField& field = plate.surface;
  for (int j = 0; j < field.ny; ++j)
    for (int i = 0; i < field.nx; ++i) {
      const double x = field.x0_mm + i * field.step_mm, y = field.y0_mm + j * field.step_mm;
      if (!field.is_measured(x, y)) continue;
      const Vec3 p = a.frame.to_patient(Vec3(x, y, field.z(x, y)));
      sum += std::abs(p[2] - truth(p[0], p[1]));
      n += 1.0;
    }
  REQUIRE(n > 200.0);
  return sum / n;
}

}  // namespace

TEST_CASE("endplates of a synthetic column: surface, plane, sizes") {
  SyntheticSpine spine;
  spine.upper_slope = std::tan(8.0 * 3.14159265358979 / 180.0);  // lower endplate of the top body rises backwards: wider at the back
  const Case c = measured(spine);
  const CorpectomyAnatomy& a = c.anatomy;
  CHECK(mean_error(a, a.cranial, [&](double x, double y) { return spine.bottom(1, x, y); }) < 0.2);
  CHECK(mean_error(a, a.caudal, [&](double x, double y) { return spine.top(-1, x, y); }) < 0.2);
  CHECK(mean_error(a, a.replaced_superior, [&](double x, double y) { return spine.top(0, x, y); }) < 0.2);
  CHECK(mean_error(a, a.replaced_inferior, [&](double x, double y) { return spine.bottom(0, x, y); }) < 0.2);
  CHECK(a.lordosis_deg == Approx(-8.0).margin(1.0));
  CHECK(a.coronal_angle_deg == Approx(0.0).margin(1.0));
  for (const Endplate* plate : {&a.caudal, &a.replaced_superior, &a.replaced_inferior}) {
    CHECK(plate->width_mm == Approx(24.0).margin(1.2));
    CHECK(plate->depth_mm == Approx(18.0).margin(1.2));
    CHECK(plate->concavity_mm == Approx(1.0).margin(0.35));
    CHECK(plate->roughness_mm < 0.25);
    CHECK(plate->normal[2] > 0.9);
  }
  CHECK(a.canal_y_mm == Approx(9.0).margin(0.8));
  CHECK((a.frame.axes_Patient.transpose() * a.frame.axes_Patient - Mat3::Identity()).norm() < 1e-12);
  CHECK(a.frame.axes_Patient.col(0).dot(Vec3::UnitX()) > 0.99);
  CHECK(a.frame.axes_Patient.col(0).cross(a.frame.axes_Patient.col(1)).dot(a.frame.axes_Patient.col(2)) == Approx(1.0));
  CHECK(a.cranial_level == "C5");
  CHECK(a.caudal_level == "C7");
}

TEST_CASE("the frame has its origin midway and its z through both centres") {
  const CorpectomyAnatomy a = measured(SyntheticSpine()).anatomy;
  CHECK(a.cranial.centre[2] == Approx(-a.caudal.centre[2]).margin(0.02));
  CHECK(a.cranial.centre.head<2>().norm() < 0.1);
  CHECK(a.caudal.centre.head<2>().norm() < 0.1);
  CHECK(a.gap_height_mm == Approx(a.cranial.centre[2] - a.caudal.centre[2]));
  // Mean height of the bow over the inner part is between a half and the whole of it.
  CHECK(a.body_height_mm > 16.0 - 2.0 - 0.2);
  CHECK(a.body_height_mm < 16.0 - 1.0 + 0.3);
}

TEST_CASE("marrow as dark as a disc: endplates are found by their cortex") {
  SyntheticSpine spine;
  spine.marrow_hu = 70.0;
  const Case c = measured(spine);
  CHECK(mean_error(c.anatomy, c.anatomy.cranial, [&](double x, double y) { return spine.bottom(1, x, y); }) < 0.25);
  CHECK(mean_error(c.anatomy, c.anatomy.caudal, [&](double x, double y) { return spine.top(-1, x, y); }) < 0.25);
}

TEST_CASE("anatomy survives JSON") {
  const CorpectomyAnatomy a = measured(SyntheticSpine()).anatomy;
  const Json document = to_json(a);
  const CorpectomyAnatomy b = corpectomy_from_json(Json::parse(document.dump()));
  CHECK(to_json(b) == document);
  CHECK(b.cranial.surface.z_mm == a.cranial.surface.z_mm);
  CHECK(b.caudal.surface.measured == a.caudal.surface.measured);
  CHECK(b.frame.axes_Patient == a.frame.axes_Patient);
  CHECK(b.gap_height_mm == a.gap_height_mm);
  Json broken = document;
  broken["cranial"]["surface"]["measured"].erase(0);
  CHECK_THROWS_WITH(corpectomy_from_json(broken), Contains("height field"));
  broken = document;
  broken.erase("frame");
  CHECK_THROWS_WITH(corpectomy_from_json(broken), Contains("corpectomy anatomy"));
}

TEST_CASE("what cannot be measured is refused with the reason") {
  const SyntheticSpine spine;
  const HuImage hu = spine.scan();
  const auto seeds = spine.seeds();
  const Segmentation s = segment_vertebrae(hu, seeds, {}, Progress());
  const auto message = [&](const std::string& level, const CorpectomyOptions& options) -> std::string {
    try {
      measure_corpectomy(s, seeds, level, options, Progress());
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kBadInput);
      return error.what();
    }
    return "no error";
  };
  CHECK_THAT(message("L3", {}), Contains("L3") && Contains("not among the seeds"));
  CHECK_THAT(message("C5", {}), Contains("no seed lies above C5"));
  CHECK_THAT(message("C7", {}), Contains("no seed lies below C7"));
  CorpectomyOptions options;
  options.surface_step_mm = 0.0;
  CHECK_THAT(message("C6", options), Contains("surface step"));
  std::vector<VertebraSeed> fewer(seeds.begin(), seeds.begin() + 2);
  CHECK_THROWS_WITH(measure_corpectomy(s, fewer, "C6", {}, Progress()), Contains("2 seeds for a segmentation of 3"));
}

TEST_CASE("vertebrae grown together have no endplates between them") {
  const SyntheticSpine spine;
  const auto seeds = spine.seeds();
  Segmentation s = segment_vertebrae(spine.scan(), seeds, {}, Progress());
  // A column of bone through the upper disc, given to the upper body.
  for (std::int64_t k = 0; k < s.labels.size[2]; ++k)
    for (std::int64_t j = 0; j < s.labels.size[1]; ++j)
      for (std::int64_t i = 0; i < s.labels.size[0]; ++i) {
        const Vec3 p = s.labels.to_patient(Vec3(double(i), double(j), double(k)));
        if (p.head<2>().norm() < 4.0 && p[2] > -2.0 && p[2] < spine.pitch()) s.labels.at(i, j, k) = 1;
      }
  CHECK_THROWS_WITH(measure_corpectomy(s, seeds, "C6", {}, Progress()), Contains("endplate of C5 was not found"));
}
