#pragma once
/// Pieces of solid that hang on nothing: cut struts at the faces, corners between rim and channel.

#include "core/vector.h"
#include "lattice/build/removed_samples.h"

#include <vector>

namespace spongiosa::lattice {

/// A connected piece of solid samples.
struct SolidPiece {
  std::int64_t samples = 0;
  Vec3 centre_Index = Vec3::Zero();  ///< mean of its samples
};

/// Finds the pieces of a field that is never in memory at once. Pieces are 6-connected: the rule by which
/// geometry::extract_surface separates components. Memory: 16 bytes per run of solid samples in a row.
class SolidPieces {
 public:
  explicit SolidPieces(const Index3& size);
  /// Layers in ascending order without gap or overlap.
  /// @throws Error(kComputationFailed) for more than 2^32 - 1 runs.
  void add(std::int64_t first_layer, std::int64_t layers, const float* field);

  struct Islands {
    std::vector<SolidPiece> pieces;  ///< all but the largest, by falling size
    RemovedSamples samples;          ///< theirs
  };
  /// When all layers have been added.
  Islands islands() const;

 private:
  Index3 size_;
  std::int64_t next_layer_ = 0;
  std::vector<RemovedSamples::Run> runs_;
  std::vector<std::uint32_t> row_start_{0};
};

}  // namespace spongiosa::lattice
