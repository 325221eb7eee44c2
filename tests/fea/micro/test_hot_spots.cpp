#include "fea/micro/hot_spots.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

TEST_CASE("hot spots: two apart, sorted by peak, with volume and place") {
  std::vector<float> scale(10 * 10 * 10, 1.0f);
  scale[std::size_t(2 + 10 * (2 + 10 * 2))] = 0.5f;
  const VoxelBlocks model({{10, 10, 10}}, scale, 0.1f);
  std::vector<float> values(std::size_t(model.voxel_count()), 1.0f);
  const auto set = [&](const Index3& voxel, float value) { values[std::size_t(model.voxel_index(voxel))] = value; };
  set({2, 2, 2}, 6.0f);
  set({3, 3, 2}, 4.0f);  // touches the first at an edge
  set({8, 8, 8}, 9.0f);
  const auto spots = find_hot_spots(model, values, 3.0);
  REQUIRE(spots.size() == 2);
  CHECK(spots[0].peak == 9.0);
  CHECK(spots[0].centre == Vec3(8.5, 8.5, 8.5));
  CHECK(spots[1].peak == 6.0);
  CHECK(spots[1].volume == Approx(1.5));
  CHECK(spots[1].mean == Approx((0.5 * 6.0 + 4.0) / 1.5));
  CHECK(spots[1].peak_voxel == Index3{2, 2, 2});
  CHECK(find_hot_spots(model, values, 10.0).empty());
}
