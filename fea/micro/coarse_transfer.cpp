#include "fea/micro/coarse_transfer.h"

#include "core/error.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

using Range = tbb::blocked_range<std::int64_t>;
constexpr float kPower[4] = {1.0f, 0.5f, 0.25f, 0.125f};

Float4 free_components(std::uint8_t fixed) {
  return Float4{fixed & 1 ? 0.0f : 1.0f, fixed & 2 ? 0.0f : 1.0f, fixed & 4 ? 0.0f : 1.0f, 0.0f};
}

/// Weights of the eight corners at each of the 27 places.
struct PlaceWeights {
  float value[27][8];
  PlaceWeights() {
    for (int place = 0; place < 27; ++place)
      for (int corner = 0; corner < 8; ++corner) {
        const int exponent = weight_exponent(Place(place), corner);
        value[place][corner] = exponent < 0 ? 0.0f : kPower[exponent];
      }
  }
};
const PlaceWeights kWeights;

}  // namespace

CoarseTransfer::CoarseTransfer(const CoarseMesh& fine, const NextCoarseLevel& level) {
  const std::size_t fine_count = std::size_t(fine.node_count), coarse_count = std::size_t(level.mesh.node_count);
  SPONGIOSA_ASSERT(fine_count < (1u << 30));
  down_.begin.assign(fine_count + 1, 0);
  up_.begin.assign(coarse_count + 1, 0);
  const auto visit = [&](const auto& entry) {
    for (std::size_t n = 0; n < fine_count; ++n)
      for (int corner = 0; corner < 8; ++corner) {
        const int exponent = weight_exponent(level.node_place[n], corner);
        if (exponent >= 0) entry(n, std::size_t(level.mesh.nodes[std::size_t(level.node_parent[n])][std::size_t(corner)]), unsigned(exponent));
      }
  };
  visit([&](std::size_t n, std::size_t c, unsigned) {
    ++down_.begin[n + 1];
    ++up_.begin[c + 1];
  });
  for (std::size_t n = 0; n < fine_count; ++n) down_.begin[n + 1] += down_.begin[n];
  for (std::size_t c = 0; c < coarse_count; ++c) up_.begin[c + 1] += up_.begin[c];
  down_.entry.resize(std::size_t(down_.begin[fine_count]));
  up_.entry.resize(down_.entry.size());
  std::vector<std::int64_t> next_down(down_.begin.begin(), down_.begin.end() - 1), next_up(up_.begin.begin(), up_.begin.end() - 1);
  visit([&](std::size_t n, std::size_t c, unsigned exponent) {
    down_.entry[std::size_t(next_down[n]++)] = std::uint32_t(c) << 2 | exponent;
    up_.entry[std::size_t(next_up[c]++)] = std::uint32_t(n) << 2 | exponent;
  });
  for (const std::uint8_t f : fine.fixed) fine_free_.push_back(free_components(f));
  for (const std::uint8_t f : level.mesh.fixed) coarse_free_.push_back(free_components(f));
}

inline void CoarseTransfer::Rows::gather(const CoarseVector& from, std::int32_t row, Float4& sum) const {
  for (std::int64_t i = begin[std::size_t(row)]; i < begin[std::size_t(row) + 1]; ++i)
    sum += kPower[entry[std::size_t(i)] & 3] * from[std::size_t(entry[std::size_t(i)] >> 2)];
}

void CoarseTransfer::prolong(const CoarseVector& coarse, CoarseVector& fine) const {
  tbb::parallel_for(Range(0, std::int64_t(fine.size()), 2048), [&](const Range& range) {
    for (std::int64_t n = range.begin(); n < range.end(); ++n) {
      Float4 sum = {0, 0, 0, 0};
      down_.gather(coarse, std::int32_t(n), sum);
      fine[std::size_t(n)] += sum * fine_free_[std::size_t(n)];
    }
  });
}

void CoarseTransfer::restrict(const CoarseVector& fine, CoarseVector& coarse) const {
  tbb::parallel_for(Range(0, std::int64_t(coarse.size()), 1024), [&](const Range& range) {
    for (std::int64_t c = range.begin(); c < range.end(); ++c) {
      Float4 sum = {0, 0, 0, 0};
      up_.gather(fine, std::int32_t(c), sum);
      coarse[std::size_t(c)] = sum * coarse_free_[std::size_t(c)];
    }
  });
}

std::int64_t CoarseTransfer::bytes() const {
  return std::int64_t((down_.begin.size() + up_.begin.size()) * 8 + (down_.entry.size() + up_.entry.size()) * 4 +
                      (fine_free_.size() + coarse_free_.size()) * 16);
}

FirstTransfer::FirstTransfer(const CoarseMesh& mesh, VoxelTransfer transfer)
    : transfer_(std::move(transfer)), nodes_(mesh.nodes), fixed_(mesh.fixed), around_(std::size_t(mesh.node_count) + 1, 0),
      corner_(8 * mesh.element_count()) {
  SPONGIOSA_ASSERT(mesh.element_count() < (1u << 28));
  for (const auto& nodes : nodes_)
    for (const std::int32_t n : nodes) ++around_[std::size_t(n) + 1];
  for (std::size_t n = 0; n + 1 < around_.size(); ++n) around_[n + 1] += around_[n];
  std::vector<std::int64_t> next(around_.begin(), around_.end() - 1);
  for (std::size_t e = 0; e < nodes_.size(); ++e)
    for (std::size_t a = 0; a < 8; ++a) corner_[std::size_t(next[std::size_t(nodes_[e][a])]++)] = std::int32_t(8 * e + a);
}

void FirstTransfer::prolong(const CoarseVector& coarse, float* fine) const {
  tbb::parallel_for(Range(0, std::int64_t(nodes_.size()), 512), [&](const Range& range) {
    for (std::int64_t e = range.begin(); e < range.end(); ++e) {
      Float4 corner[8];
      for (std::size_t a = 0; a < 8; ++a) corner[a] = coarse[std::size_t(nodes_[std::size_t(e)][a])];
      for (std::int64_t i = transfer_.begin[std::size_t(e)]; i < transfer_.begin[std::size_t(e) + 1]; ++i) {
        const unsigned code = transfer_.stride_place[std::size_t(i)];
        const float* weight = kWeights.value[code & 31];
        Float4 sum = weight[0] * corner[0];
        for (std::size_t a = 1; a < 8; ++a) sum += weight[a] * corner[a];
        float* to = fine + transfer_.x[std::size_t(i)];
        const std::int64_t stride = code >> 5;
        to[0] += sum[0];
        to[stride] += sum[1];
        to[2 * stride] += sum[2];
      }
    }
  });
}

void FirstTransfer::restrict(const float* fine, CoarseVector& coarse) const {
  tbb::parallel_for(Range(0, std::int64_t(coarse.size()), 512), [&](const Range& range) {
    for (std::int64_t n = range.begin(); n < range.end(); ++n) {
      Float4 sum = {0, 0, 0, 0};
      for (std::int64_t k = around_[std::size_t(n)]; k < around_[std::size_t(n) + 1]; ++k) {
        const std::int32_t e = corner_[std::size_t(k)] / 8, a = corner_[std::size_t(k)] % 8;
        for (std::int64_t i = transfer_.begin[std::size_t(e)]; i < transfer_.begin[std::size_t(e) + 1]; ++i) {
          const unsigned code = transfer_.stride_place[std::size_t(i)];
          const float weight = kWeights.value[code & 31][a];
          if (weight == 0.0f) continue;
          const float* from = fine + transfer_.x[std::size_t(i)];
          const std::int64_t stride = code >> 5;
          sum += weight * Float4{from[0], from[stride], from[2 * stride], 0.0f};
        }
      }
      coarse[std::size_t(n)] = sum * free_components(fixed_[std::size_t(n)]);
    }
  });
}

std::int64_t FirstTransfer::bytes() const {
  return std::int64_t(transfer_.begin.size() * 8 + transfer_.x.size() * 6 + nodes_.size() * 32 + fixed_.size() + around_.size() * 8 +
                      corner_.size() * 4);
}

}  // namespace spongiosa::fea::micro
