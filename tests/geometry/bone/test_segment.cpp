#include "core/error.h"
#include "core/threads.h"
#include "synthetic_spine.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;
using Catch::Matchers::Contains;

namespace {

/// Dice overlap of every label with the truth.
std::vector<double> overlap(const SyntheticSpine& spine, const LabelImage& labels) {
  std::vector<double> both(4, 0.0), found(4, 0.0), real(4, 0.0), dice;
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < labels.size[1]; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i) {
        const int label = labels.at(i, j, k);
        found[std::size_t(label)] += 1.0;
        for (int n = 1; n <= 3; ++n) {
          const bool in = spine.distance(2 - n, labels.to_patient(Vec3(double(i), double(j), double(k)))) < 0.0;
          real[std::size_t(n)] += in;
          both[std::size_t(n)] += in && label == n;
        }
      }
  for (std::size_t n = 1; n <= 3; ++n) dice.push_back(2.0 * both[n] / (found[n] + real[n]));
  return dice;
}

std::string message_of(const HuImage& hu, const std::vector<VertebraSeed>& seeds, const SegmentOptions& options = {}) {
  try {
    segment_vertebrae(hu, seeds, options, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("bright bodies are found whole and apart, discs and noise are not bone") {
  SyntheticSpine spine;
  const Segmentation s = segment_vertebrae(spine.scan(), spine.seeds(), {}, Progress());
  for (const double dice : overlap(spine, s.labels)) CHECK(dice > 0.97);
  CHECK(s.noise_sd_hu == Approx(spine.noise_hu).epsilon(0.15));
  CHECK(s.threshold_hu > spine.soft_hu + 40.0);
  CHECK(s.threshold_hu < spine.marrow_hu);
  REQUIRE(s.volume_mm3.size() == 3);
  CHECK(s.volume_mm3[0] == Approx(s.volume_mm3[2]).epsilon(0.03));
}

TEST_CASE("a thin gap still separates: 1.6 mm between the cortices") {
  SyntheticSpine spine;
  spine.disc_mm = 1.6;
  spine.bow_mm = 0.0;
  spine.spacing_mm = 0.6;
  const Segmentation s = segment_vertebrae(spine.scan(), spine.seeds(), {}, Progress());
  for (const double dice : overlap(spine, s.labels)) CHECK(dice > 0.95);
}

TEST_CASE("marrow as dark as a disc: the body is filled out to its cortex") {
  SyntheticSpine spine;
  spine.marrow_hu = 70.0;
  spine.cortex_hu = 600.0;
  const Segmentation s = segment_vertebrae(spine.scan(), spine.seeds(), {}, Progress());
  for (const double dice : overlap(spine, s.labels)) CHECK(dice > 0.95);
}

TEST_CASE("bodies cut by the edge of the scan are kept up to the cut") {
  for (const double marrow_hu : {70.0, 260.0}) {
    SyntheticSpine spine;
    spine.marrow_hu = marrow_hu;
    spine.cut_mm = 12.0;
    const Segmentation s = segment_vertebrae(spine.scan(), spine.seeds(), {}, Progress());
    const std::vector<double> dice = overlap(spine, s.labels);
    for (const double d : dice) CHECK(d > 0.95);
  }
}

TEST_CASE("same labels for any number of threads") {
  const SyntheticSpine spine;
  const HuImage hu = spine.scan();
  set_thread_count(1);
  const Segmentation one = segment_vertebrae(hu, spine.seeds(), {}, Progress());
  set_thread_count(2);
  const Segmentation two = segment_vertebrae(hu, spine.seeds(), {}, Progress());
  set_thread_count(0);
  CHECK(one.labels.data == two.labels.data);
  CHECK(one.hu_denoised.data == two.hu_denoised.data);
}

TEST_CASE("noise is smoothed away, edges stay where they are") {
  const SyntheticSpine spine;
  const HuImage hu = spine.scan();
  const Segmentation s = segment_vertebrae(hu, spine.seeds(), {}, Progress());
  double sum = 0.0, sum2 = 0.0, n = 0.0;
  const LabelImage& labels = s.labels;
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < 8; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i) {
        const double value = s.hu_denoised.at(i, j, k);
        sum += value;
        sum2 += value * value;
        n += 1.0;
      }
  const double sd = std::sqrt(sum2 / n - sum / n * sum / n);
  CHECK(sum / n == Approx(spine.soft_hu).margin(2.0));
  CHECK(sd < 0.5 * spine.noise_hu);
}

TEST_CASE("user errors name the seed, the place and what to do") {
  const SyntheticSpine spine;
  const HuImage hu = spine.scan();
  const std::vector<VertebraSeed> good = spine.seeds();
  CHECK_THAT(message_of(hu, {}), Contains("no vertebra seeds"));
  CHECK_THAT(message_of(hu, {{"C6", Vec3(0, 0, 500)}}), Contains("C6") && Contains("outside the scan"));
  CHECK_THAT(message_of(hu, {good[0], {"C6", Vec3(22, 0, 0)}}),
             Contains("C6") && Contains("not inside a vertebral body") && Contains("HU there") && Contains("nearest bone"));
  CHECK_THAT(message_of(hu, {{"C6", Vec3(0, 0, 10.0)}}), Contains("not inside a vertebral body"));
  CHECK_THAT(message_of(hu, {good[0], good[0]}), Contains("two seeds"));
  CHECK_THAT(message_of(hu, {good[1], {"C7", Vec3(2, 0, 5)}}), Contains("one vertebral body"));
  SegmentOptions options;
  options.smoothing_mm = 9.0;
  CHECK_THAT(message_of(hu, good, options), Contains("smoothing 9 mm"));
  CHECK_THAT(message_of(HuImage(), good), Contains("scan is empty"));

  SyntheticSpine dark;
  dark.marrow_hu = 70.0;
  CHECK_THAT(message_of(dark.scan(), {good[1], {"C7", Vec3(2, 0, 5)}}), Contains("one vertebral body"));
  CHECK_THAT(message_of(dark.scan(), {{"C6", Vec3(22, 0, 0)}}), Contains("not inside a vertebral body"));
}
