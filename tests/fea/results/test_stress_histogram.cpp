#include "fea/results/percentiles.h"
#include "fea/results/stress_histogram.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa::fea;

TEST_CASE("histogram: percentiles, mean and peak of random values are those of the sorted values") {
  std::mt19937 random(7);
  std::lognormal_distribution<float> stress(4.0f, 0.7f);
  std::uniform_real_distribution<float> share(0.0f, 1.0f);
  std::vector<float> values, weights;
  StressHistogram histogram, first, second;
  double sum = 0.0, total = 0.0;
  for (int i = 0; i < 40000; ++i) {
    values.push_back(stress(random));
    weights.push_back(share(random));
    histogram.add(values.back(), double(weights.back()));
    (i % 3 ? first : second).add(values.back(), double(weights.back()));
    sum += double(values.back()) * double(weights.back());
    total += double(weights.back());
  }
  const std::vector<double> fractions = {0.01, 0.5, 0.95, 0.999};
  const std::vector<double> exact = weighted_percentiles(values, weights, fractions);
  for (std::size_t f = 0; f < fractions.size(); ++f) CHECK(histogram.percentile(fractions[f]) == Approx(exact[f]).epsilon(1.0 / 4096.0));
  CHECK(histogram.total() == Approx(total).epsilon(1e-6));
  CHECK(histogram.mean() == Approx(sum / total).epsilon(1.0 / 4096.0));
  CHECK(histogram.peak() == double(*std::max_element(values.begin(), values.end())));
  // In parts and in another order: the same bits.
  second.add(first);
  for (const double f : fractions) CHECK(second.percentile(f) == histogram.percentile(f));
  CHECK(second.total() == histogram.total());
}

TEST_CASE("histogram: the part that is stressed most") {
  StressHistogram histogram;
  histogram.add(100.0f, 1.0);
  histogram.add(200.0f, 2.0);
  histogram.add(400.0f, 0.5);
  const auto top = histogram.highest(1.5);
  CHECK(top.weight == Approx(1.5));
  CHECK(top.least == Approx(200.0).epsilon(1e-3));
  CHECK(top.mean == Approx((0.5 * 400.0 + 1.0 * 200.0) / 1.5).epsilon(1e-3));
  CHECK(histogram.highest(10.0).weight == Approx(3.5));  // there is no more
  CHECK(histogram.highest(10.0).mean == Approx((100.0 + 400.0 + 200.0) / 3.5).epsilon(1e-3));
  CHECK(StressHistogram().percentile(0.5) == 0.0);
  CHECK(StressHistogram().highest(1.0).weight == 0.0);
}
