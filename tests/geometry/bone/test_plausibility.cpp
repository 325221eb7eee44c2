// Seeds and labels that cannot be what they are called.
#include "core/error.h"
#include "geometry/bone/detail/plausibility.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace spongiosa;
using namespace spongiosa::geometry;
using namespace spongiosa::geometry::bone_detail;
using Catch::Matchers::Contains;

namespace {

std::vector<VertebraSeed> column() { return {{"T1", Vec3(0, 0, 20)}, {"T2", Vec3(0, 0, 0)}, {"T3", Vec3(0, 0, -20)}}; }

/// Label n+1 in a box of 20 x 20 mm about the axis, from low[n] to high[n] along it; 1 mm voxels, z from -60 to 60.
LabelImage boxes(const std::vector<std::pair<double, double>>& spans) {
  LabelImage labels;
  labels.size = {31, 31, 121};
  labels.origin_Patient = Vec3(-15, -15, -60);
  labels.allocate();
  for (std::size_t n = 0; n < spans.size(); ++n)
    for (std::int64_t k = 0; k < 121; ++k)
      for (std::int64_t j = 5; j < 26; ++j)
        for (std::int64_t i = 5; i < 26; ++i) {
          const double z = double(k) - 60.0;
          if (z >= spans[n].first && z <= spans[n].second) labels.at(i, j, k) = std::uint8_t(n + 1);
        }
  return labels;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("bodies of one spacing each are not doubted") {
  const auto shapes = label_shapes(boxes({{12, 28}, {-8, 8}, {-28, -12}}), column(), true, true);
  REQUIRE(shapes.size() == 3);
  CHECK(shapes[1].body_span_mm == Approx(17.0).margin(1.0));
  CHECK(shapes[1].seed_spacing_mm == Approx(20.0));
  CHECK(shapes[1].volume_mm3 == Approx(21.0 * 21.0 * 17.0));
  CHECK_FALSE(shapes[1].cut);
  std::vector<std::string> warnings;
  judge_labels(column(), shapes, warnings);
  CHECK(warnings.empty());
}

TEST_CASE("a label that holds the next body is refused, and the missing seed named") {
  const auto shapes = label_shapes(boxes({{12, 28}, {-8, 8}, {-48, -12}}), column(), false, false);
  std::vector<std::string> warnings;
  CHECK_THAT(message_of([&] { judge_labels(column(), shapes, warnings); }),
             Contains("label of T3 spans 37 mm") && Contains("seeds are 20 mm apart") && Contains("anatomy.seeds_mm.T4"));
  // Above the first one too.
  const auto upper = label_shapes(boxes({{12, 48}, {-8, 8}, {-28, -12}}), column(), false, false);
  CHECK_THAT(message_of([&] { judge_labels(column(), upper, warnings); }), Contains("label of T1") && Contains("anatomy.seeds_mm.C7"));
}

TEST_CASE("volumes are compared with what uncut neighbours suggest") {
  std::vector<LabelShape> shapes(3);
  for (LabelShape& shape : shapes) shape = {15000.0, 17.0, 20.0, false};
  std::vector<std::string> warnings;
  shapes[2].volume_mm3 = 1.9 * 15000.0;
  judge_labels(column(), shapes, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Contains("T3") && Contains("1.9 times the volume"));
  shapes[2].volume_mm3 = 3.0 * 15000.0;
  CHECK_THAT(message_of([&] { judge_labels(column(), shapes, warnings); }), Contains("label of T3 has 45 cm^3, 3.0 times"));
  // The same volume beside a neighbour that the scan cuts off says nothing, but the cut is told.
  shapes[1].cut = true;
  warnings.clear();
  judge_labels(column(), shapes, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Contains("T2") && Contains("end of the scan"));
}

TEST_CASE("a label at the end of the scan is cut, one at the end of the region is not") {
  const LabelImage labels = boxes({{12, 60}, {-8, 8}, {-28, -12}});
  CHECK(label_shapes(labels, column(), false, true)[0].cut);
  CHECK_FALSE(label_shapes(labels, column(), false, false)[0].cut);
  CHECK_FALSE(label_shapes(labels, column(), true, true)[1].cut);
}

TEST_CASE("a seed beside the column is refused by the bend it makes, a strong curve is told") {
  std::vector<VertebraSeed> seeds = column();
  std::vector<std::string> warnings;
  require_straight_row(seeds, warnings);
  CHECK(warnings.empty());
  seeds[1].p_Patient.y() = 8.0;  // atan(8/20) twice: 44 degrees
  require_straight_row(seeds, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Contains("T2") && Contains("44 degrees"));
  seeds[1].p_Patient.y() = 20.0;
  CHECK_THAT(message_of([&] { require_straight_row(seeds, warnings); }), Contains("seed T2") && Contains("90 degrees") && Contains("spinal canal"));
}

TEST_CASE("one seed as dark as soft tissue among bright bodies is refused") {
  GreyLevels levels;
  std::vector<std::string> warnings;
  levels.soft_hu = 50.0;
  levels.seeds = {{true, 300.0, 50.0, 200.0}, {false, 20.0, 50.0, 200.0}, {true, 310.0, 50.0, 200.0}};
  CHECK_THAT(message_of([&] { require_alike_bodies(column(), levels, warnings); }), Contains("seed T2") && Contains("20 HU there") && Contains("310 HU"));
  CHECK(warnings.empty());
  levels.seeds[1].inside_hu = 82.0;  // an old patient's marrow
  CHECK_NOTHROW(require_alike_bodies(column(), levels, warnings));
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Contains("T2") && Contains("82 HU"));
  warnings.clear();
  levels.seeds[1].inside_hu = 110.0;  // faint bone
  CHECK_NOTHROW(require_alike_bodies(column(), levels, warnings));
  for (SeedLevel& seed : levels.seeds) seed = {false, 60.0, 50.0, 200.0};  // all osteoporotic
  CHECK_NOTHROW(require_alike_bodies(column(), levels, warnings));
  CHECK(warnings.empty());
}
