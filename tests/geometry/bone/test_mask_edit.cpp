#include "core/error.h"
#include "geometry/bone/mask_edit.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr double kPi = 3.14159265358979323846;

FloatImage grid(double spacing_mm = 0.5, std::int64_t n = 80) {
  FloatImage image;
  image.size = {n, n, n};
  image.spacing_mm = Vec3::Constant(spacing_mm);
  image.origin_Patient = Vec3(-100.0, 30.0, 500.0);
  image.allocate();
  return image;
}

/// Near the middle of the grid, off its symmetry: about a corner of voxels whole shells of them enter a sphere at once, and counted volumes jump.
Vec3 middle(const FloatImage& image) {
  return image.to_patient(0.5 * Vec3(double(image.size[0]), double(image.size[1]), double(image.size[2]))) + Vec3(0.13, 0.07, 0.19);
}

/// Grey values of balls: 1000 HU within, 0 outside, linear over 1 mm across the surface.
FloatImage balls(FloatImage image, const std::vector<std::pair<Vec3, double>>& list) {
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i) {
        const Vec3 p = image.to_patient(Vec3(double(i), double(j), double(k)));
        double d = 1e300;
        for (const auto& [centre, radius] : list) d = std::min(d, (p - centre).norm() - radius);
        image.at(i, j, k) = float(1000.0 * std::clamp(0.5 - d, 0.0, 1.0));
      }
  return image;
}

MaskEdit edit(MaskOperation operation) {
  MaskEdit e;
  e.operation = operation;
  return e;
}
MaskEdit above(double hu) {
  MaskEdit e = edit(MaskOperation::kThreshold);
  e.low_hu = hu;
  return e;
}
MaskEdit sphere(MaskOperation operation, const Vec3& p, double radius_mm) {
  MaskEdit e = edit(operation);
  e.point_Patient = p;
  e.radius_mm = radius_mm;
  return e;
}

std::string refusal(const std::vector<MaskEdit>& edits, const FloatImage& hu) {
  LabelImage mask = hu.like<std::uint8_t>(1);
  try {
    apply_mask_edits(mask, hu, edits, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("spheres and planes have the volumes they should") {
  const FloatImage hu = grid();
  const Vec3 c = middle(hu);
  LabelImage mask = hu.like<std::uint8_t>(0);
  MaskEdit half = edit(MaskOperation::kCutPlane);
  half.point_Patient = c;
  half.normal = Vec3(3.0, -1.0, 2.0);
  const auto changes = apply_mask_edits(mask, hu, {sphere(MaskOperation::kAddSphere, c, 12.0), sphere(MaskOperation::kEraseSphere, c, 6.0), half}, Progress());
  REQUIRE(changes.size() == 3);
  const double whole = 4.0 / 3.0 * kPi * 12.0 * 12.0 * 12.0, hole = whole / 8.0;
  CHECK(changes[0].volume_after_mm3 == Approx(whole).epsilon(0.005));
  CHECK(changes[1].removed_mm3 == Approx(hole).epsilon(0.01));
  CHECK(changes[2].volume_after_mm3 == Approx(0.5 * (whole - hole)).epsilon(0.02));
  CHECK(changes[2].added_mm3 == 0.0);
}

TEST_CASE("threshold, growth and parts") {
  const FloatImage empty = grid();
  const Vec3 c = middle(empty), left = c - Vec3(10, 0, 0), right = c + Vec3(10, 0, 0);
  const FloatImage hu = balls(empty, {{left, 6.0}, {right, 5.0}});
  const double big = 4.0 / 3.0 * kPi * 216.0, small = 4.0 / 3.0 * kPi * 125.0;
  LabelImage mask = hu.like<std::uint8_t>(0);
  auto changes = apply_mask_edits(mask, hu, {above(500.0), edit(MaskOperation::kKeepPart)}, Progress());
  CHECK(changes[0].volume_after_mm3 == Approx(big + small).epsilon(0.01));
  CHECK(changes[1].volume_after_mm3 == Approx(big).epsilon(0.01));
  MaskEdit keep = edit(MaskOperation::kKeepPart);
  keep.point_Patient = right;
  changes = apply_mask_edits(mask, hu, {above(500.0), keep}, Progress());
  CHECK(changes[1].volume_after_mm3 == Approx(small).epsilon(0.02));
  MaskEdit grow = edit(MaskOperation::kGrow);
  grow.low_hu = 500.0;
  grow.point_Patient = left;
  changes = apply_mask_edits(mask, hu, {grow}, Progress());
  CHECK(changes[0].added_mm3 == Approx(big).epsilon(0.01));
}

TEST_CASE("two balls that touch are split in the neck") {
  const FloatImage empty = grid();
  const Vec3 c = middle(empty), left = c - Vec3(6, 0, 0), right = c + Vec3(5, 0, 0);
  const FloatImage hu = balls(empty, {{left, 7.0}, {right, 6.0}});
  // The planes of the circle in which the two balls meet.
  const double neck_x = left[0] + (121.0 + 49.0 - 36.0) / 22.0;
  LabelImage mask = hu.like<std::uint8_t>(0);
  MaskEdit split = edit(MaskOperation::kSplit);
  split.point_Patient = left;
  split.second_point_Patient = right;
  apply_mask_edits(mask, hu, {above(500.0), split}, Progress());
  double wrong = 0.0, all = 0.0;
  for (std::int64_t k = 0; k < mask.size[2]; ++k)
    for (std::int64_t j = 0; j < mask.size[1]; ++j)
      for (std::int64_t i = 0; i < mask.size[0]; ++i) {
        if (hu.at(i, j, k) < 500.0f) continue;
        const bool should = mask.to_patient(Vec3(double(i), double(j), double(k)))[0] < neck_x;
        all += 1.0;
        wrong += should != (mask.at(i, j, k) != 0);
      }
  CHECK(wrong / all < 0.05);
}

TEST_CASE("smoothing keeps the volume to the voxel and takes area away") {
  const FloatImage empty = grid();
  const Vec3 c = middle(empty);
  const FloatImage hu = balls(empty, {{c, 8.0}});
  LabelImage mask = hu.like<std::uint8_t>(0);
  MaskEdit smooth = edit(MaskOperation::kSmooth);
  smooth.radius_mm = 1.0;
  // A thorn that smoothing should take.
  const auto changes = apply_mask_edits(mask, hu, {above(500.0), sphere(MaskOperation::kAddSphere, c + Vec3(8.3, 0, 0), 0.8), smooth}, Progress());
  CHECK(changes[2].volume_after_mm3 == changes[2].volume_before_mm3);
  CHECK(changes[2].removed_mm3 > 0.0);
  CHECK(changes[2].area_after_mm2 < changes[2].area_before_mm2);
}

TEST_CASE("masks combine, also from another grid") {
  const FloatImage hu = grid();
  const Vec3 c = middle(hu);
  const FloatImage coarse = grid(0.8, 50);
  LabelImage other = coarse.like<std::uint8_t>(0);
  apply_mask_edits(other, coarse, {sphere(MaskOperation::kAddSphere, c + Vec3(4, 0, 0), 8.0)}, Progress());
  const double ball = 4.0 / 3.0 * kPi * 512.0, h = 8.0 - 2.0, lens = 2.0 * kPi * h * h * (24.0 - h) / 3.0;
  const auto volume = [&](MaskOperation operation) {
    LabelImage mask = hu.like<std::uint8_t>(0);
    MaskEdit combine = edit(operation);
    combine.other = other;
    return apply_mask_edits(mask, hu, {sphere(MaskOperation::kAddSphere, c, 8.0), combine}, Progress()).back().volume_after_mm3;
  };
  CHECK(volume(MaskOperation::kUnion) == Approx(2.0 * ball - lens).epsilon(0.01));
  CHECK(volume(MaskOperation::kIntersect) == Approx(lens).epsilon(0.02));
  CHECK(volume(MaskOperation::kSubtract) == Approx(ball - lens).epsilon(0.02));
}

TEST_CASE("holes are filled") {
  const FloatImage hu = grid();
  const Vec3 c = middle(hu);
  LabelImage mask = hu.like<std::uint8_t>(0);
  const auto changes = apply_mask_edits(
      mask, hu, {sphere(MaskOperation::kAddSphere, c, 9.0), sphere(MaskOperation::kEraseSphere, c, 4.0), edit(MaskOperation::kFillHoles)}, Progress());
  CHECK(changes[2].added_mm3 == changes[1].removed_mm3);
}

TEST_CASE("a surface by grey values is as exact as the scan is, not as its voxels are") {
  const FloatImage empty = grid(0.8, 40);
  const Vec3 c = middle(empty);
  const FloatImage hu = balls(empty, {{c, 9.3}});
  LabelImage mask = hu.like<std::uint8_t>(0);
  apply_mask_edits(mask, hu, {above(500.0)}, Progress());
  const auto deviation = [&](const TriangleMesh& mesh) {
    double sum = 0.0, worst = 0.0;
    for (const Vec3f& v : mesh.vertices) {
      const double d = std::abs((v.cast<double>() - c).norm() - 9.3);
      sum += d / double(mesh.vertices.size());
      worst = std::max(worst, d);
    }
    return std::pair(sum, worst);
  };
  const TriangleMesh grey = mask_surface(mask, hu, {500.0, 0.6}, Progress());
  CHECK(check_mesh(grey).closed_two_manifold());
  CHECK(deviation(grey).first < 0.03);
  CHECK(deviation(grey).second < 0.12);
  const TriangleMesh smooth = mask_surface(mask, hu, {std::nullopt, 0.8}, Progress());
  CHECK(check_mesh(smooth).closed_two_manifold());
  CHECK(smooth.volume_mm3() == Approx(4.0 / 3.0 * kPi * std::pow(9.3, 3)).epsilon(0.02));
  CHECK(deviation(grey).first < deviation(smooth).first);
}

TEST_CASE("edits that lack something are refused with their number") {
  const FloatImage hu = grid(0.5, 20);
  const Vec3 c = middle(hu);
  CHECK_THAT(refusal({edit(MaskOperation::kThreshold)}, hu), Catch::Contains("edit 1 (threshold)") && Catch::Contains("low_hu"));
  CHECK_THAT(refusal({edit(MaskOperation::kFillHoles), edit(MaskOperation::kAddSphere)}, hu), Catch::Contains("edit 2 (add-sphere)") && Catch::Contains("point_mm"));
  MaskEdit no_radius = edit(MaskOperation::kEraseSphere);
  no_radius.point_Patient = c;
  CHECK_THAT(refusal({no_radius}, hu), Catch::Contains("radius_mm is missing"));
  CHECK_THAT(refusal({sphere(MaskOperation::kAddSphere, c, 900.0)}, hu), Catch::Contains("900 mm"));
  CHECK_THAT(refusal({sphere(MaskOperation::kAddSphere, c + Vec3(99, 0, 0), 2.0)}, hu), Catch::Contains("outside the image"));
  CHECK_THAT(refusal({sphere(MaskOperation::kEraseSphere, c, 100.0)}, hu), Catch::Contains("leaves nothing"));
  CHECK_THAT(refusal({edit(MaskOperation::kUnion)}, hu), Catch::Contains("mask is missing"));
  MaskEdit cut = edit(MaskOperation::kCutPlane);
  cut.point_Patient = c;
  CHECK_THAT(refusal({cut}, hu), Catch::Contains("normal"));
  MaskEdit crossed = above(100.0);
  crossed.high_hu = 50.0;
  CHECK_THAT(refusal({crossed}, hu), Catch::Contains("above high_hu"));
  MaskEdit far = edit(MaskOperation::kGrow);
  far.low_hu = 10.0;
  far.point_Patient = c;
  CHECK_THAT(refusal({far}, hu), Catch::Contains("farther than 5 mm"));
  MaskEdit same = edit(MaskOperation::kSplit);
  same.point_Patient = same.second_point_Patient = c;
  CHECK_THAT(refusal({same}, hu), Catch::Contains("same voxel"));
  LabelImage other_size = grid(0.5, 10).like<std::uint8_t>(1);
  CHECK_THROWS_WITH(apply_mask_edits(other_size, hu, {}, Progress()), Catch::Contains("same grid"));
  CHECK_THROWS_WITH(mask_surface(hu.like<std::uint8_t>(0), hu, {}, Progress()), Catch::Contains("empty"));
}

}  // namespace spongiosa::geometry
