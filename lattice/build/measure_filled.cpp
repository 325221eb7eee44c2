#include "lattice/build/measure_filled.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;
using geometry::LevelSet;

/// The largest of some level sets at the part's samples: negative where all of them are.
FloatImage intersection(const FilledPart& part, const geometry::Frame& frame, const std::vector<const LevelSet*>& level_sets) {
  FloatImage result = part.field.like(-1e6f);
  std::vector<float> values(result.data.size());
  const Vec3 first_Frame = frame.from_patient(part.field.origin_Patient);
  for (const LevelSet* level_set : level_sets) {
    level_set->sample_grid(first_Frame, part.voxel_mm, result.size, values.data());
    for (std::size_t n = 0; n < values.size(); ++n) result.data[n] = std::max(result.data[n], values[n]);
  }
  return result;
}

/// A region's values at the part's samples. At all of them: where one only was left out, the slopes beside it would be wrong.
FloatImage region_values(const Field& region, const FloatImage& grid, const geometry::Frame& frame) {
  FloatImage result = grid.like(0.0f);
  const Vec3 first = frame.from_patient(grid.origin_Patient);
  const double h = grid.spacing_mm[0];
  const std::int64_t nx = grid.size[0], ny = grid.size[1];
  std::vector<float> x(std::size_t(nx), 0.0f);
  for (std::int64_t i = 0; i < nx; ++i) x[std::size_t(i)] = float(first[0] + h * double(i));
  tbb::parallel_for(std::int64_t(0), ny * grid.size[2], [&](std::int64_t row) {
    const std::vector<float> y(std::size_t(nx), float(first[1] + h * double(row % ny))), z(std::size_t(nx), float(first[2] + h * double(row / ny)));
    region.evaluate(nx, x.data(), y.data(), z.data(), &result.data[std::size_t(row * nx)]);
  });
  return result;
}

/// Every zone of lattice within the envelope: its region without those of the zones before it.
struct LatticeZones {
  std::vector<std::string> names;
  std::vector<FloatImage> inside;

  LatticeZones(const FloatImage& envelope, const FillRequest& request, const FieldSources& sources, const geometry::Frame& frame) {
    FloatImage left = envelope;
    const auto add = [&](const std::string& name, const FloatImage& zone) {
      if (std::none_of(zone.data.begin(), zone.data.end(), [](float v) { return v < 0.0f; })) return;
      names.push_back(name);
      inside.push_back(zone);
    };
    for (const ZoneRequest& zone : request.zones) {
      FloatImage region = region_values(Field(zone.region_expression, sources), envelope, frame);
      if (zone.content == "lattice") {
        FloatImage own = left;
        for (std::size_t n = 0; n < own.data.size(); ++n) own.data[n] = std::max(own.data[n], region.data[n]);
        add(zone.name, own);
      }
      for (std::size_t n = 0; n < left.data.size(); ++n) left.data[n] = std::max(left.data[n], -region.data[n]);
    }
    add("core", left);
  }
};

}  // namespace

Metrology measure_filled(const FilledPart& part, const LevelSet& body, const LevelSet& porous, const FillRequest& request,
                         const FieldSources& sources, const MeasureFilledOptions& options, const Progress& progress) {
  const geometry::Frame& frame = body.frame();
  const FloatImage envelope = intersection(part, frame, {&body, &porous});
  std::vector<const LevelSet*> faces;
  for (const LevelSet& face : options.bone_faces) faces.push_back(&face);
  if (faces.empty()) faces.push_back(&body);
  const FloatImage bone_side = intersection(part, frame, faces);

  MetrologyOptions measure;
  measure.zones = {{"porous", &envelope}};
  std::optional<LatticeZones> zones;
  if (!request.zones.empty()) {
    zones.emplace(envelope, request, sources, frame);
    for (std::size_t n = 0; n < zones->names.size(); ++n) measure.zones.push_back({zones->names[n], &zones->inside[n]});
  }
  measure.inscribed_spheres = false;
  measure.depth_from = &bone_side;
  measure.depth_bin_mm = options.depth_bin_mm > 0.0 ? std::max(options.depth_bin_mm, part.voxel_mm) : 0.0;
  measure.keep_map = true;
  Metrology result = measure_part(part.field, measure, progress);
  // Its pointers end with this function.
  result.options.depth_from = nullptr;
  for (MetrologyZone& zone : result.options.zones) zone.inside = nullptr;
  return result;
}

}  // namespace spongiosa::lattice
