#include "workflow/tools/microfe_coarse.h"

#include "fea/micro/halved_voxels.h"
#include "workflow/tools/microfe_input.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace micro = fea::micro;

CoarsePart::CoarsePart(const micro::VoxelBlocks& fine, double poisson_ratio, micro::PlatenContact contact, std::int64_t seat, std::int64_t zone,
                       const Progress& progress)
    : piece_(micro::largest_piece(micro::halved_voxels(fine, kSmallestShare), micro::Islands::kRemove)),
      poisson_ratio_(poisson_ratio),
      zone_(std::max<std::int64_t>(1, (zone + 1) / 2)),
      test_(piece_.model, poisson_ratio, {contact, (seat + 1) / 2}, {}, progress) {}

micro::StressStatistics CoarsePart::stress(micro::PlatenMotion motion, double load, double youngs_modulus_mpa, double fine_voxel_mm, double tolerance,
                                           const Progress& progress) {
  micro::NodalVector<double> displacement;
  const micro::PlatenResult result = test_.run(motion, displacement, {tolerance, 300}, progress);
  const bool turns = is_rotation(motion);
  const double edge_mm = 2.0 * fine_voxel_mm;
  const double stiffness = result.stiffness * youngs_modulus_mpa * (turns ? edge_mm * edge_mm * edge_mm : edge_mm);
  const double amount = std::abs(load / stiffness);  // mm or radian
  return micro::stress_statistics({piece_.model, poisson_ratio_, displacement}, turns ? amount * youngs_modulus_mpa : amount / edge_mm * youngs_modulus_mpa,
                                  micro::between_ends(piece_.model, zone_));
}

}  // namespace spongiosa::workflow
