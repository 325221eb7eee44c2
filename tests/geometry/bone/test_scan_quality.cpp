#include "geometry/bone/scan_quality.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// Soft tissue at 50 HU with a block of bone at 650 HU; noise of a given standard deviation.
struct Scan {
  HuImage hu;
  Segmentation segmentation;

  explicit Scan(double noise_hu, std::int64_t bone_from = 12) {
    hu.size = {40, 40, 24};
    hu.spacing_mm = Vec3(0.35, 0.35, 0.8);
    hu.origin_Patient = Vec3(-7.0, 12.0, 100.0);
    hu.allocate(50);
    segmentation.labels = hu.like<std::uint8_t>(0);
    segmentation.hu_denoised = hu.like<float>(50.0f);
    segmentation.noise_sd_hu = noise_hu;
    for (std::int64_t k = 6; k < 18; ++k)
      for (std::int64_t j = 12; j < 28; ++j)
        for (std::int64_t i = bone_from; i < 28; ++i) {
          hu.at(i, j, k) = 650;
          segmentation.labels.at(i, j, k) = 1;
          segmentation.hu_denoised.at(i, j, k) = 650.0f;
        }
  }
  ScanQualityItem item(const std::string& name, const ScanHeader& header = {0.8, "B30f", 30}) const {
    for (const ScanQualityItem& item : scan_quality(hu, segmentation, header))
      if (item.name.find(name) != std::string::npos) return item;
    FAIL("no item " << name);
    return {};
  }
};

}  // namespace

TEST_CASE("a fine scan is good in every point") {
  const Scan scan(20.0);
  for (const ScanQualityItem& item : scan_quality(scan.hu, scan.segmentation, {0.8, "B30f", 30})) {
    INFO(item.name);
    CHECK(item.verdict == ScanVerdict::kGood);
    CHECK_FALSE(item.source.empty());
  }
  CHECK(*scan.item("contrast").value == Approx(600.0 / 20.0));
}

TEST_CASE("what is doubtful is said, with its value") {
  Scan scan(250.0);
  CHECK(scan.item("contrast").verdict == ScanVerdict::kDoubtful);
  CHECK(*scan.item("contrast").value == Approx(2.4));
  CHECK(scan.item("noise").verdict == ScanVerdict::kDoubtful);
  CHECK(scan.item("slice thickness", {2.5, "", {}}).verdict == ScanVerdict::kDoubtful);
  CHECK(scan.item("kernel", {0.8, "B70s", {}}).verdict == ScanVerdict::kDoubtful);
  CHECK(scan.item("age", {0.8, "B30f", 183}).verdict == ScanVerdict::kGood);
  CHECK(scan.item("age", {0.8, "B30f", 184}).verdict == ScanVerdict::kDoubtful);
  CHECK(*scan.item("age", {0.8, "B30f", 184}).value == 184.0);
  for (std::int64_t i = 30; i < 36; ++i)
    for (std::int64_t j = 30; j < 36; ++j)
      for (std::int64_t k = 10; k < 14; ++k) scan.hu.at(i, j, k) = 3071;
  CHECK(*scan.item("metal").value == Approx(6 * 6 * 4 * 0.35 * 0.35 * 0.8));
  CHECK(scan.item("metal").verdict == ScanVerdict::kDoubtful);
  scan.hu.spacing_mm = Vec3(0.7, 0.7, 2.5);
  CHECK(scan.item("pixel").verdict == ScanVerdict::kDoubtful);
  CHECK(scan.item("slice spacing").verdict == ScanVerdict::kDoubtful);
}

TEST_CASE("bone that the field of view cuts off is measured; slices at the ends do not count") {
  const Scan inside(20.0), cut(20.0, 0);
  CHECK(*inside.item("cut off").value == 0.0);
  CHECK(*cut.item("cut off").value == Approx(16 * 12 * 0.35 * 0.8));
  CHECK(cut.item("cut off").verdict == ScanVerdict::kDoubtful);
}

TEST_CASE("what the header does not say is unknown, not good") {
  const Scan scan(0.0);
  CHECK(scan.item("slice thickness", {{}, "", {}}).verdict == ScanVerdict::kUnknown);
  CHECK(scan.item("age", {{}, "", {}}).verdict == ScanVerdict::kUnknown);
  CHECK(scan.item("kernel", {{}, "", {}}).verdict == ScanVerdict::kUnknown);
  CHECK(scan.item("kernel", {{}, "", {}}).text == "not stated");
  CHECK(scan.item("noise").verdict == ScanVerdict::kUnknown);
  CHECK(scan.item("contrast").verdict == ScanVerdict::kUnknown);
}

TEST_CASE("kernels of four makers") {
  for (const char* sharp : {"B60f", "B70s", "H60s", "Br64d", "BONE", "BonePlus", "EDGE", "D", "FC30", "FC81"}) {
    INFO(sharp);
    CHECK(is_sharp_kernel(sharp) == std::optional(true));
  }
  for (const char* smooth : {"B30f", "Br40d", "STANDARD", "SOFT", "B", "FC18"}) {
    INFO(smooth);
    CHECK(is_sharp_kernel(smooth) == std::optional(false));
  }
  for (const char* unknown : {"", "ASiR", "17", "X123", "B6"}) CHECK_FALSE(is_sharp_kernel(unknown).has_value());
}
