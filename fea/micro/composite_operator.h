#pragma once
/// Galerkin operator of the first coarse level without a matrix: coarse cubes with the moduli of their 2x2x2 voxels. It is the level
/// that would cost the most memory (1 kB per node as a matrix).

#include "fea/micro/composite_kernel.h"
#include "fea/micro/coarse_operator.h"

namespace spongiosa::fea::micro {

class CompositeOperator : public CoarseOperator {
 public:
  CompositeOperator(const FirstCoarseLevel& level, double poisson_ratio);

  std::int64_t bytes() const override;
  void multiply(const CoarseVector& x, CoarseVector& y) const override;
  void residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const override;
  void smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const override;

 private:
  /// All cubes that touch the nodes of one block of cubes, so that the block alone writes them.
  struct Part {
    std::int32_t first_node, end_node;
    std::vector<std::int32_t> foreign;     ///< other nodes of those cubes; local numbers follow the own ones, then one that is zero
    std::vector<CompositeBatch> batches;
    std::vector<std::pair<std::int32_t, std::uint8_t>> held;  ///< own local node, components
  };
  template <class Finish>
  void apply(const CoarseVector& x, const Finish& finish) const;

  CompositeConstants constants_;
  std::vector<Part> parts_;
};

}  // namespace spongiosa::fea::micro
