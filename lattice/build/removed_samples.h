#pragma once
/// Samples of a part's grid that are made void after its field has been evaluated.

#include "core/vector.h"

#include <cstdint>
#include <vector>

namespace spongiosa::lattice {

class RemovedSamples {
 public:
  /// Consecutive samples of one row: [begin, end) in the whole grid, x fastest.
  struct Run {
    std::int64_t begin, end;
  };

  RemovedSamples() = default;
  /// @param runs  any order, not overlapping
  explicit RemovedSamples(std::vector<Run> runs);

  bool empty() const { return runs_.empty(); }
  /// Changes the sign of the samples of `field` that are removed; `field` holds samples first .. first + count - 1 of the grid.
  void apply(std::int64_t first, std::int64_t count, float* field) const;

 private:
  std::vector<Run> runs_;  ///< ascending
};

}  // namespace spongiosa::lattice
