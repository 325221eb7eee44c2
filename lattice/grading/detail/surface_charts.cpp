#include "lattice/grading/detail/surface_charts.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <map>
#include <numeric>

namespace spongiosa::lattice::detail {
namespace {

constexpr int kSmoothingSteps = 8;

using Neighbours = std::vector<std::vector<std::uint32_t>>;

Neighbours neighbours_of(const geometry::TriangleMesh& mesh) {
  Neighbours neighbours(mesh.vertices.size());
  for (const auto& t : mesh.triangles)
    for (std::size_t e = 0; e < 3; ++e) neighbours[t[e]].push_back(t[(e + 1) % 3]);  // each edge once from either side
  return neighbours;
}

int facing(const Vec3& normal) {
  Eigen::Index axis = 0;
  normal.cwiseAbs().maxCoeff(&axis);
  return int(2 * axis) + (normal[axis] < 0.0 ? 1 : 0);
}

/// Borders lose their teeth: a vertex takes the label most of its neighbours have, its own in doubt.
void smooth_labels(const Neighbours& neighbours, std::vector<int>& label) {
  for (int step = 0; step < kSmoothingSteps; ++step) {
    std::vector<int> next = label;
    for (std::size_t v = 0; v < label.size(); ++v) {
      int votes[6] = {};
      for (const auto w : neighbours[v]) ++votes[label[w]];
      const int best = int(std::max_element(votes, votes + 6) - votes);
      if (votes[best] > votes[label[v]]) next[v] = best;
    }
    label = next;
  }
}

/// Connected pieces of equal label, numbered by their first vertex.
SurfaceCharts pieces(const Neighbours& neighbours, const std::vector<int>& label) {
  SurfaceCharts charts;
  charts.of_vertex.assign(label.size(), -1);
  std::vector<std::uint32_t> waiting;
  for (std::uint32_t first = 0; first < label.size(); ++first) {
    if (charts.of_vertex[first] >= 0 || neighbours[first].empty()) continue;
    waiting = {first};
    charts.of_vertex[first] = charts.count;
    while (!waiting.empty()) {
      const std::uint32_t v = waiting.back();
      waiting.pop_back();
      for (const auto w : neighbours[v])
        if (charts.of_vertex[w] < 0 && label[w] == label[v]) {
          charts.of_vertex[w] = charts.count;
          waiting.push_back(w);
        }
    }
    ++charts.count;
  }
  return charts;
}

}  // namespace

SurfaceCharts divide_surface(const geometry::TriangleMesh& mesh, const std::vector<Vec3>& normal, double least_area_mm2) {
  const Neighbours neighbours = neighbours_of(mesh);
  std::vector<int> label;
  for (const Vec3& n : normal) label.push_back(facing(n));
  smooth_labels(neighbours, label);
  SurfaceCharts charts = pieces(neighbours, label);
  for (;;) {
    std::vector<double> area(std::size_t(charts.count), 0.0);
    for (const auto& t : mesh.triangles) {
      const Vec3f a = mesh.vertices[t[0]];
      area[std::size_t(charts.of_vertex[t[0]])] += 0.5 * double((mesh.vertices[t[1]] - a).cross(mesh.vertices[t[2]] - a).norm());
    }
    std::vector<std::map<int, int>> border(area.size());
    for (std::size_t v = 0; v < neighbours.size(); ++v)
      for (const auto w : neighbours[v])
        if (charts.of_vertex[v] != charts.of_vertex[w]) ++border[std::size_t(charts.of_vertex[v])][charts.of_vertex[w]];
    int smallest = -1;
    for (int c = 0; c < charts.count; ++c)
      if (!border[std::size_t(c)].empty() && area[std::size_t(c)] < least_area_mm2 &&
          (smallest < 0 || area[std::size_t(c)] < area[std::size_t(smallest)]))
        smallest = c;
    if (smallest < 0) return charts;
    const auto& shared = border[std::size_t(smallest)];
    const int into = std::max_element(shared.begin(), shared.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
    for (int& c : charts.of_vertex)
      if (c == smallest) c = into;
    charts = pieces(neighbours, charts.of_vertex);
  }
}

}  // namespace spongiosa::lattice::detail
