#include "lattice/measure/strut_lines.h"

#include "core/vector.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kSpurRadii = 1.2;

/// The skeleton as a graph that is simplified step by step.
class Graph {
 public:
  Graph(const geometry::LabelImage& skeleton, const std::vector<float>& squared) : size_(skeleton.size), squared_(squared) {
    for (std::size_t at = 0; at < skeleton.data.size(); ++at)
      if (skeleton.data[at]) voxels_.push_back(at);
    neighbours_.resize(voxels_.size());
    for (std::size_t v = 0; v < voxels_.size(); ++v)
      for (std::int64_t n = 0; n < 27; ++n) {
        if (n == 13) continue;
        const std::size_t other = std::size_t(std::int64_t(voxels_[v]) + (n % 3 - 1) + size_[0] * ((n / 3 % 3 - 1) + size_[1] * (n / 9 - 1)));
        const auto found = std::lower_bound(voxels_.begin(), voxels_.end(), other);
        if (found != voxels_.end() && *found == other) neighbours_[v].push_back(std::size_t(found - voxels_.begin()));
      }
    find_nodes();
    find_lines();
  }

  SkeletonLines simplified() {
    while (absorb_short_lines() || dissolve_nodes()) {
    }
    return result();
  }

 private:
  struct Line {
    int from, to;
    std::vector<std::size_t> voxels;
    bool gone = false;
  };
  struct Node {
    std::vector<std::size_t> voxels;
    bool gone = false;
    int merged_into = -1;
  };

  int root(int node) const {
    while (node >= 0 && nodes_[std::size_t(node)].merged_into >= 0) node = nodes_[std::size_t(node)].merged_into;
    return node;
  }
  Vec3 place(std::size_t at) const {
    const std::int64_t a = std::int64_t(at);
    return Vec3(double(a % size_[0]), double(a / size_[0] % size_[1]), double(a / (size_[0] * size_[1])));
  }
  std::size_t centre(int node) const {
    const auto& voxels = nodes_[std::size_t(node)].voxels;
    return *std::max_element(voxels.begin(), voxels.end(),
                             [&](std::size_t a, std::size_t b) { return squared_[a] != squared_[b] ? squared_[a] < squared_[b] : a > b; });
  }
  double radius(int node) const { return std::sqrt(double(squared_[centre(node)])); }

  bool junction(std::size_t v) const { return neighbours_[v].size() >= 3; }

  void find_nodes() {
    node_of_.assign(voxels_.size(), -1);
    for (std::size_t seed = 0; seed < voxels_.size(); ++seed) {
      if (!junction(seed) || node_of_[seed] >= 0) continue;
      const int node = int(nodes_.size());
      nodes_.emplace_back();
      std::vector<std::size_t> stack = {seed};
      node_of_[seed] = node;
      while (!stack.empty()) {
        const std::size_t v = stack.back();
        stack.pop_back();
        nodes_.back().voxels.push_back(voxels_[v]);
        for (const std::size_t other : neighbours_[v])
          if (junction(other) && node_of_[other] < 0) {
            node_of_[other] = node;
            stack.push_back(other);
          }
      }
    }
  }

  void find_lines() {
    std::vector<char> seen(voxels_.size(), 0);
    const auto trace = [&](std::size_t start) {
      std::vector<std::size_t> path;
      std::size_t at = start;
      for (bool more = true; more;) {
        seen[at] = 1;
        path.push_back(at);
        more = false;
        for (const std::size_t other : neighbours_[at])
          if (!junction(other) && !seen[other]) {
            at = other;
            more = true;
            break;
          }
      }
      std::vector<int> first, last;
      for (const std::size_t other : neighbours_[path.front()])
        if (junction(other)) first.push_back(node_of_[other]);
      for (const std::size_t other : neighbours_[path.back()])
        if (junction(other)) last.push_back(node_of_[other]);
      Line line{first.empty() ? -1 : first.front(), last.empty() ? -1 : last.front(), {}};
      if (path.size() == 1) line.to = first.size() > 1 ? first[1] : -1;
      for (const std::size_t v : path) line.voxels.push_back(voxels_[v]);
      lines_.push_back(std::move(line));
    };
    for (const bool ends : {true, false})
      for (std::size_t v = 0; v < voxels_.size(); ++v) {
        if (junction(v) || seen[v]) continue;
        const auto inner = std::count_if(neighbours_[v].begin(), neighbours_[v].end(), [&](std::size_t other) { return !junction(other); });
        if (!ends || inner <= 1) trace(v);
      }
  }

  void absorb(Line& line, int node) {
    auto& voxels = nodes_[std::size_t(node)].voxels;
    voxels.insert(voxels.end(), line.voxels.begin(), line.voxels.end());
    line.gone = true;
  }

  bool absorb_short_lines() {
    bool changed = false;
    for (Line& line : lines_) {
      if (line.gone) continue;
      line.from = root(line.from);
      line.to = root(line.to);
      if (line.from < 0 && line.to < 0) continue;
      if (line.from < 0 || line.to < 0) {
        const int node = std::max(line.from, line.to);
        const Vec3 tip = place(line.from < 0 ? line.voxels.front() : line.voxels.back());
        if ((tip - place(centre(node))).norm() > kSpurRadii * radius(node) + 1.0) continue;
        absorb(line, node);
      } else {
        double length = 2.0;  // to the junctions at both ends
        for (std::size_t v = 1; v < line.voxels.size(); ++v) length += (place(line.voxels[v]) - place(line.voxels[v - 1])).norm();
        if (length > (line.from == line.to ? 2.0 : 1.0) * std::max(radius(line.from), radius(line.to))) continue;
        const int keep = std::min(line.from, line.to), other = std::max(line.from, line.to);
        absorb(line, keep);
        if (keep != other) {
          Node &into = nodes_[std::size_t(keep)], &gone = nodes_[std::size_t(other)];
          into.voxels.insert(into.voxels.end(), gone.voxels.begin(), gone.voxels.end());
          gone.merged_into = keep;
        }
      }
      changed = true;
    }
    return changed;
  }

  /// Nodes that one or two lines end in.
  bool dissolve_nodes() {
    bool changed = false;
    std::vector<std::vector<std::size_t>> ends_at(nodes_.size());  // lines; one that begins and ends in a node counts twice
    for (std::size_t l = 0; l < lines_.size(); ++l) {
      if (lines_[l].gone) continue;
      for (int* node : {&lines_[l].from, &lines_[l].to}) {
        *node = root(*node);
        if (*node >= 0) ends_at[std::size_t(*node)].push_back(l);
      }
    }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const std::vector<std::size_t>& ends = ends_at[n];
      if (nodes_[n].gone || nodes_[n].merged_into >= 0 || ends.empty() || ends.size() > 2) continue;
      const std::size_t middle = centre(int(n));
      Line& first = lines_[ends[0]];
      nodes_[n].gone = changed = true;
      if (ends.size() == 2 && ends[0] == ends[1]) {
        first.voxels.push_back(middle);
        first.from = first.to = -1;
        continue;
      }
      if (first.to != int(n)) turn(first);
      first.voxels.push_back(middle);
      first.to = -1;
      if (ends.size() == 1) continue;
      Line& second = lines_[ends[1]];
      if (second.from != int(n)) turn(second);
      first.voxels.insert(first.voxels.end(), second.voxels.begin(), second.voxels.end());
      first.to = second.to;
      second.gone = true;
      if (second.to >= 0) std::replace(ends_at[std::size_t(second.to)].begin(), ends_at[std::size_t(second.to)].end(), ends[1], ends[0]);
    }
    return changed;
  }
  static void turn(Line& line) {
    std::swap(line.from, line.to);
    std::reverse(line.voxels.begin(), line.voxels.end());
  }

  SkeletonLines result() const {
    SkeletonLines lines;
    std::vector<int> number(nodes_.size(), -1);
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (nodes_[n].gone || nodes_[n].merged_into >= 0) continue;
      number[n] = int(lines.nodes.size());
      lines.nodes.push_back({centre(int(n)), nodes_[n].voxels});
      std::sort(lines.nodes.back().voxels.begin(), lines.nodes.back().voxels.end());
    }
    for (const Line& line : lines_)
      if (!line.gone) lines.lines.push_back({line.from < 0 ? -1 : number[std::size_t(line.from)], line.to < 0 ? -1 : number[std::size_t(line.to)], line.voxels});
    std::sort(lines.lines.begin(), lines.lines.end(), [](const SkeletonLine& a, const SkeletonLine& b) {
      return *std::min_element(a.voxels.begin(), a.voxels.end()) < *std::min_element(b.voxels.begin(), b.voxels.end());
    });
    return lines;
  }

  Index3 size_;
  const std::vector<float>& squared_;
  std::vector<std::size_t> voxels_;                   ///< offsets, ascending
  std::vector<std::vector<std::size_t>> neighbours_;  ///< positions in voxels_
  std::vector<int> node_of_;
  std::vector<Node> nodes_;
  std::vector<Line> lines_;
};

}  // namespace

SkeletonLines skeleton_lines(const geometry::LabelImage& skeleton, const std::vector<float>& squared_distance) {
  return Graph(skeleton, squared_distance).simplified();
}

}  // namespace spongiosa::lattice
