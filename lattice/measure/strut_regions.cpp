#include "lattice/measure/strut_regions.h"

#include "core/error.h"
#include "lattice/measure/inscribed_sphere.h"
#include "lattice/measure/skeleton.h"
#include "lattice/measure/strut_lines.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>

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

/// Every solid voxel takes the label of the skeleton voxel that is nearest by the way through the solid: fronts that carry their source.
void spread_labels(const LabelImage& solid, const std::vector<std::size_t>& sources, geometry::Image<std::int32_t>& label) {
  struct Front {
    float squared;
    std::size_t at, source;
    bool operator<(const Front& other) const {
      return squared != other.squared ? squared > other.squared : source != other.source ? source > other.source : at > other.at;
    }
  };
  const std::int64_t nx = solid.size[0], ny = solid.size[1];
  const auto place = [&](std::size_t at) {
    const std::int64_t a = std::int64_t(at);
    return Vec3(double(a % nx), double(a / nx % ny), double(a / (nx * ny)));
  };
  std::vector<std::uint8_t> settled(solid.data.size(), 0);
  std::priority_queue<Front> queue;
  for (const std::size_t at : sources) queue.push({0.0f, at, at});
  while (!queue.empty()) {
    const Front front = queue.top();
    queue.pop();
    if (settled[front.at]) continue;
    settled[front.at] = 1;
    label.data[front.at] = label.data[front.source];
    const Vec3 from = place(front.source);
    for (std::int64_t n = 0; n < 27; ++n) {
      const std::size_t other = std::size_t(std::int64_t(front.at) + (n % 3 - 1) + nx * ((n / 3 % 3 - 1) + ny * (n / 9 - 1)));
      if (solid.data[other] && !settled[other]) queue.push({float((place(other) - from).squaredNorm()), other, front.source});
    }
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
  progress.report(0.6, "voxels to struts");
  spread_labels(solid, sources, padded);

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
