#include "geometry/surface/self_contact.h"

#include "geometry/surface/exact_orientation.h"
#include "geometry/surface/triangle_contact.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr std::size_t kFan = 8;  ///< triangles or boxes to a box

struct FloatBox {
  Vec3f min = Vec3f::Constant(INFINITY), max = Vec3f::Constant(-INFINITY);

  void include(const Vec3f& p) {
    min = min.cwiseMin(p);
    max = max.cwiseMax(p);
  }
  void include(const FloatBox& other) {
    min = min.cwiseMin(other.min);
    max = max.cwiseMax(other.max);
  }
  bool meets(const FloatBox& other) const {
    return (min[0] <= other.max[0]) & (other.min[0] <= max[0]) & (min[1] <= other.max[1]) & (other.min[1] <= max[1]) &
           (min[2] <= other.max[2]) & (other.min[2] <= max[2]);
  }
};

/// Ten bits of a coordinate, spread to every third bit.
std::uint64_t spread(std::uint64_t bits) {
  bits = (bits | bits << 16) & 0x030000ff;
  bits = (bits | bits << 8) & 0x0300f00f;
  bits = (bits | bits << 4) & 0x030c30c3;
  return (bits | bits << 2) & 0x09249249;
}

class BoxTree {
 public:
  BoxTree(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same) : mesh_(mesh), same_(same) {
    sort_triangles();
    build_boxes();
  }

  std::size_t leaves() const { return order_.empty() ? 0 : levels_.front().size(); }

  Corners corners(std::uint32_t triangle) const {
    const auto& t = mesh_.triangles[triangle];
    return {mesh_.vertices[t[0]], mesh_.vertices[t[1]], mesh_.vertices[t[2]]};
  }
  /// The triangles of a leaf, with their boxes.
  struct Leaf {
    std::size_t count = 0;
    std::uint32_t number[kFan];
    Corners corners[kFan];
    CornerNames names[kFan];
    FloatBox box[kFan];
  };
  /// Those of the leaf's triangles whose boxes meet `place`.
  void load(std::size_t leaf, const FloatBox& place, Leaf& out) const {
    out.count = 0;
    for (std::size_t at = leaf * kFan; at < std::min(order_.size(), (leaf + 1) * kFan); ++at) {
      const std::size_t n = out.count;
      out.corners[n] = corners(order_[at]);
      out.box[n] = FloatBox();
      for (const Vec3f& p : out.corners[n]) out.box[n].include(p);
      if (!out.box[n].meets(place)) continue;
      out.number[n] = order_[at];
      for (std::size_t c = 0; c < 3; ++c) out.names[n][c] = same_[mesh_.triangles[order_[at]][c]];
      ++out.count;
    }
  }
  const FloatBox& box(std::size_t leaf) const { return levels_.front()[leaf]; }

  /// Calls f(other) for every leaf after `leaf` whose box meets `place`.
  template <class F>
  void for_each_later(std::size_t leaf, const FloatBox& place, F&& f) const {
    descend(levels_.size() - 1, 0, levels_.back().size(), leaf, place, f);
  }

 private:
  void sort_triangles() {
    // The centre's place in a grid of 1024^3 boxes, and the triangle's number below it.
    FloatBox all;
    for (const Vec3f& v : mesh_.vertices) all.include(v);
    const Vec3f scale = (all.max - all.min).cwiseMax(1e-30f).cwiseInverse() * 1023.0f;
    const std::size_t count = mesh_.triangles.size();
    std::vector<std::uint64_t> keys(count);
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count), [&](const tbb::blocked_range<std::size_t>& range) {
      for (std::size_t n = range.begin(); n < range.end(); ++n) {
        const Corners c = corners(std::uint32_t(n));
        const Vec3f at = (((c[0] - all.min) + (c[1] - all.min) + (c[2] - all.min)) / 3.0f).cwiseProduct(scale);
        std::uint64_t code = 0;
        for (int a = 0; a < 3; ++a) code |= spread(std::uint64_t(std::clamp(at[a], 0.0f, 1023.0f))) << a;
        keys[n] = code << 32 | n;
      }
    });
    tbb::parallel_sort(keys.begin(), keys.end());
    // Triangles without an area meet everything and nothing.
    order_.reserve(count);
    for (const std::uint64_t key : keys) {
      const Corners c = corners(std::uint32_t(key));
      if (!collinear(c[0], c[1], c[2])) order_.push_back(std::uint32_t(key));
    }
  }

  void build_boxes() {
    levels_.emplace_back((order_.size() + kFan - 1) / kFan);
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, levels_[0].size()), [&](const tbb::blocked_range<std::size_t>& range) {
      for (std::size_t leaf = range.begin(); leaf < range.end(); ++leaf)
        for (std::size_t n = leaf * kFan; n < std::min(order_.size(), (leaf + 1) * kFan); ++n)
          for (const Vec3f& p : corners(order_[n])) levels_[0][leaf].include(p);
    });
    while (levels_.back().size() > kFan) {
      const std::vector<FloatBox>& below = levels_.back();
      std::vector<FloatBox> level((below.size() + kFan - 1) / kFan);
      for (std::size_t n = 0; n < below.size(); ++n) level[n / kFan].include(below[n]);
      levels_.push_back(std::move(level));
    }
  }

  template <class F>
  void descend(std::size_t level, std::size_t first, std::size_t last, std::size_t leaf, const FloatBox& place, F& f) const {
    const std::vector<FloatBox>& boxes = levels_[level];
    // On this level the leaf itself lies in this box; none before it is wanted.
    std::size_t own = leaf;
    for (std::size_t n = 0; n < level; ++n) own /= kFan;
    for (std::size_t n = std::max(first, own); n < last; ++n) {
      if (!boxes[n].meets(place)) continue;
      if (level > 0)
        descend(level - 1, n * kFan, std::min((n + 1) * kFan, levels_[level - 1].size()), leaf, place, f);
      else if (n > leaf)
        f(n);
    }
  }

  const TriangleMesh& mesh_;
  const std::vector<std::uint32_t>& same_;
  std::vector<std::uint32_t> order_;
  std::vector<std::vector<FloatBox>> levels_;  ///< leaves first
};

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

void test_leaves(const BoxTree::Leaf& p, const BoxTree::Leaf& q, Pairs& found) {
  for (std::size_t m = 0; m < p.count; ++m)
    for (std::size_t n = &p == &q ? m + 1 : 0; n < q.count; ++n) {
      if (!p.box[m].meets(q.box[n]) || !meet_improperly(p.corners[m], p.names[m], q.corners[n], q.names[n])) continue;
      found.emplace_back(std::min(p.number[m], q.number[n]), std::max(p.number[m], q.number[n]));
    }
}

/// Neighbouring leaves are tested together, so that what lies around them is looked up and read once.
void test_group(const BoxTree& tree, std::size_t first, std::size_t last, Pairs& found) {
  BoxTree::Leaf mine[kFan], other;
  FloatBox place;
  for (std::size_t leaf = first; leaf < last; ++leaf) {
    place.include(tree.box(leaf));
    tree.load(leaf, tree.box(leaf), mine[leaf - first]);
  }
  for (std::size_t a = first; a < last; ++a)
    for (std::size_t b = a; b < last; ++b)
      if (tree.box(a).meets(tree.box(b))) test_leaves(mine[a - first], mine[b - first], found);
  tree.for_each_later(last - 1, place, [&](std::size_t later) {
    bool loaded = false;
    for (std::size_t leaf = first; leaf < last; ++leaf) {
      if (!tree.box(leaf).meets(tree.box(later))) continue;
      if (!loaded) tree.load(later, place, other);
      loaded = true;
      test_leaves(mine[leaf - first], other, found);
    }
  });
}

}  // namespace

SelfContacts find_self_contacts(const TriangleMesh& mesh, std::size_t keep, const Progress& progress) {
  return find_self_contacts(mesh, match_positions(mesh.vertices), keep, progress);
}

SelfContacts find_self_contacts(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same, std::size_t keep, const Progress& progress) {
  SelfContacts result;
  if (mesh.triangles.empty()) return result;
  progress.report(0.0, "sorting triangles");
  const BoxTree tree(mesh, same);
  // Blocks of fixed size, so that what is kept does not depend on threads.
  constexpr std::size_t kBlock = 1024, kBatch = 128;
  const std::size_t blocks = (tree.leaves() + kBlock - 1) / kBlock;
  Pairs kept;
  for (std::size_t first = 0; first < blocks; first += kBatch) {
    progress.report(0.2 + 0.8 * double(first) / double(blocks), "looking for self-intersections");
    const std::size_t count = std::min(kBatch, blocks - first);
    std::vector<Pairs> found(count);
    tbb::parallel_for(std::size_t(0), count, [&](std::size_t block) {
      const std::size_t begin = (first + block) * kBlock;
      const std::size_t end = std::min(begin + kBlock, tree.leaves());
      for (std::size_t leaf = begin; leaf < end; leaf += kFan) test_group(tree, leaf, std::min(leaf + kFan, end), found[block]);
    });
    for (const Pairs& pairs : found) {
      result.count += std::int64_t(pairs.size());
      kept.insert(kept.end(), pairs.begin(), pairs.end());
    }
    std::sort(kept.begin(), kept.end());
    if (kept.size() > keep) kept.resize(keep);
  }
  result.first = std::move(kept);
  progress.report(1.0, "looking for self-intersections");
  return result;
}

}  // namespace spongiosa::geometry
