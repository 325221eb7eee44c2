#pragma once
/// The stiffness matrix of a voxel solid without the matrix: y = K x for one or several vectors, with what follows done block by block
/// while the block's forces are still in cache.
///
/// Forces are for unit modulus and unit voxel edge: multiply by modulus times voxel edge for newton per millimetre.

#include "fea/micro/block_kernel.h"

#include <tbb/parallel_for.h>

#include <cstring>
#include <memory>
#include <span>

namespace spongiosa::fea::micro {

/// A nodal vector: 3 numbers per node (see voxel_blocks.h), and 8 zeros that the kernel may read.
template <class Real>
class NodalVector {
 public:
  NodalVector() = default;
  explicit NodalVector(const VoxelBlocks& model) : data_(std::size_t(model.unknown_count()) + 8, Real(0)) {}
  std::int64_t size() const { return data_.empty() ? 0 : std::int64_t(data_.size()) - 8; }
  Real* data() { return data_.data(); }
  const Real* data() const { return data_.data(); }
  Real& operator[](std::int64_t i) { return data_[std::size_t(i)]; }
  Real operator[](std::int64_t i) const { return data_[std::size_t(i)]; }

 private:
  std::vector<Real> data_;
};

class VoxelOperator {
 public:
  /// @param model  must outlive the operator
  /// @param poisson_ratio  -1 to 0.5, exclusive. @throws Error(kBadInput) outside.
  /// @param fixed  indices into a nodal vector of the components that are held; any order
  VoxelOperator(const VoxelBlocks& model, double poisson_ratio, std::vector<std::int64_t> fixed);

  const VoxelBlocks& model() const { return model_; }
  double poisson_ratio() const { return poisson_ratio_; }
  /// Ascending, each once.
  const std::vector<std::int64_t>& fixed() const { return fixed_; }

  enum class Rows { kFree, kAll };  ///< kFree: forces on held components are set to zero
  /// For every block and vector: finish(strip, block, vector number, forces of the block's unknowns). Blocks of a strip come in order
  /// from one thread; strips run in parallel. `finish` may write any vector but x, at the block's own unknowns.
  template <class Real, class Finish>
  void apply(std::span<const Real* const> x, Rows rows, const Finish& finish) const;
  /// y = K x
  template <class Real>
  void apply(const NodalVector<Real>& x, NodalVector<Real>& y, Rows rows = Rows::kFree) const;

  /// 1 / diagonal of every node (its three components have the same), in the order of nodes. Held components are not treated.
  std::vector<float> inverse_diagonal() const;
  /// Sets held components to zero.
  template <class Real>
  void clear_fixed(Real* vector) const {
    for (const std::int64_t i : fixed_) vector[i] = Real(0);
  }

 private:
  template <class Real>
  const ModalStiffness<Real>& stiffness() const {
    if constexpr (std::is_same_v<Real, float>) return single_;
    else return double_;
  }

  const VoxelBlocks& model_;
  double poisson_ratio_;
  ModalStiffness<float> single_;
  ModalStiffness<double> double_;
  std::vector<std::int64_t> fixed_;
  std::vector<std::int64_t> fixed_begin_;  ///< per block, into fixed_
};

template <class Real, class Finish>
void VoxelOperator::apply(std::span<const Real* const> x, Rows rows, const Finish& finish) const {
  const auto& blocks = model_.blocks();
  const auto& strips = model_.strips();
  tbb::parallel_for(std::size_t(0), strips.size(), [&](std::size_t s) {
    const BlockStrip strip = strips[s];
    BlockModuli moduli;
    const auto forces = std::make_unique<BlockForces<Real>[]>(x.size());
    const auto clear_carry = [&] {
      for (std::size_t v = 0; v < x.size(); ++v) std::memset(&forces[v].carry_in, 0, sizeof forces[v].carry_in);
    };
    const auto compute = [&](const VoxelBlock& block) {
      read_moduli(model_, block, moduli);
      for (std::size_t v = 0; v < x.size(); ++v) block_forces(model_, block, moduli, stiffness<Real>(), x[v], forces[v]);
    };
    const auto take_carry = [&] {
      for (std::size_t v = 0; v < x.size(); ++v) forces[v].carry_in = forces[v].carry_out;
    };
    clear_carry();
    const VoxelBlock& last = blocks[std::size_t(strip.end - 1)];
    if (model_.grid().periodic[0] && blocks[std::size_t(strip.first)].x == 0 && 8 * (last.x + 1L) >= model_.grid().size[0]) {
      compute(last);  // the last voxels load the first nodes
      take_carry();
    }
    for (std::int32_t b = strip.first; b < strip.end; ++b) {
      const VoxelBlock& block = blocks[std::size_t(b)];
      if (b > strip.first && blocks[std::size_t(b - 1)].x + 1 != block.x) clear_carry();
      compute(block);
      for (std::size_t v = 0; v < x.size(); ++v) {
        if (rows == Rows::kFree)
          for (std::int64_t f = fixed_begin_[std::size_t(b)]; f < fixed_begin_[std::size_t(b) + 1]; ++f)
            forces[v].force[fixed_[std::size_t(f)] - 3 * block.first_node] = Real(0);
        finish(s, block, v, static_cast<const Real*>(forces[v].force));
      }
      take_carry();
    }
  });
}

}  // namespace spongiosa::fea::micro
