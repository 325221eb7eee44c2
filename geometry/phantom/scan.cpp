#include "core/error.h"
#include "geometry/phantom/column.h"
#include "geometry/phantom/counter_noise.h"
#include "geometry/phantom/scanner.h"
#include "geometry/phantom/soft_tissue.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr double kFieldOfView_mm = 160.0;
constexpr double kMarginAlong_mm = 6.0;    // above and below the boxes of the bones
constexpr double kSubsample_mm = 0.2;      // wanted distance of supersampling points
constexpr int kMostSubsamples = 3;         // along one axis
constexpr double kDiscReach_mm = 22.0;     // half the diagonal of the largest disc
constexpr std::int64_t kTile = 10;         // voxels; bones far from a tile are not evaluated in it
constexpr double kLargestScan = 4e8;       // voxels
constexpr std::uint64_t kTextureStream = 1;

struct Nearby {
  std::array<const ColumnLevel*, 8> level;
  std::array<std::size_t, 8> index;
  std::size_t count = 0;
};

/// The neck at a point, before the scanner blurs it.
class Scene {
 public:
  explicit Scene(const SpinePhantom::Impl& column) : column_(column) {}

  Nearby near_tile(const Vec3& centre, double radius) const {
    Nearby nearby;
    for (std::size_t i = 0; i < column_.levels.size(); ++i) {
      const ColumnLevel& level = column_.levels[i];
      const Vec3 p = level.frame.from_patient(centre);
      const double reach = radius + SoftTissueSlice::kMuscleSleeve_mm + 1.0;
      const Vec3 outside = (level.bounds.min - p).cwiseMax(p - level.bounds.max);
      if (outside.maxCoeff() > reach) continue;
      // The implicit value can grow somewhat faster than the distance.
      if (level.solid.value(p) > 1.3 * reach) continue;
      nearby.level[nearby.count] = &level;
      nearby.index[nearby.count++] = i;
    }
    return nearby;
  }

  /// @param label  set to 1 + index of the vertebra whose solid holds the point, else 0
  Tissue at(const Vec3& p, const SoftTissueSlice& slice, const Nearby& nearby, std::uint8_t* label) const {
    const SpinePhantomOptions& o = column_.options;
    double nearest_bone = 1e3, interface = 1e3;
    *label = 0;
    Tissue bone{0.0f, 0.0};
    for (std::size_t n = 0; n < nearby.count; ++n) {
      const Vec3 q = nearby.level[n]->frame.from_patient(p);
      const VertebraSolid::Value value = nearby.level[n]->solid.evaluate(q);
      const double shell = value.endplate ? o.endplate_thickness_mm : o.cortex_thickness_mm;
      interface = std::min({interface, std::abs(value.distance_mm), std::abs(value.distance_mm + shell)});
      if (value.distance_mm < 0.0) {
        *label = std::uint8_t(nearby.index[n] + 1);
        bone.hu = -value.distance_mm < shell ? float(o.cortical_hu) : trabecular(nearby.index[n], q);
      }
      nearest_bone = std::min(nearest_bone, value.distance_mm);
    }
    if (*label) return {bone.hu, interface};
    for (std::size_t n = 0; n < nearby.count; ++n) {
      // Both neighbours of a disc are near whenever the point is in it.
      const std::size_t i = nearby.index[n];
      if (i + 1 >= column_.levels.size() || n + 1 >= nearby.count) continue;
      const Vec3 middle = 0.5 * (column_.truth[i].inferior_centre_Patient + column_.truth[i + 1].superior_centre_Patient);
      if ((p - middle).squaredNorm() > kDiscReach_mm * kDiscReach_mm) continue;
      const double disc = column_.disc_value(i, p);
      interface = std::min(interface, std::abs(disc));
      if (disc < 0.0) return {float(o.disc_hu), interface};
    }
    const Tissue soft = slice.at(p.x(), p.y(), nearest_bone);
    return {soft.hu, std::min(soft.interface_mm, interface)};
  }

 private:
  float trabecular(std::size_t level, const Vec3& q) const {
    const std::uint64_t stream = kTextureStream + 16 * (level + 1), seed = column_.options.seed;
    const double mottle = 0.8 * lattice_noise(seed, stream, q.x(), q.y(), q.z(), 1.6) +
                          0.6 * lattice_noise(seed, stream + 8, q.x(), q.y(), q.z(), 0.9);
    return float(column_.options.trabecular_hu + kTrabecularTextureSdHu * mottle);
  }

  const SpinePhantom::Impl& column_;
};

void empty_grid(const SpinePhantom::Impl& column, FloatImage& image) {
  Box box;
  for (const ColumnLevel& level : column.levels)
    for (int corner = 0; corner < 8; ++corner)
      box.include(level.frame.to_patient(Vec3((corner & 1 ? level.bounds.max : level.bounds.min).x(),
                                              (corner & 2 ? level.bounds.max : level.bounds.min).y(),
                                              (corner & 4 ? level.bounds.max : level.bounds.min).z())));
  const SpinePhantomOptions& o = column.options;
  const std::int64_t across = std::llround(kFieldOfView_mm / o.in_plane_spacing_mm);
  const double length = box.max.z() - box.min.z() + 2.0 * kMarginAlong_mm;
  image.size = {across, across, std::int64_t(std::ceil(length / o.slice_spacing_mm)) + 1};
  if (double(image.size[0]) * double(image.size[1]) * double(image.size[2]) > kLargestScan)
    fail_input("the phantom scan would have {} x {} x {} voxels: expected at most {:.0f} million; take a larger "
               "in_plane_spacing_mm ({}) or slice_spacing_mm ({})",
               image.size[0], image.size[1], image.size[2], kLargestScan / 1e6, o.in_plane_spacing_mm, o.slice_spacing_mm);
  image.spacing_mm = Vec3(o.in_plane_spacing_mm, o.in_plane_spacing_mm, o.slice_spacing_mm);
  const double first = -0.5 * double(across - 1) * o.in_plane_spacing_mm;
  image.origin_Patient = Vec3(first, first + SoftTissueSlice::kNeckCentre_y_mm, box.min.z() - kMarginAlong_mm);
  image.allocate();
}

// Mean over a regular lattice of points in the voxel.
float supersampled(const Scene& scene, const Vec3& centre, const Vec3& spacing, const std::array<int, 3>& count,
                   const std::vector<SoftTissueSlice>& slices, const Nearby& nearby) {
  double sum = 0.0;
  std::uint8_t label;
  for (int c = 0; c < count[2]; ++c)
    for (int b = 0; b < count[1]; ++b)
      for (int a = 0; a < count[0]; ++a) {
        const Vec3 shift((a + 0.5) / count[0] - 0.5, (b + 0.5) / count[1] - 0.5, (c + 0.5) / count[2] - 0.5);
        sum += scene.at(centre + shift.cwiseProduct(spacing), slices[std::size_t(c)], nearby, &label).hu;
      }
  return float(sum / (count[0] * count[1] * count[2]));
}

void draw_slice(const Scene& scene, const SpinePhantom::Impl& column, std::int64_t k, FloatImage& image, LabelImage& labels) {
  const Vec3 spacing = image.spacing_mm;
  std::array<int, 3> count;
  for (int a = 0; a < 3; ++a) count[std::size_t(a)] = std::clamp(int(std::ceil(spacing[a] / kSubsample_mm - 1e-9)), 2, kMostSubsamples);
  const double z = image.origin_Patient.z() + double(k) * spacing.z();
  const SoftTissueSlice slice(column, z);
  std::vector<SoftTissueSlice> subslices;
  for (int c = 0; c < count[2]; ++c) subslices.emplace_back(column, z + ((c + 0.5) / count[2] - 0.5) * spacing.z());
  // Soft tissue hardly changes along z within a slice: without bone near, four points in plane do.
  const std::array<int, 3> soft_count = {2, 2, 1};
  const std::vector<SoftTissueSlice> soft_slices = {slice};
  const double half_diagonal = 0.5 * spacing.norm(), soft_half_diagonal = spacing.x() / std::sqrt(2.0), tile_radius = 0.5 * kTile * spacing.x() * std::sqrt(2.0) + spacing.norm();

  for (std::int64_t j0 = 0; j0 < image.size[1]; j0 += kTile)
    for (std::int64_t i0 = 0; i0 < image.size[0]; i0 += kTile) {
      const Vec3 tile_centre = image.to_patient(Vec3(double(i0) + 0.5 * (kTile - 1), double(j0) + 0.5 * (kTile - 1), double(k)));
      const Nearby nearby = scene.near_tile(tile_centre, tile_radius);
      const bool soft = nearby.count == 0;
      const double fine = soft ? soft_half_diagonal : half_diagonal;
      for (std::int64_t j = j0; j < std::min(j0 + kTile, image.size[1]); ++j)
        for (std::int64_t i = i0; i < std::min(i0 + kTile, image.size[0]); ++i) {
          const Vec3 p = image.to_patient(Vec3(double(i), double(j), double(k)));
          std::uint8_t label;
          const Tissue tissue = scene.at(p, slice, nearby, &label);
          labels.at(i, j, k) = label;
          if (tissue.interface_mm >= fine) image.at(i, j, k) = tissue.hu;
          else if (soft) image.at(i, j, k) = supersampled(scene, p, spacing, soft_count, soft_slices, nearby);
          else image.at(i, j, k) = supersampled(scene, p, spacing, count, subslices, nearby);
        }
    }
}

std::int16_t stored(float hu) { return std::int16_t(std::lround(std::clamp(hu, -1024.0f, 3071.0f))); }

}  // namespace

PhantomScan scan_spine_phantom(const SpinePhantom& phantom, const Progress& progress) {
  const SpinePhantom::Impl& column = phantom.impl();
  const SpinePhantomOptions& o = column.options;
  FloatImage image;
  empty_grid(column, image);
  PhantomScan scan;
  scan.labels = image.like<std::uint8_t>();
  const Scene scene(column);
  constexpr std::int64_t kBatch = 8;  // slices between two reports
  for (std::int64_t k0 = 0; k0 < image.size[2]; k0 += kBatch) {
    progress.report(0.7 * double(k0) / double(image.size[2]), "drawing the neck");
    tbb::parallel_for(k0, std::min(k0 + kBatch, image.size[2]),
                      [&](std::int64_t k) { draw_slice(scene, column, k, image, scan.labels); });
  }
  progress.report(0.7, "blurring as the scanner does");
  blur(image, {o.resolution_fwhm_mm, o.resolution_fwhm_mm, o.slice_profile_fwhm_mm});
  scan.hu_noise_free = image.like<std::int16_t>();
  const std::int64_t per_slice = image.size[0] * image.size[1];
  tbb::parallel_for(std::int64_t(0), image.size[2], [&](std::int64_t k) {
    for (std::int64_t n = k * per_slice; n < (k + 1) * per_slice; ++n)
      scan.hu_noise_free.data[std::size_t(n)] = stored(image.data[std::size_t(n)]);
  });
  if (o.noise_sd_hu > 0.0)
    add_scanner_noise(image, {o.noise_sd_hu, o.resolution_fwhm_mm, o.slice_profile_fwhm_mm, o.seed}, progress.part(0.8, 0.98));
  progress.report(0.98, "storing");
  scan.hu = image.like<std::int16_t>();
  tbb::parallel_for(std::int64_t(0), image.size[2], [&](std::int64_t k) {
    for (std::int64_t n = k * per_slice; n < (k + 1) * per_slice; ++n)
      scan.hu.data[std::size_t(n)] = stored(image.data[std::size_t(n)]);
  });
  progress.report(1.0, "scan drawn");
  return scan;
}

}  // namespace spongiosa::geometry
