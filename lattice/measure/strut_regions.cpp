#include "lattice/measure/strut_regions.h"

#include "core/error.h"
#include "lattice/measure/inscribed_sphere.h"
#include "lattice/measure/skeleton.h"
#include "lattice/measure/strut_lines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;
using geometry::LabelImage;

LabelImage padded_solid(const FloatImage& share, std::int64_t& count) {
  LabelImage solid;
  solid.size = {share.size[0] + 2, share.size[1] + 2, share.size[2] + 2};
  solid.allocate(0);
  count = 0;
  for (std::int64_t k = 0; k < share.size[2]; ++k)
    for (std::int64_t j = 0; j < share.size[1]; ++j)
      for (std::int64_t i = 0; i < share.size[0]; ++i)
        if (share.at(i, j, k) >= 0.5f) {
          solid.at(i + 1, j + 1, k + 1) = 1;
          ++count;
        }
  return solid;
}

std::vector<float> distance_to_void(const LabelImage& solid) {
  LabelImage open = solid;
  for (std::uint8_t& v : open.data) v = v == 0;
  return squared_distance_to(open);
}

/// Every solid voxel takes the label of the skeleton voxel that is nearest by the way through the solid: fronts that carry their source. Squared
/// distances between voxels are whole numbers, so that the fronts wait in one list per distance, and no queue has to be kept in order.
void spread_labels(const LabelImage& solid, const std::vector<std::size_t>& sources, geometry::Image<std::int32_t>& label,
                   const Progress& progress) {
  constexpr std::uint32_t kNone = ~std::uint32_t{0}, kSettled = 1u << 31;
  SPONGIOSA_ASSERT(sources.size() < kSettled);
  const auto [nx, ny, nz] = solid.size;
  const auto place = [nx = nx, ny = ny](std::size_t at) {
    const std::int64_t a = std::int64_t(at);
    return Index3{a % nx, a / nx % ny, a / (nx * ny)};
  };
  std::array<std::int64_t, 27> offset;
  for (std::int64_t n = 0; n < 27; ++n) offset[std::size_t(n)] = (n % 3 - 1) + nx * ((n / 3 % 3 - 1) + ny * (n / 9 - 1));
  // Of each voxel: its nearest source so far (of equally near ones the first), and how far that is.
  std::vector<std::uint32_t> source(solid.data.size(), kNone), squared(solid.data.size(), kNone);
  std::vector<std::vector<std::size_t>> waiting(1);
  for (std::size_t s = 0; s < sources.size(); ++s) {
    source[sources[s]] = std::uint32_t(s);
    squared[sources[s]] = 0;
  }
  waiting[0] = sources;
  for (std::size_t distance = 0; distance < waiting.size(); ++distance) {
    progress.report(double(distance) / double(waiting.size()), "voxels to struts");
    for (std::size_t w = 0; w < waiting[distance].size(); ++w) {  // grows where a front comes round a corner
      const std::size_t at = waiting[distance][w];
      if (source[at] & kSettled) continue;
      const std::uint32_t own = source[at];
      source[at] |= kSettled;
      label.data[at] = label.data[sources[own]];
      const Index3 here = place(at), from = place(sources[own]);
      std::array<std::array<std::int64_t, 3>, 3> along;  // squares for a step of -1, 0 and 1 along each axis
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (std::int64_t step = -1; step <= 1; ++step) {
          const std::int64_t d = here[axis] - from[axis] + step;
          along[axis][std::size_t(step + 1)] = d * d;
        }
      for (std::size_t n = 0; n < 27; ++n) {
        const std::size_t other = std::size_t(std::int64_t(at) + offset[n]);
        if (!solid.data[other]) continue;
        const std::uint32_t holds = source[other];
        if (holds != kNone && (holds & kSettled)) continue;
        const auto reached = std::uint32_t(along[0][n % 3] + along[1][n / 3 % 3] + along[2][n / 9]);
        if (reached > squared[other] || (reached == squared[other] && holds <= own)) continue;
        squared[other] = reached;
        source[other] = own;
        const std::size_t list = std::max<std::size_t>(reached, distance);
        if (list >= waiting.size()) waiting.resize(list + 1);
        waiting[list].push_back(other);
      }
    }
    waiting[distance] = {};
  }
}

}  // namespace

double StrutRegions::inclination_deg(const Strut& strut) const {
  const Vec3 chord = (strut.end_index - strut.start_index).cwiseProduct(label.spacing_mm);
  const double length = chord.norm();
  return length > 0.0 ? std::asin(std::clamp(std::abs(chord[2]) / length, 0.0, 1.0)) * 180.0 / std::numbers::pi : 0.0;
}

StrutRegions find_strut_regions(const FloatImage& share, const Progress& progress) {
  std::int64_t count = 0;
  const LabelImage solid = padded_solid(share, count);
  if (count == 0) fail_input("there is no solid to divide into struts: no voxel is solid by half or more");
  progress.report(0.0, fmt::format("struts of {:.1f} million voxels", 1e-6 * double(count)));
  const std::vector<float> squared = distance_to_void(solid);
  const LabelImage skeleton = curve_skeleton(solid, squared, progress.part(0.1, 0.5));
  const SkeletonLines lines = skeleton_lines(skeleton, squared);

  const std::int64_t nx = solid.size[0], ny = solid.size[1];
  const auto place = [&](std::size_t at) {
    const std::int64_t a = std::int64_t(at);
    return Vec3(double(a % nx), double(a / nx % ny), double(a / (nx * ny)));
  };
  geometry::Image<std::int32_t> padded = solid.like<std::int32_t>(0);
  std::vector<std::size_t> sources;
  StrutRegions regions;
  for (std::size_t n = 0; n < lines.nodes.size(); ++n) {
    const SkeletonNode& node = lines.nodes[n];
    regions.nodes.push_back({place(node.centre) - Vec3::Ones(), std::sqrt(double(squared[node.centre])) - 0.5, 0, 0});
    for (const std::size_t at : node.voxels) {
      padded.data[at] = -std::int32_t(n + 1);
      sources.push_back(at);
    }
  }
  for (const SkeletonLine& line : lines.lines) {
    Strut strut;
    strut.from = line.from;
    strut.to = line.to;
    const auto centre = [&](int node, std::size_t end) { return node >= 0 ? regions.nodes[std::size_t(node)].centre_index : Vec3(place(end) - Vec3::Ones()); };
    strut.start_index = centre(line.from, line.voxels.front());
    strut.end_index = centre(line.to, line.voxels.back());
    std::vector<std::size_t> own;
    for (const std::size_t at : line.voxels) {
      int inside = -1;
      for (const int node : {line.from, line.to})
        if (node >= 0 && (place(at) - Vec3::Ones() - regions.nodes[std::size_t(node)].centre_index).norm() <= regions.nodes[std::size_t(node)].radius) inside = node;
      if (inside < 0) own.push_back(at);
      padded.data[at] = inside < 0 ? std::int32_t(regions.struts.size() + 1) : -std::int32_t(inside + 1);
      sources.push_back(at);
    }
    if (own.empty()) continue;  // the two nodes touch: what is between them is theirs, labelled above
    for (const std::size_t at : own) strut.radius += (std::sqrt(double(squared[at])) - 0.5) / double(own.size());
    // Steps of four voxels: the length of a line of voxels is too large by up to a tenth.
    std::size_t last = 0;
    strut.length = 1.0;
    for (std::size_t v = 0; v < own.size(); ++v)
      if (v == own.size() - 1 || v - last == 4) {
        strut.length += (place(own[v]) - place(own[last])).norm();
        last = v;
      }
    for (const int node : {line.from, line.to})
      if (node >= 0) ++regions.nodes[std::size_t(node)].struts;
    regions.struts.push_back(strut);
  }
  std::sort(sources.begin(), sources.end());
  spread_labels(solid, sources, padded, progress.part(0.6, 1.0));

  regions.label = share.like<std::int32_t>(0);
  for (std::int64_t k = 0; k < share.size[2]; ++k)
    for (std::int64_t j = 0; j < share.size[1]; ++j)
      for (std::int64_t i = 0; i < share.size[0]; ++i) {
        const std::int32_t own = regions.label.at(i, j, k) = padded.at(i + 1, j + 1, k + 1);
        if (own > 0) ++regions.struts[std::size_t(own - 1)].voxels;
        if (own < 0) ++regions.nodes[std::size_t(-own - 1)].voxels;
      }
  return regions;
}

}  // namespace spongiosa::lattice
