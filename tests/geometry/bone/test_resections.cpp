#include "core/error.h"
#include "geometry/bone/corpectomy.h"
#include "geometry/phantom/spine_phantom.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace spongiosa::geometry {

namespace {

/// The phantom segmented once for all tests of this file.
struct Scene {
  SpinePhantom phantom{[] {
    SpinePhantomOptions options;
    options.levels = {"C4", "C5", "C6"};
    return options;
  }()};
  std::vector<VertebraSeed> seeds;
  Segmentation segmentation;
  Scene() {
    for (const VertebraTruth& truth : phantom.truth()) seeds.push_back({truth.level, truth.body_centre_Patient});
    segmentation = segment_vertebrae(scan_spine_phantom(phantom, Progress()).hu, seeds, {}, Progress());
  }
  static const Scene& get() {
    static const Scene scene;
    return scene;
  }
};

}  // namespace

TEST_CASE("resections: two half bodies between exact planes, a disc, several bodies") {
  const Scene& scene = Scene::get();
  ResectionPlan plan{Resection::kHalfBodies, "C4", "C5", {0.5, 4.0}, {0.5, -3.0}};
  const CorpectomyAnatomy half = measure_resection(scene.segmentation, scene.seeds, plan, {}, Progress());
  CHECK(half.replaced_level == "C4/C5");
  CHECK(half.cranial_level == "C4");
  // The faces are planes: exact to the rounding of floats.
  for (const Endplate* plate : {&half.cranial, &half.caudal})
    for (int j = 0; j < plate->surface.ny; j += 7)
      for (int i = 0; i < plate->surface.nx; i += 5) {
        const Vec3 p(plate->surface.x0_mm + i * plate->surface.step_mm, plate->surface.y0_mm + j * plate->surface.step_mm,
                     plate->surface.z_mm[std::size_t(i + plate->surface.nx * j)]);
        CHECK(std::abs(plate->normal.dot(p - plate->centre)) < 1e-4);
      }
  // The middle of C4 to the middle of C5: half of each body and the disc between.
  const VertebraTruth &upper = scene.phantom.truth()[0], &lower = scene.phantom.truth()[1];
  CHECK(half.gap_height_mm == Approx((upper.body_centre_Patient - lower.body_centre_Patient).norm()).margin(0.7));
  // Taller in front by the sum of both tilts and the angle between the bodies' middles.
  ResectionPlan flat = plan;
  flat.cranial_cut.tilt_deg = flat.caudal_cut.tilt_deg = 0.0;
  const CorpectomyAnatomy level = measure_resection(scene.segmentation, scene.seeds, flat, {}, Progress());
  CHECK(half.lordosis_deg - level.lordosis_deg == Approx(4.0 - 3.0).margin(0.2));
  CHECK(half.canal_y_mm == Approx(level.canal_y_mm).margin(1.0));

  const CorpectomyAnatomy disc = measure_resection(scene.segmentation, scene.seeds, {Resection::kDisc, "C4", "C5", {}, {}}, {}, Progress());
  CHECK(disc.gap_height_mm == Approx(5.5).margin(1.2));
  CHECK(disc.canal_y_mm == Approx(level.canal_y_mm).margin(1.5));

  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, {Resection::kDisc, "C4", "C6", {}, {}}, {}, Progress()), Catch::Contains("not neighbours"));
  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, {Resection::kHalfBodies, "C5", "C4", {}, {}}, {}, Progress()), Catch::Contains("cranial level first"));
  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, {Resection::kHalfBodies, "C5", "C5", {}, {}}, {}, Progress()), Catch::Contains("given twice"));
  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, {Resection::kBodies, "C5", "C6", {}, {}}, {}, Progress()), Catch::Contains("below C6"));
  plan.cranial_cut.kept_fraction = 0.95;
  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, plan, {}, Progress()), Catch::Contains("0.2..0.8"));
  plan.cranial_cut = {0.5, 45.0};
  CHECK_THROWS_WITH(measure_resection(scene.segmentation, scene.seeds, plan, {}, Progress()), Catch::Contains("-30..30"));
}

}  // namespace spongiosa::geometry
