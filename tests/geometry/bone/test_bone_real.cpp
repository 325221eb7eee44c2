/// Plausibility on real scans (skipped where they are not at hand).

#include "geometry/bone/corpectomy.h"
#include "geometry/ct/import.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;

TEST_CASE("C7 of a noisy cervicothoracic scan, C6 cut by the edge of the scan") {
  const auto folder = test_data("ct-cervicothoracic-lidc0314-dicom/dicom");
  if (folder.empty()) return;
  const CtImport ct = import_ct(folder, {}, Progress());
  const std::vector<VertebraSeed> seeds{
      {"C6", Vec3(-11.0, 150.9, -410.9)}, {"C7", Vec3(-11.0, 161.8, -422.7)}, {"T1", Vec3(-11.0, 174.5, -439.1)}};
  const Segmentation s = segment_vertebrae(ct.hu, seeds, {}, Progress());
  CHECK(s.noise_sd_hu > 30.0);
  const CorpectomyAnatomy a = measure_corpectomy(s, seeds, "C7", {}, Progress());
  CHECK(a.body_height_mm > 12.0);
  CHECK(a.body_height_mm < 16.5);
  CHECK(a.gap_height_mm > a.body_height_mm + 3.0);
  CHECK(a.gap_height_mm < a.body_height_mm + 10.0);
  for (const Endplate* plate : {&a.cranial, &a.caudal, &a.replaced_superior, &a.replaced_inferior}) {
    CHECK(plate->width_mm > 20.0);
    CHECK(plate->width_mm < 30.0);
    CHECK(plate->depth_mm > 13.0);
    CHECK(plate->depth_mm < 20.0);
    CHECK(plate->roughness_mm < 0.3);
  }
  CHECK(std::abs(a.lordosis_deg) < 12.0);
}

TEST_CASE("L5 of an osteoporotic lumbosacral scan, between L4 and a steep S1") {
  const auto folder = test_data("ct-lumbosacral-vhf-dicom/dicom");
  if (folder.empty()) return;
  const CtImport ct = import_ct(folder, {}, Progress());
  const std::vector<VertebraSeed> seeds{
      {"L4", Vec3(249.0, 268.9, 1040.0)}, {"L5", Vec3(249.0, 269.6, 1007.7)}, {"S1", Vec3(249.0, 281.0, 987.0)}};
  const Segmentation s = segment_vertebrae(ct.hu, seeds, {}, Progress());
  const CorpectomyAnatomy a = measure_corpectomy(s, seeds, "L5", {}, Progress());
  CHECK(a.body_height_mm > 20.0);
  CHECK(a.body_height_mm < 29.0);
  CHECK(a.cranial.width_mm > 44.0);
  CHECK(a.cranial.width_mm < 56.0);
  CHECK(a.cranial.depth_mm > 30.0);
  CHECK(a.cranial.depth_mm < 41.0);
  CHECK(a.lordosis_deg > 12.0);  // wedge of the two lowest discs and L5
  CHECK(a.lordosis_deg < 40.0);
  CHECK(a.canal_y_mm > 8.0);
  for (const Endplate* plate : {&a.cranial, &a.caudal, &a.replaced_superior, &a.replaced_inferior}) CHECK(plate->roughness_mm < 0.3);
}
