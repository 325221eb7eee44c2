/// Measures published volumes and compares: porosity with the stated values, local thickness with Hildebrand & Rueegsegger by
/// brute force on a crop. One line per comparison; exit code 1 when one is off.

#include "core/error.h"
#include "core/json.h"
#include "geometry/image/image_file.h"
#include "lattice/measure/metrology.h"
#include "validation/record.h"

#include <tbb/parallel_for.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;

namespace {

/// Solid where not 0; the surface midway between samples.
FloatImage solid_of(const std::filesystem::path& file) {
  FloatImage image = geometry::read_float_image(file);
  for (float& v : image.data) v = v != 0.0f ? -0.5f : 0.5f;
  return image;
}

/// Mean local thickness, mm, of the samples of a phase in the middle third of a crop: every ball around a point of a grid twice as
/// fine, as large as the nearest of all points midway between unlike samples lets it be, marks all samples it contains.
double brute_force_mean(const FloatImage& field, MaterialPhase phase) {
  std::vector<Vec3f> surface;
  const auto [nx, ny, nz] = field.size;
  for (std::int64_t k = 0; k < nz; ++k)
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        const Vec3f p{float(i), float(j), float(k)};
        const bool solid = field.at(i, j, k) < 0.0f;
        if (i + 1 < nx && (field.at(i + 1, j, k) < 0.0f) != solid) surface.push_back(p + Vec3f(0.5f, 0, 0));
        if (j + 1 < ny && (field.at(i, j + 1, k) < 0.0f) != solid) surface.push_back(p + Vec3f(0, 0.5f, 0));
        if (k + 1 < nz && (field.at(i, j, k + 1) < 0.0f) != solid) surface.push_back(p + Vec3f(0, 0, 0.5f));
      }
  const auto of_phase = [&](std::int64_t i, std::int64_t j, std::int64_t k) { return (field.at(i, j, k) < 0.0f) == (phase == MaterialPhase::kSolid); };
  std::vector<std::vector<std::pair<Vec3f, float>>> balls(std::size_t(2 * nz - 1));
  tbb::parallel_for(std::int64_t(0), 2 * nz - 1, [&, nx = nx, ny = ny, nz = nz](std::int64_t k) {
    for (std::int64_t j = 0; j < 2 * ny - 1; ++j)
      for (std::int64_t i = 0; i < 2 * nx - 1; ++i) {
        const Vec3f x{0.5f * float(i), 0.5f * float(j), 0.5f * float(k)};
        // A point between samples belongs to the phase when all samples around it do.
        bool inside = true;
        for (int c = 0; c < 8 && inside; ++c) inside = of_phase((i + (c & 1)) / 2, (j + (c >> 1 & 1)) / 2, std::min((k + (c >> 2)) / 2, nz - 1));
        if (!inside) continue;
        float nearest = 1e30f;
        for (const Vec3f& s : surface) nearest = std::min(nearest, (s - x).squaredNorm());
        balls[std::size_t(k)].push_back({x, nearest});
      }
  });
  FloatImage map = field.like(0.0f);
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    for (const auto& layer : balls)
      for (const auto& [x, r2] : layer) {
        const float dz = float(k) - x[2], r = std::sqrt(r2);
        if (dz * dz >= r2) continue;
        for (std::int64_t j = std::max<std::int64_t>(0, std::int64_t(std::ceil(x[1] - r))); j < ny && float(j) <= x[1] + r; ++j)
          for (std::int64_t i = std::max<std::int64_t>(0, std::int64_t(std::ceil(x[0] - r))); i < nx && float(i) <= x[0] + r; ++i)
            if ((Vec3f(float(i), float(j), float(k)) - x).squaredNorm() < r2 && of_phase(i, j, k)) map.at(i, j, k) = std::max(map.at(i, j, k), 2.0f * r);
      }
  });
  double sum = 0.0, count = 0.0;
  for (std::int64_t k = nz / 3; k < 2 * nz / 3; ++k)
    for (std::int64_t j = ny / 3; j < 2 * ny / 3; ++j)
      for (std::int64_t i = nx / 3; i < 2 * nx / 3; ++i)
        if (of_phase(i, j, k)) {
          sum += double(map.at(i, j, k));
          count += 1.0;
        }
  return sum / count * field.spacing_mm[0];
}

double our_mean(const FloatImage& field, const FloatImage& map, MaterialPhase phase) {
  double sum = 0.0, count = 0.0;
  for (std::int64_t k = field.size[2] / 3; k < 2 * field.size[2] / 3; ++k)
    for (std::int64_t j = field.size[1] / 3; j < 2 * field.size[1] / 3; ++j)
      for (std::int64_t i = field.size[0] / 3; i < 2 * field.size[0] / 3; ++i)
        if ((field.at(i, j, k) < 0.0f) == (phase == MaterialPhase::kSolid)) {
          sum += double(map.at(i, j, k));
          count += 1.0;
        }
  return sum / count;
}

MetrologyOptions counted() {
  MetrologyOptions options;
  options.volume_rule = VolumeRule::kCount;
  options.inscribed_spheres = options.travelling_spheres = false;
  return options;
}

void compare_thickness(validation::Record& record, const std::string& name, const FloatImage& image, std::int64_t edge) {
  Index3 first, last;
  for (std::size_t a = 0; a < 3; ++a) {
    first[a] = (image.size[a] - edge) / 2;
    last[a] = first[a] + edge - 1;
  }
  const FloatImage crop = geometry::crop(image, first, last);
  MetrologyOptions options = counted();
  options.intercepts = options.surface = options.topology = false;
  options.keep_map = true;
  const FloatImage map = measure_part(crop, options, Progress()).thickness_map_mm;
  const double voxel = crop.spacing_mm[0];
  for (const auto& [phase, what] : {std::pair{MaterialPhase::kSolid, "mean strut"}, std::pair{MaterialPhase::kVoid, "mean pore"}})
    record.judge(name + ": " + what, "mm", our_mean(crop, map, phase), brute_force_mean(crop, phase), validation::absolute(0.25 * voxel), "brute force, crop of " + std::to_string(edge) + "^3");
}

}  // namespace

int main(int count, char** words) {
  validation::Record record(count, words);
  const char* given = count == 2 ? words[1] : std::getenv("SPONGIOSA_DATA");
  if (count > 2 || !given) {
    std::printf("SKIPPED: usage: validate_metrology [DATA] [--record FILE]   (the folder that holds lattice-reference and trabecular-bone-trab1240; else SPONGIOSA_DATA)\n");
    return count > 2 ? 2 : 0;
  }
  const std::filesystem::path data = given;
  try {
    for (const char* name : {"tpms_gyroid_p50", "tpms_gyroid_p70", "tpms_gyroid_p85", "tpms_diamond_p70", "tpms_schwarz_p_p70"}) {
      const FloatImage image = solid_of(data / "lattice-reference" / (std::string(name) + ".nii.gz"));
      const Json stated = read_json(data / "lattice-reference" / (std::string(name) + ".json"));
      const ZoneMetrology zone = measure_part(image, counted(), Progress()).zones[0];
      record.judge(std::string(name) + ": porosity", "%", 100.0 * zone.porosity_fraction(), 100.0 * stated.at("porosity").get<double>(), validation::absolute(0.1), "porosity of the json");
      record.tell(std::string(name) + ": porosity", "%", 100.0 * zone.porosity_fraction(), 100.0 * stated.at("target_porosity").get<double>(), validation::absolute(0.1), "target porosity of the json");
      const double stated_area = stated.at("specific_surface_mm2_mm3").get<double>();
      record.tell(std::string(name) + ": surface", "1/mm", *zone.area_per_volume_1_mm, stated_area, validation::relative(0.05), "specific surface of the json");
      const double hydraulic_mm = 4.0 * zone.porosity_fraction() / *zone.area_per_volume_1_mm, pore_mm = 1e-3 * stated.at("pore_size_estimate_um").get<double>();
      record.tell(std::string(name) + ": 4 x porosity / surface", "mm", hydraulic_mm, pore_mm, validation::relative(0.05), "pore size estimate of the json");
    }
    compare_thickness(record, "tpms_gyroid_p70", solid_of(data / "lattice-reference/tpms_gyroid_p70.nii.gz"), 60);
    const FloatImage bone = solid_of(data / "trabecular-bone-trab1240/trab1240_mask.nii.gz");
    const Metrology measured = measure_part(bone, counted(), Progress());
    record.judge("trab1240: BV/TV", "%", 100.0 * (1.0 - measured.zones[0].porosity_fraction()), 12.21, validation::absolute(0.1), "its README");
    record.judge("trab1240: pieces", "", double(measured.solid_pieces.size()), 1.0, validation::absolute(0.0), "its README");
    compare_thickness(record, "trab1240", bone, 54);
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_metrology: %s\n", error.what());
    return int(error.code());
  }
  record.remark("\"off\" marks declared values that the files themselves contradict");
  return record.finish();
}
