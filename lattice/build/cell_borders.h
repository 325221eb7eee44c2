#pragma once
/// Which cells of a uniform lattice are cut by its borders, as a weight that is smooth in the cut ones and zero in whole ones.

#include "core/vector.h"
#include "geometry/frame.h"

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace spongiosa::lattice {

/// Immutable; all members may be called from any thread.
class CellBorders {
 public:
  /// Depth, mm, below the nearest border at up to 256 points of the part's frame; negative beyond it.
  using Depths = std::function<void(int n, const float* x, const float* y, const float* z, float* depth_mm)>;

  /// A cell is whole when the 125 points of a grid over it, faces included, lie below the borders.
  /// @param jacobian_1_mm  du/dx of the lattice, whose cells begin at the frame's origin
  /// @param box_Frame  all points that weights will be asked for
  CellBorders(const Mat3& jacobian_1_mm, const geometry::Box& box_Frame, const Depths& depths);

  /// 0 in whole cells, faces included; rises to 1 over a quarter of a cell in the others.
  void weights(int n, const float* x, const float* y, const float* z, float* weight) const;
  std::int64_t whole_cells() const;

 private:
  enum class Kind : std::uint8_t {
    kApart,        ///< cut, and so are all cells around
    kBesideWhole,  ///< cut
    kWhole,
  };

  std::size_t index(std::int64_t i, std::int64_t j, std::int64_t k) const { return std::size_t(i + size_[0] * (j + size_[1] * k)); }

  bool is_whole(std::int64_t i, std::int64_t j, std::int64_t k) const { return kinds_[index(i, j, k)] == Kind::kWhole; }
  Kind kind_of_cut(std::int64_t i, std::int64_t j, std::int64_t k) const;

  Eigen::Matrix3f jacobian_;
  std::array<std::int64_t, 3> first_{}, size_{};  ///< of the cells' numbers; one more cell on each side than the box needs
  std::vector<Kind> kinds_;
};

}  // namespace spongiosa::lattice
