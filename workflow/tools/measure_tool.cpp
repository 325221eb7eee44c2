#include "workflow/tools/measure_tool.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/levelset/level_set.h"
#include "geometry/levelset/mesh_level_set.h"
#include "geometry/picture/picture.h"
#include "lattice/measure/metrology.h"
#include "workflow/engine_resources.h"
#include "workflow/pore_map.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {
namespace {

using geometry::FloatImage;
using Announce = std::function<void(const std::string&)>;

constexpr double kBand_voxels = 4.0, kMargin_voxels = 4.0;

std::string ending(const fs::path& file) {
  std::string text = file.extension().string();
  for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
  return text;
}
bool is_image(const fs::path& file) {
  const std::string e = ending(file);
  return e == ".nrrd" || e == ".nhdr" || e == ".nii" || e == ".mha" || e == ".mhd" || (e == ".gz" && ending(file.stem()) == ".nii");
}

/// What is measured: the part on its grid and the zones.
struct Input {
  FloatImage field;
  std::vector<std::pair<std::string, FloatImage>> zones;
  std::string kind, envelope;
  lattice::VolumeRule rule = lattice::VolumeRule::kPlane;
};

/// Refuses before anything large is allocated. Field, zones and their making take 12 bytes per sample and zone.
void announce_and_check(const Index3& size, const MeasureRequest& request, std::size_t zones,
                        const Announce& announce) {
  lattice::MetrologyOptions options;
  options.zones.resize(zones);
  options.keep_map = !request.map.empty() || !request.picture.empty();
  options.ball_limit = request.confine ? lattice::BallLimit::kZone : lattice::BallLimit::kPhase;
  const lattice::MetrologyEstimate estimate = estimate_metrology(size, options);
  const double bytes = estimate.memory_bytes + double(product(size)) * (8.0 + 4.0 * double(zones));
  announce(fmt::format("{:.1f} M voxels ({} x {} x {}), about {} of memory and {} on two cores", 1e-6 * double(product(size)), size[0], size[1],
                       size[2], human_bytes(bytes), human_seconds(estimate.seconds)));
  const double free = available_memory_bytes();
  if (bytes > free)
    fail_computation("measuring needs about {}, and {} are free: use a larger voxel (--voxel-mm) or another machine", human_bytes(bytes),
                     human_bytes(free));
}

/// Void that a ball of the closing radius reaches from outside is outside: dilate by the radius, then erode by it.
FloatImage closed_envelope(const FloatImage& field, double radius_mm, const Progress& progress) {
  const double h = field.spacing_mm[0];
  FloatImage grown = field;
  {
    const lattice::SurfaceDistance distance = lattice::surface_distance(field, progress.part(0.0, 0.5));
    for (std::size_t n = 0; n < grown.data.size(); ++n) grown.data[n] = float(h * double(distance.signed_voxels[n]) - radius_mm);
  }
  const lattice::SurfaceDistance distance = lattice::surface_distance(grown, progress.part(0.5, 1.0));
  for (std::size_t n = 0; n < grown.data.size(); ++n) grown.data[n] = float(h * double(distance.signed_voxels[n]) + radius_mm);
  return grown;
}

/// A grid along the frame of the level set around its solid; sample positions are multiples of the voxel. Without data.
struct SampleGrid {
  FloatImage image;
  Vec3 first_Frame;

  SampleGrid(const geometry::LevelSet& part, double voxel, double margin_mm) {
    const geometry::Box box = part.solid_bounds();
    if (!(voxel > 0.0) || !std::isfinite(voxel)) fail_input("--voxel-mm is {}; expected a length above 0", voxel);
    if (!(box.size().minCoeff() > 0.0)) fail_input("'{}' holds no solid: there is nothing to measure", part.name());
    for (int a = 0; a < 3; ++a) {
      const double low = std::floor((box.min[a] - margin_mm) / voxel), high = std::ceil((box.max[a] + margin_mm) / voxel);
      first_Frame[a] = low * voxel;
      image.size[std::size_t(a)] = std::int64_t(high - low) + 1;
    }
    image.spacing_mm = Vec3::Constant(voxel);
    image.origin_Patient = part.frame().to_patient(first_Frame);
    image.direction = part.frame().axes_Patient;
  }
  FloatImage sample(const geometry::LevelSet& level_set) const {
    FloatImage samples = image;
    samples.allocate();
    level_set.sample_grid(first_Frame, image.spacing_mm[0], samples.size, samples.data.data());
    return samples;
  }
};

/// The box of {field < 0}, between the samples, along the grid's axes.
FloatImage box_envelope(const FloatImage& field) {
  Vec3 low = Vec3::Constant(1e300), high = Vec3::Constant(-1e300);
  const std::size_t step[3] = {1, std::size_t(field.size[0]), std::size_t(field.size[0] * field.size[1])};
  const auto each = [&](const auto& f) {
    for (std::int64_t k = 0; k < field.size[2]; ++k)
      for (std::int64_t j = 0; j < field.size[1]; ++j)
        for (std::int64_t i = 0; i < field.size[0]; ++i) f(field.offset(i, j, k), Vec3(double(i), double(j), double(k)));
  };
  each([&](std::size_t n, const Vec3& p) {
    for (int a = 0; a < 3; ++a) {
      if (!(p[a] + 1.0 < double(field.size[std::size_t(a)]))) continue;
      const double here = field.data[n], next = field.data[n + step[a]];
      if ((here < 0.0) == (next < 0.0)) continue;
      const double crossing = p[a] + here / (here - next);
      low[a] = std::min(low[a], crossing);
      high[a] = std::max(high[a], crossing);
    }
  });
  FloatImage zone = field;
  each([&](std::size_t n, const Vec3& p) { zone.data[n] = float(field.spacing_mm[0] * (low - p).cwiseMax(p - high).maxCoeff()); });
  return zone;
}

/// The zone of a part for which none was given.
void add_envelope(const MeasureRequest& request, Input& input, const Progress& progress) {
  if (request.envelope == "closing") {
    input.zones.emplace_back("closing", closed_envelope(input.field, request.closing_mm, progress));
    input.envelope = fmt::format("closing of the part with a ball of {} mm radius", request.closing_mm);
  } else {
    input.zones.emplace_back("box", box_envelope(input.field));
    input.envelope = "bounding box of the solid along the grid's axes";
  }
}

double margin_mm(const MeasureRequest& request, double voxel) {
  if (request.envelope != "box" && request.envelope != "closing")
    fail_input("'{}' is no envelope: use box or closing, or give zones with --zone", request.envelope);
  const bool closing = request.zones.empty() && request.envelope == "closing";
  if (closing && !(request.closing_mm > 0.0)) fail_input("--envelope closing needs the radius of its ball: --closing-mm, above 0");
  return kMargin_voxels * voxel + (closing ? request.closing_mm : 0.0);
}

Input from_mesh(const MeasureRequest& request, const Announce& announce, const Progress& progress) {
  const geometry::TriangleMesh mesh = geometry::read_mesh(request.file);
  const double voxel = request.voxel_mm.value_or(mesh.bounds().size().maxCoeff() / 400.0);
  const double margin = margin_mm(request, voxel);
  Index3 size;
  for (int a = 0; a < 3; ++a) size[std::size_t(a)] = std::int64_t(std::ceil((mesh.bounds().size()[a] + 2.0 * margin) / voxel)) + 1;
  announce_and_check(size, request, std::max<std::size_t>(1, request.zones.size()), announce);
  const auto level_set = [&](const fs::path& file, const geometry::TriangleMesh& triangles, const Progress& part) {
    return geometry::level_set_of_mesh(file.stem().string(), triangles, geometry::Frame(), voxel, kBand_voxels, part);
  };
  const geometry::LevelSet part = level_set(request.file, mesh, progress.part(0.0, 0.5));
  const SampleGrid grid(part, voxel, margin);
  Input input;
  input.kind = "mesh";
  input.field = grid.sample(part);
  for (const std::string& zone : request.zones) {
    if (!geometry::is_mesh_file(zone)) fail_input("zone '{}' must be a closed mesh (.stl .3mf .ply .obj), as the part is one", zone);
    input.zones.emplace_back(fs::path(zone).stem().string(), grid.sample(level_set(zone, geometry::read_mesh(zone), progress.part(0.5, 0.9))));
  }
  input.envelope = "closed meshes given as zones";
  if (request.zones.empty()) add_envelope(request, input, progress.part(0.5, 1.0));
  return input;
}

Input from_level_sets(const MeasureRequest& request, const Announce& announce, const Progress& progress) {
  const std::vector<geometry::LevelSet> level_sets = geometry::read_vdb(request.file);
  if (level_sets.empty()) fail_input("'{}' holds no level set", request.file.string());
  const auto named = [&](const std::string& name) -> const geometry::LevelSet* {
    for (const geometry::LevelSet& one : level_sets)
      if (one.name() == name) return &one;
    return nullptr;
  };
  MeasureRequest resolved = request;
  if (resolved.zones.empty() && named("porous")) resolved.zones = {"porous"};
  const geometry::LevelSet& part = level_sets.front();
  const double voxel = request.voxel_mm.value_or(part.voxel_mm());
  const SampleGrid grid(part, voxel, margin_mm(resolved, voxel));
  announce_and_check(grid.image.size, resolved, std::max<std::size_t>(1, resolved.zones.size()), announce);
  Input input;
  input.kind = "level set '" + part.name() + "'";
  input.field = grid.sample(part);
  for (const std::string& zone : resolved.zones) {
    const geometry::LevelSet* found = named(zone);
    if (!found) {
      std::vector<std::string> names;
      for (const geometry::LevelSet& one : level_sets) names.push_back(one.name());
      fail_input("'{}' has no grid '{}'; it has {}", request.file.string(), zone, join(names, ", "));
    }
    input.zones.emplace_back(zone, grid.sample(*found));
    if (const geometry::LevelSet* body = named("body"); body && body != found) {
      const FloatImage within = grid.sample(*body);
      std::vector<float>& values = input.zones.back().second.data;
      for (std::size_t n = 0; n < values.size(); ++n) values[n] = std::max(values[n], within.data[n]);
    }
  }
  input.envelope = "level sets of the file, within 'body' where there is one";
  if (resolved.zones.empty()) add_envelope(resolved, input, progress);
  return input;
}

/// Negative where the image is above the threshold. A slope of one voxel length per largest step of grey keeps it like a distance.
void above(FloatImage& image, double threshold) {
  float low = image.data[0], high = image.data[0];
  for (const float v : image.data) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
  const double scale = image.spacing_mm[0] / std::max(double(high) - double(low), 1e-30);
  for (float& v : image.data) v = float((threshold - double(v)) * scale);
}

/// Label images: the surface lies midway between samples.
void inside_labels(FloatImage& image) {
  const float half = 0.5f * float(image.spacing_mm[0]);
  for (float& v : image.data) v = v != 0.0f ? -half : half;
}

Input from_image(const MeasureRequest& request, const Announce& announce) {
  if (request.voxel_mm) fail_input("--voxel-mm is for meshes and level sets; an image is measured on its own voxels");
  Input input;
  input.field = geometry::read_float_image(request.file);
  announce_and_check(input.field.size, request, request.zones.size(), announce);
  if (request.threshold) {
    input.kind = fmt::format("image, solid above {}", *request.threshold);
    above(input.field, *request.threshold);
  } else {
    float other = 0.0f;
    for (const float v : input.field.data) {
      if (v != 0.0f && other == 0.0f) other = v;
      if (v != 0.0f && v != other)
        fail_input("'{}' holds more than one value beside 0 ({} and {}): say with --threshold where solid begins", request.file.string(), other, v);
    }
    input.kind = "label image, solid where not 0";
    input.rule = lattice::VolumeRule::kCount;
    inside_labels(input.field);
  }
  input.envelope = request.zones.empty() ? "all voxels of the image" : "label images given as zones";
  for (const std::string& zone : request.zones) {
    if (!is_image(zone)) fail_input("zone '{}' must be an image on the grid of the part, as the part is one", zone);
    input.zones.emplace_back(fs::path(zone).stem().string(), geometry::read_float_image(zone));
    inside_labels(input.zones.back().second);
  }
  return input;
}

}  // namespace

Json measure_file(const MeasureRequest& request, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Input input;
  if (geometry::is_mesh_file(request.file))
    input = from_mesh(request, announce, progress.part(0.0, 0.15));
  else if (ending(request.file) == ".vdb")
    input = from_level_sets(request, announce, progress.part(0.0, 0.15));
  else if (is_image(request.file))
    input = from_image(request, announce);
  else
    fail_input("'{}' cannot be measured: use .stl, .3mf, .ply or .obj (closed), .vdb, .nrrd, .nii, .nii.gz or .mha", request.file.string());
  lattice::MetrologyOptions options;
  for (const auto& [name, zone] : input.zones) options.zones.push_back({name, &zone});
  options.volume_rule = input.rule;
  options.depth_bin_mm = request.depth_bin_mm;
  options.ball_limit = request.confine ? lattice::BallLimit::kZone : lattice::BallLimit::kPhase;
  options.keep_map = !request.map.empty() || !request.picture.empty();
  const lattice::Metrology measured = measure_part(input.field, options, progress.part(0.15, 1.0));
  Json document = {{"format", "spongiosa-metrology"}, {"version", 1}, {"file", request.file.string()}, {"kind", input.kind}, {"envelope", input.envelope}};
  const Json figures = to_json(measured);
  document.update(figures);
  if (!request.map.empty()) geometry::write_image(request.map, measured.thickness_map_mm);
  if (!request.picture.empty()) {
    const FloatImage layer = pore_layer(input.field, measured.thickness_map_mm, 2, input.field.size[2] / 2);
    const int px_per_sample = std::max<int>(1, int(900 / std::max(layer.size[0], layer.size[1])));
    geometry::write_png(request.picture, pore_picture(layer, largest_pore_mm(layer), px_per_sample));
    document["picture"] = {{"path", request.picture.string()}, {"colours", "viridis from 0 to colour_most_mm"}, {"colour_most_mm", largest_pore_mm(layer)}};
  }
  return document;
}

}  // namespace spongiosa::workflow
