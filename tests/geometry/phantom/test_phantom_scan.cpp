// The scan against the options and the exact geometry.
#include "core/threads.h"
#include "geometry/phantom/column.h"
#include "geometry/phantom/spine_surface.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

SpinePhantomOptions coarse_options() {
  SpinePhantomOptions options;
  options.levels = {"C5", "C6"};
  options.in_plane_spacing_mm = 0.8;
  options.slice_spacing_mm = 1.0;
  return options;
}

// Drawn once; the first test draws it with two threads.
const PhantomScan& coarse_scan() {
  static const PhantomScan scan = scan_spine_phantom(SpinePhantom(coarse_options()), Progress());
  return scan;
}

struct Sample {
  double sum = 0.0, squares = 0.0;
  std::int64_t count = 0;
  void add(double v) { sum += v, squares += v * v, ++count; }
  double mean() const { return sum / double(count); }
  double deviation() const { return std::sqrt(squares / double(count) - mean() * mean()); }
};

template <class Visit>
void for_each_voxel(const HuImage& image, Visit visit) {
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i) visit(image.to_patient(Vec3(double(i), double(j), double(k))), image.offset(i, j, k));
}

}  // namespace

TEST_CASE("the same bytes for one thread and two; another seed gives other noise on the same bone") {
  const SpinePhantomOptions options = coarse_options();
  set_thread_count(2);
  const PhantomScan& two = coarse_scan();
  set_thread_count(1);
  const PhantomScan one = scan_spine_phantom(SpinePhantom(options), Progress());
  CHECK(one.hu.data == two.hu.data);
  CHECK(one.hu_noise_free.data == two.hu_noise_free.data);
  CHECK(one.labels.data == two.labels.data);
  SpinePhantomOptions other = options;
  other.seed = 2;
  set_thread_count(0);
  const PhantomScan reseeded = scan_spine_phantom(SpinePhantom(other), Progress());
  CHECK(one.hu.data != reseeded.hu.data);
  CHECK(one.labels.data == reseeded.labels.data);
}

TEST_CASE("without blur and noise, tissues have the HU of the options") {
  SpinePhantomOptions options = coarse_options();
  options.resolution_fwhm_mm = 0.0;
  options.slice_profile_fwhm_mm = 0.0;
  options.noise_sd_hu = 0.0;
  options.cortex_thickness_mm = 2.0;
  options.endplate_thickness_mm = 2.0;
  const SpinePhantom phantom(options);
  const PhantomScan scan = scan_spine_phantom(phantom, Progress());
  CHECK(scan.hu.data == scan.hu_noise_free.data);
  Sample cortex, trabecular, disc;
  for_each_voxel(scan.hu, [&](const Vec3& p, std::size_t n) {
    const double hu = scan.hu.data[n];
    if (const int label = scan.labels.data[n]) {
      const double depth = -phantom.bone_value_mm(options.levels[std::size_t(label - 1)], p);
      if (depth > 0.85 && depth < 1.15) cortex.add(hu);
      if (depth > 2.9) trabecular.add(hu);
    } else if (p.norm() < 20.0 && phantom.impl().disc_value(0, p) < -1.0) {
      disc.add(hu);
    }
  });
  REQUIRE(cortex.count > 500);
  REQUIRE(trabecular.count > 500);
  REQUIRE(disc.count > 200);
  CHECK(cortex.mean() == Approx(options.cortical_hu).margin(0.5));
  CHECK(cortex.deviation() < 1.0);
  // The mottle is averaged over voxels about as large as its grain: its mean stays, its spread shrinks.
  CHECK(trabecular.mean() == Approx(options.trabecular_hu).margin(4.0));
  CHECK(trabecular.deviation() > 15.0);
  CHECK(trabecular.deviation() < 1.1 * kTrabecularTextureSdHu);
  CHECK(disc.mean() == Approx(options.disc_hu).margin(0.5));
}

TEST_CASE("labels are the exact solid at voxel centres, and their volume is the solid's") {
  const SpinePhantom phantom(coarse_options());
  const PhantomScan& scan = coarse_scan();
  std::int64_t wrong = 0;
  std::vector<double> volume(2, 0.0);
  for_each_voxel(scan.hu, [&](const Vec3& p, std::size_t n) {
    int inside = 0;
    for (int l = 0; l < 2; ++l)
      if (std::abs(p.x()) < 40.0 && p.y() > -30.0 && phantom.bone_value_mm(phantom.options().levels[std::size_t(l)], p) < 0.0) inside = l + 1;
    if (inside != scan.labels.data[n]) ++wrong;
    if (scan.labels.data[n]) volume[std::size_t(scan.labels.data[n] - 1)] += scan.hu.spacing_mm.prod();
  });
  CHECK(wrong == 0);
  for (int l = 0; l < 2; ++l) {
    const TriangleMesh mesh = phantom_surface(phantom, phantom.options().levels[std::size_t(l)], 0.45, Progress());
    CHECK(check_mesh(mesh).closed_two_manifold());
    CHECK(volume[std::size_t(l)] == Approx(mesh.volume_mm3()).epsilon(0.01));
  }
}

TEST_CASE("noise in soft tissue is as asked, air is air, and the image holds stored values") {
  const SpinePhantomOptions options = coarse_options();
  const PhantomScan& scan = coarse_scan();
  Sample noise, air;
  std::int64_t outside_range = 0;
  for_each_voxel(scan.hu, [&](const Vec3& p, std::size_t n) {
    const double clean = scan.hu_noise_free.data[n];
    if (clean > -150.0 && clean < 150.0) noise.add(scan.hu.data[n] - clean);
    if (p.x() < -70.0) air.add(clean);
    outside_range += scan.hu.data[n] < -1024 || scan.hu.data[n] > 3071;
  });
  CHECK(outside_range == 0);
  CHECK(noise.mean() == Approx(0.0).margin(0.3));
  CHECK(noise.deviation() == Approx(options.noise_sd_hu).epsilon(0.02));
  CHECK(air.mean() == Approx(-1000.0).margin(0.01));
}

TEST_CASE("partial volume puts the half-way value at the surface of a thick, sharp wall") {
  // Across a plain wall between muscle (55) and a thick cortex, blurring is symmetric: the mean over points on the surface
  // is near the mean of both sides.
  SpinePhantomOptions options;
  options.levels = {"C5"};
  options.in_plane_spacing_mm = 0.5;
  options.cortex_thickness_mm = 2.0;
  options.endplate_thickness_mm = 2.0;
  options.noise_sd_hu = 0.0;
  const SpinePhantom phantom(options);
  const PhantomScan scan = scan_spine_phantom(phantom, Progress());
  const Frame frame = phantom.vertebra_frame("C5");
  Sample at_surface;
  for (double z = -2.0; z <= 2.0; z += 0.25)
    for (double x = -3.0; x <= 3.0; x += 0.25) {
      // The front wall of the body, by bisection along y.
      double inside = 0.0, outside = -14.0;
      for (int i = 0; i < 50; ++i) {
        const double y = 0.5 * (inside + outside);
        (phantom.bone_value_mm("C5", frame.to_patient(Vec3(x, y, z))) < 0.0 ? inside : outside) = y;
      }
      at_surface.add(scan.hu_noise_free.sample(frame.to_patient(Vec3(x, inside, z))));
    }
  CHECK(at_surface.mean() == Approx(0.5 * (55.0 + options.cortical_hu)).margin(40.0));
}
