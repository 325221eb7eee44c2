#include "fea/continuum/case_result.h"
#include "fea/results/percentiles.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa::fea;

TEST_CASE("linear-time percentiles agree with sorting") {
  std::mt19937 random(7);
  std::vector<float> values, weights;
  std::vector<std::pair<double, double>> pairs;
  for (int i = 0; i < 50000; ++i) {
    const double a = double(random()) / 4294967296.0;
    values.push_back(float(a * a * a * 300.0 - 5.0));
    weights.push_back(i % 7 == 0 ? 0.0f : float(random() % 8) / 8.0f);
    pairs.emplace_back(double(values.back()), double(weights.back()));
  }
  for (const double fraction : {0.0, 0.003, 0.25, 0.5, 0.95, 0.999, 1.0}) {
    INFO(fraction);
    // The smallest fraction is the smallest value that weighs anything.
    if (fraction > 0.0) CHECK(weighted_percentiles(values, weights, {fraction})[0] == Approx(weighted_percentile(pairs, fraction)).epsilon(1e-6));
  }
  const StressPercentiles p = stress_percentiles(values, weights);
  CHECK(p.p50 < p.p95);
  CHECK(p.p95 < p.p99);
  CHECK(p.p99 < p.p999);
  CHECK(p.p999 <= p.peak);
}

TEST_CASE("percentiles of one value, of equal values and of none") {
  CHECK(weighted_percentiles({}, {}, {0.5})[0] == 0.0);
  CHECK(weighted_percentiles({3.0f}, {0.2f}, {0.0, 1.0}) == std::vector<double>{3.0, 3.0});
  CHECK(weighted_percentiles({2.0f, 2.0f, 2.0f}, {1, 1, 1}, {0.5})[0] == 2.0);
  // Weights decide: nine tenths of the weight lie at 1.
  CHECK(weighted_percentiles({1.0f, 5.0f}, {9.0f, 1.0f}, {0.5, 0.9, 0.95}) == std::vector<double>{1.0, 1.0, 5.0});
}
