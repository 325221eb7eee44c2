#include "workflow/print/pieces.h"

#include "lattice/measure/components.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

g::Image<std::uint32_t> labelled(const g::FloatImage& f, const lattice::PhaseComponents& found) {
  g::Image<std::uint32_t> label = f.like<std::uint32_t>(0);
  for (const lattice::ComponentRun& run : found.runs)
    std::fill(label.data.begin() + run.begin, label.data.begin() + run.end, run.component + 1);
  return label;
}

void find_contacts(const g::FloatImage& f, const g::Image<std::uint32_t>& label, Pieces& pieces) {
  const Index3 s = f.size;
  for (std::int64_t k = 0; k + 1 < s[2]; ++k)
    for (std::int64_t j = 0; j + 1 < s[1]; ++j)
      for (std::int64_t i = 0; i + 1 < s[0]; ++i) {
        std::uint32_t first = 0;
        bool differ = false;
        for (int c = 0; c < 8; ++c) {
          const std::uint32_t one = label.at(i + (c & 1), j + (c >> 1 & 1), k + (c >> 2 & 1));
          if (one == 0) continue;
          differ = differ || (first != 0 && one != first);
          first = one;
        }
        if (differ && pieces.point_contacts++ == 0) pieces.contact_Build = f.to_patient(Vec3(double(i) + 0.5, double(j) + 0.5, double(k) + 0.5));
      }
}

}  // namespace

Pieces measure_pieces(const BuildField& build, double neck_mm, const Progress& progress) {
  const g::FloatImage& f = build.field;
  Pieces pieces;
  const lattice::PhaseComponents found = lattice::find_components(f, lattice::MaterialPhase::kSolid, nullptr, progress.part(0.0, 0.3));
  pieces.count = std::int64_t(found.components.size());
  if (pieces.count > 1) {
    pieces.second_Build = found.components[1].sample_Patient;
    find_contacts(f, labelled(f, found), pieces);
  }
  // Erosion: what is left holds the centres of balls of the neck's diameter.
  const float radius = float(0.5 * neck_mm / build.voxel_mm);
  g::FloatImage eroded = f.like<float>(1.0f);
  tbb::parallel_for(std::size_t(0), eroded.data.size(), [&](std::size_t n) {
    if (build.distance.signed_voxels[n] <= -radius) eroded.data[n] = -1.0f;
  });
  const lattice::PhaseComponents bodies = lattice::find_components(eroded, lattice::MaterialPhase::kSolid, nullptr, progress.part(0.5, 0.8));
  std::vector<float> deepest(bodies.components.size(), 0.0f);
  for (const lattice::ComponentRun& run : bodies.runs)
    for (std::int64_t n = run.begin; n < run.end; ++n)
      deepest[run.component] = std::max(deepest[run.component], -build.distance.signed_voxels[std::size_t(n)]);
  std::int64_t thick = 0;
  for (std::size_t b = 0; b < deepest.size(); ++b)
    if (deepest[b] >= radius + 1.0f) {
      ++thick;
      pieces.neck_Build = bodies.components[b].sample_Patient;
    }
  pieces.necks = std::max<std::int64_t>(0, thick - pieces.count);
  return pieces;
}

}  // namespace spongiosa::workflow
