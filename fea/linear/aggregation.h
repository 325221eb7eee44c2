#pragma once
/// Coarse spaces of smoothed aggregation: groups of nodes that move together as rigid bodies, then smoothed.
///
/// P. Vanek, J. Mandel, M. Brezina, Computing 56 (1996) 179-196.

#include "fea/linear/block_matrix.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spongiosa::fea::linear {

/// Coarse nodes have six unknowns: the rigid motions of their group.
constexpr int kModes = 6;
template <int B>
using ModeBlock = Eigen::Matrix<double, B, kModes>;

/// Group of every node, 0..groups-1. Nodes join where |A_ij|^2 > (threshold)^2 |A_ii| |A_jj|. Serial: the same for any number of threads.
template <int B>
std::vector<std::int32_t> aggregate(const BlockMatrix<double, B, B>& a, double threshold, std::int32_t& groups) {
  const std::size_t n = a.rows();
  std::vector<double> norm(a.column.size()), diagonal(n, 0.0);
  for (std::size_t row = 0; row < n; ++row)
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
      double sum = 0.0;
      for (int i = 0; i < B * B; ++i) sum += a.block(k)[i] * a.block(k)[i];
      norm[std::size_t(k)] = std::sqrt(sum);
      if (a.column[std::size_t(k)] == std::int32_t(row)) diagonal[row] = std::sqrt(sum);
    }
  const auto strong = [&](std::size_t row, std::int64_t k) {
    const std::size_t other = std::size_t(a.column[std::size_t(k)]);
    return other != row && norm[std::size_t(k)] * norm[std::size_t(k)] > threshold * threshold * diagonal[row] * diagonal[other];
  };
  std::vector<std::int32_t> group(n, -1);
  groups = 0;
  // Whole neighbourhoods first.
  for (std::size_t row = 0; row < n; ++row) {
    if (group[row] >= 0) continue;
    bool taken = false, alone = true;
    for (std::int64_t k = a.first[row]; k < a.first[row + 1] && !taken; ++k)
      if (strong(row, k)) {
        alone = false;
        taken = group[std::size_t(a.column[std::size_t(k)])] >= 0;
      }
    if (taken || alone) continue;
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k)
      if (strong(row, k)) group[std::size_t(a.column[std::size_t(k)])] = groups;
    group[row] = groups++;
  }
  // What is left joins the group it is tied to most, or starts one with its free neighbours.
  std::vector<std::int32_t> joined = group;
  for (std::size_t row = 0; row < n; ++row) {
    if (group[row] >= 0) continue;
    double best = 0.0;
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
      const std::size_t other = std::size_t(a.column[std::size_t(k)]);
      if (other == row || group[other] < 0) continue;
      const double tie = norm[std::size_t(k)] / std::sqrt(diagonal[row] * diagonal[other]);
      if (tie > best) {
        best = tie;
        joined[row] = group[other];
      }
    }
  }
  for (std::size_t row = 0; row < n; ++row) {
    if (joined[row] >= 0) continue;
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k)
      if (joined[std::size_t(a.column[std::size_t(k)])] < 0) joined[std::size_t(a.column[std::size_t(k)])] = groups;
    joined[row] = groups++;
  }
  return joined;
}

/// Orthonormal basis of the modes on every group (`modes` becomes it) and the modes of the groups in terms of it. Modes that a small group cannot tell
/// from others get a zero column.
template <int B>
std::vector<ModeBlock<kModes>> orthonormalise(std::vector<ModeBlock<B>>& modes, const std::vector<std::int32_t>& group, std::int32_t groups) {
  std::vector<std::vector<std::int32_t>> members(static_cast<std::size_t>(groups));
  for (std::size_t n = 0; n < group.size(); ++n) members[std::size_t(group[n])].push_back(std::int32_t(n));
  std::vector<ModeBlock<kModes>> coarse(static_cast<std::size_t>(groups), ModeBlock<kModes>::Zero());
  tbb::parallel_for(std::size_t(0), members.size(), [&](std::size_t g) {
    Eigen::MatrixXd q(B * Eigen::Index(members[g].size()), kModes);
    for (std::size_t m = 0; m < members[g].size(); ++m) q.block<B, kModes>(B * Eigen::Index(m), 0) = modes[std::size_t(members[g][m])];
    for (int c = 0; c < kModes; ++c) {
      const double before = q.col(c).norm();
      for (int pass = 0; pass < 2; ++pass)
        for (int b = 0; b < c; ++b) {
          const double part = q.col(b).dot(q.col(c));
          coarse[g](b, c) += part;
          q.col(c) -= part * q.col(b);
        }
      const double norm = q.col(c).norm();
      if (norm > 1e-6 * before) {
        coarse[g](c, c) = norm;
        q.col(c) /= norm;
      } else {
        q.col(c).setZero();
      }
    }
    for (std::size_t m = 0; m < members[g].size(); ++m) modes[std::size_t(members[g][m])] = q.block<B, kModes>(B * Eigen::Index(m), 0);
  });
  return coarse;
}

/// Rows of a sparse matrix under way: blocks by column, in the order of first use until sorted.
template <int BR, int BC>
class RowBuilder {
 public:
  explicit RowBuilder(std::size_t columns) : position_(columns, -1) {}
  Eigen::Matrix<double, BR, BC>& at(std::int32_t column) {
    std::int32_t& p = position_[std::size_t(column)];
    if (p < 0) {
      p = std::int32_t(columns_.size());
      columns_.push_back(column);
      blocks_.push_back(Eigen::Matrix<double, BR, BC>::Zero());
    }
    return blocks_[std::size_t(p)];
  }
  /// Sorted by column; the builder is empty afterwards.
  void take(std::vector<std::int32_t>& columns, std::vector<double>& values) {
    std::vector<std::int32_t> order(columns_.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return columns_[std::size_t(a)] < columns_[std::size_t(b)]; });
    columns.clear();
    values.clear();
    for (const std::int32_t o : order) {
      columns.push_back(columns_[std::size_t(o)]);
      for (int r = 0; r < BR; ++r)
        for (int c = 0; c < BC; ++c) values.push_back(blocks_[std::size_t(o)](r, c));
    }
    for (const std::int32_t c : columns_) position_[std::size_t(c)] = -1;
    columns_.clear();
    blocks_.clear();
  }

 private:
  std::vector<std::int32_t> position_, columns_;
  std::vector<Eigen::Matrix<double, BR, BC>> blocks_;
};

/// Builds a matrix row by row in parallel: fill(row, builder).
template <int BR, int BC, class Fill>
BlockMatrix<double, BR, BC> build_rows(std::size_t rows, std::size_t columns, const Fill& fill) {
  std::vector<std::vector<std::int32_t>> row_columns(rows);
  std::vector<std::vector<double>> row_values(rows);
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, rows, std::max<std::size_t>(64, rows / 64)), [&](const tbb::blocked_range<std::size_t>& range) {
    RowBuilder<BR, BC> builder(columns);
    for (std::size_t row = range.begin(); row < range.end(); ++row) {
      fill(row, builder);
      builder.take(row_columns[row], row_values[row]);
    }
  });
  BlockMatrix<double, BR, BC> matrix;
  matrix.first.resize(rows + 1, 0);
  for (std::size_t r = 0; r < rows; ++r) matrix.first[r + 1] = matrix.first[r] + std::int64_t(row_columns[r].size());
  matrix.column.resize(std::size_t(matrix.first[rows]));
  matrix.value.resize(std::size_t(matrix.first[rows]) * BR * BC);
  tbb::parallel_for(std::size_t(0), rows, [&](std::size_t r) {
    std::copy(row_columns[r].begin(), row_columns[r].end(), matrix.column.begin() + matrix.first[r]);
    std::copy(row_values[r].begin(), row_values[r].end(), matrix.value.begin() + matrix.first[r] * BR * BC);
    std::vector<std::int32_t>().swap(row_columns[r]);
    std::vector<double>().swap(row_values[r]);
  });
  return matrix;
}

template <int BR, int BC>
Eigen::Map<const Eigen::Matrix<double, BR, BC, Eigen::RowMajor>> block_of(const BlockMatrix<double, BR, BC>& a, std::int64_t k) {
  return Eigen::Map<const Eigen::Matrix<double, BR, BC, Eigen::RowMajor>>(a.block(k));
}

/// P = (I - omega D^-1 A) P0, with P0 the orthonormal modes of the groups.
template <int B>
BlockMatrix<double, B, kModes> smoothed_prolongation(const BlockMatrix<double, B, B>& a, const std::vector<Eigen::Matrix<double, B, B>>& inverse_diagonal,
                                                     const std::vector<ModeBlock<B>>& modes, const std::vector<std::int32_t>& group, std::int32_t groups,
                                                     double omega) {
  return build_rows<B, kModes>(a.rows(), std::size_t(groups), [&](std::size_t row, RowBuilder<B, kModes>& builder) {
    builder.at(group[row]) += modes[row];
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
      const std::size_t other = std::size_t(a.column[std::size_t(k)]);
      const ModeBlock<B> product = block_of(a, k) * modes[other];
      builder.at(group[other]) -= omega * inverse_diagonal[row] * product;
    }
  });
}

/// P^T A P. Unknowns that no fine one depends on get a one on the diagonal.
template <int B>
BlockMatrix<double, kModes, kModes> coarse_matrix(const BlockMatrix<double, B, B>& a, const BlockMatrix<double, B, kModes>& p,
                                                  const BlockMatrix<double, kModes, B>& pt) {
  const std::size_t groups = pt.rows();
  const BlockMatrix<double, B, kModes> ap = build_rows<B, kModes>(a.rows(), groups, [&](std::size_t row, RowBuilder<B, kModes>& builder) {
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
      const std::size_t other = std::size_t(a.column[std::size_t(k)]);
      for (std::int64_t l = p.first[other]; l < p.first[other + 1]; ++l) builder.at(p.column[std::size_t(l)]).noalias() += block_of(a, k) * block_of(p, l);
    }
  });
  BlockMatrix<double, kModes, kModes> coarse =
      build_rows<kModes, kModes>(groups, groups, [&](std::size_t row, RowBuilder<kModes, kModes>& builder) {
        for (std::int64_t k = pt.first[row]; k < pt.first[row + 1]; ++k) {
          const std::size_t fine = std::size_t(pt.column[std::size_t(k)]);
          for (std::int64_t l = ap.first[fine]; l < ap.first[fine + 1]; ++l)
            builder.at(ap.column[std::size_t(l)]).noalias() += block_of(pt, k) * block_of(ap, l);
        }
      });
  for (std::size_t row = 0; row < groups; ++row)
    for (std::int64_t k = coarse.first[row]; k < coarse.first[row + 1]; ++k) {
      if (coarse.column[std::size_t(k)] != std::int32_t(row)) continue;
      double largest = 0.0;
      for (int c = 0; c < kModes; ++c) largest = std::max(largest, coarse.block(k)[c * kModes + c]);
      for (int c = 0; c < kModes; ++c)
        if (coarse.block(k)[c * kModes + c] <= 1e-12 * largest) coarse.block(k)[c * kModes + c] = largest > 0.0 ? largest : 1.0;
    }
  return coarse;
}

}  // namespace spongiosa::fea::linear
