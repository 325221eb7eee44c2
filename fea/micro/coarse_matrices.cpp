#include "fea/micro/coarse_matrices.h"

#include <tbb/parallel_for.h>

#include <cstring>

namespace spongiosa::fea::micro {

namespace {

int corner_bits(const std::array<std::int32_t, 3>& cube) { return (cube[0] & 1) | (cube[1] & 1) << 1 | (cube[2] & 1) << 2; }

}  // namespace

ElementRows first_level_rows(const FirstCoarseLevel& first, double poisson_ratio) {
  return [&first, small = embedded_cube_matrices(poisson_ratio, 2)](std::size_t e, int corner, float(&rows)[3][24]) {
    std::memset(&rows, 0, sizeof rows);
    for (std::size_t v = 0; v < 8; ++v) {
      const float scale = first.scale[e][v];
      if (scale == 0.0f) continue;
      const float* from = small[v].data() + 72 * corner;
      float* to = &rows[0][0];
      for (int i = 0; i < 72; ++i) to[i] += scale * from[i];
    }
  };
}

ElementRows rows_of(const std::vector<ElementMatrix>& matrices) {
  return [&matrices](std::size_t e, int corner, float(&rows)[3][24]) { std::memcpy(&rows, matrices[e].data() + 72 * corner, sizeof rows); };
}

std::vector<ElementMatrix> second_level_matrices(const FirstCoarseLevel& first, const NextCoarseLevel& second, double poisson_ratio) {
  const std::vector<ElementMatrix> small = embedded_cube_matrices(poisson_ratio, 4);
  const std::size_t count = second.mesh.element_count();
  std::vector<std::int64_t> begin(count + 1, 0);
  for (const std::int32_t p : second.parent) ++begin[std::size_t(p) + 1];
  for (std::size_t e = 0; e < count; ++e) begin[e + 1] += begin[e];
  std::vector<std::int32_t> child(second.parent.size());
  std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t f = 0; f < child.size(); ++f) child[std::size_t(next[std::size_t(second.parent[f])]++)] = std::int32_t(f);
  std::vector<ElementMatrix> matrices(count);
  tbb::parallel_for(std::size_t(0), count, [&](std::size_t e) {
    matrices[e].setZero();
    for (std::int64_t i = begin[e]; i < begin[e + 1]; ++i) {
      const std::size_t f = std::size_t(child[std::size_t(i)]);
      const int octant = corner_bits(first.mesh.cube[f]);
      for (int v = 0; v < 8; ++v) {
        if (first.scale[f][std::size_t(v)] == 0.0f) continue;
        const int place = (2 * (octant & 1) + (v & 1)) + 4 * (2 * (octant >> 1 & 1) + (v >> 1 & 1)) + 16 * (2 * (octant >> 2) + (v >> 2));
        matrices[e] += first.scale[f][std::size_t(v)] * small[std::size_t(place)];
      }
    }
  });
  return matrices;
}

std::vector<ElementMatrix> next_level_matrices(const CoarseMesh& fine, const NextCoarseLevel& level, const std::vector<ElementMatrix>& matrices) {
  ElementMatrix interpolation[8];
  for (int o = 0; o < 8; ++o) interpolation[o] = interpolation_matrix(2, o & 1, o >> 1 & 1, o >> 2).cast<float>();
  std::vector<ElementMatrix> coarse(level.mesh.element_count(), ElementMatrix::Zero());
  for (std::size_t f = 0; f < matrices.size(); ++f) {
    const ElementMatrix& t = interpolation[corner_bits(fine.cube[f])];
    const ElementMatrix half = matrices[f] * t;
    coarse[std::size_t(level.parent[f])].noalias() += t.transpose() * half;
  }
  return coarse;
}

}  // namespace spongiosa::fea::micro
