#pragma once
/// Numbers of a stress distribution as the tools' documents give them.

#include "core/json.h"
#include "fea/results/stress_histogram.h"

namespace spongiosa::workflow {

inline Json percentiles_json(const fea::StressHistogram& h) {
  return {{"p50", h.percentile(0.5)}, {"p95", h.percentile(0.95)}, {"p99", h.percentile(0.99)}, {"p99_9", h.percentile(0.999)}, {"peak", h.peak()}};
}

}  // namespace spongiosa::workflow
