#pragma once
/// The stiffness matrix of a voxel solid without the matrix: y = K x for one load case or eight, with what follows done block by block
/// while the block's forces are still in cache.
///
/// Forces are for unit modulus and unit voxel edge: multiply by modulus times voxel edge for newton per millimetre.

#include "fea/micro/lane_kernel.h"

#include <tbb/parallel_for.h>

#include <cstring>
#include <memory>

namespace spongiosa::fea::micro {

/// A nodal vector: 3 numbers per node (see voxel_blocks.h), `Lanes` load cases side by side, and 8 zeros that the kernel may read.
template <class Real, int Lanes = 1>
class NodalVector {
 public:
  NodalVector() = default;
  explicit NodalVector(const VoxelBlocks& model) : data_(std::size_t(model.unknown_count() * Lanes) + 8, Real(0)) {}
  /// Of numbers, over all load cases.
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
  /// For every own block (see VoxelBlocks): finish(strip, block, forces of the block's unknowns). Blocks of a strip come in order from one thread; strips run
  /// in parallel. `finish` may write any vector but x, at the block's own unknowns. Lanes: 1 or kLoadLanes numbers per unknown.
  template <int Lanes, class Real, class Finish>
  void apply_blocks(const Real* x, Rows rows, const Finish& finish) const;
  /// y = K x for the own unknowns; x has the values of the others' nodes.
  template <class Real>
  void apply(const NodalVector<Real>& x, NodalVector<Real>& y, Rows rows = Rows::kFree) const;

  /// 1 / diagonal of every node (its three components have the same), in the order of nodes. Held components are not treated.
  std::vector<float> inverse_diagonal() const;
  /// Sets held components to zero.
  template <int Lanes, class Real>
  void clear_fixed(Real* vector) const {
    for (const std::int64_t i : fixed_)
      for (int lane = 0; lane < Lanes; ++lane) vector[Lanes * i + lane] = Real(0);
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

template <int Lanes, class Real, class Finish>
void VoxelOperator::apply_blocks(const Real* x, Rows rows, const Finish& finish) const {
  static_assert(Lanes == 1 || Lanes == kLoadLanes);
  using Forces = std::conditional_t<Lanes == 1, BlockForces<Real>, LaneForces<Real>>;
  const auto& blocks = model_.blocks();
  const std::span<const BlockStrip> strips = model_.own_strips();
  tbb::parallel_for(std::size_t(0), strips.size(), [&](std::size_t s) {
    const BlockStrip strip = strips[s];
    BlockModuli moduli;
    static thread_local std::unique_ptr<Forces> kept;  // clearing a new one would cost as much as a small block
    if (!kept) kept = std::make_unique<Forces>();
    Forces& forces = *kept;
    const auto clear_carry = [&] { std::memset(&forces.carry_in, 0, sizeof forces.carry_in); };
    const auto compute = [&](const VoxelBlock& block) {
      read_moduli(model_, block, moduli);
      block_forces(model_, block, moduli, stiffness<Real>(), x, forces);
    };
    clear_carry();
    const VoxelBlock& last = blocks[std::size_t(strip.end - 1)];
    if (model_.grid().periodic[0] && blocks[std::size_t(strip.first)].x == 0 && 8 * (last.x + 1L) >= model_.grid().size[0]) {
      compute(last);  // the last voxels load the first nodes
      forces.carry_in = forces.carry_out;
    }
    for (std::int32_t b = strip.first; b < strip.end; ++b) {
      const VoxelBlock& block = blocks[std::size_t(b)];
      if (b > strip.first && blocks[std::size_t(b - 1)].x + 1 != block.x) clear_carry();
      compute(block);
      if (rows == Rows::kFree)
        for (std::int64_t f = fixed_begin_[std::size_t(b)]; f < fixed_begin_[std::size_t(b) + 1]; ++f)
          for (int lane = 0; lane < Lanes; ++lane)
            forces.force[Lanes * (fixed_[std::size_t(f)] - 3 * block.first_node) + lane] = Real(0);
      finish(s, block, static_cast<const Real*>(forces.force));
      forces.carry_in = forces.carry_out;
    }
  });
}

}  // namespace spongiosa::fea::micro
