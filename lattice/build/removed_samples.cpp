#include "lattice/build/removed_samples.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

RemovedSamples::RemovedSamples(std::vector<Run> runs) : runs_(std::move(runs)) {
  std::sort(runs_.begin(), runs_.end(), [](const Run& a, const Run& b) { return a.begin < b.begin; });
}

void RemovedSamples::apply(std::int64_t first, std::int64_t count, float* field) const {
  auto run = std::upper_bound(runs_.begin(), runs_.end(), first, [](std::int64_t n, const Run& r) { return n < r.end; });
  for (; run != runs_.end() && run->begin < first + count; ++run)
    for (std::int64_t n = std::max(run->begin, first); n < std::min(run->end, first + count); ++n)
      field[n - first] = std::abs(field[n - first]);
}

}  // namespace spongiosa::lattice
