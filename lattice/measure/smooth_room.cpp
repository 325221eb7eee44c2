#include "lattice/measure/smooth_room.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kLeastReach = 2.6;
constexpr double kMostLeft_voxels = 0.03;

}  // namespace

SmoothRoom::SmoothRoom(const Room& room, SmoothFit::Faces faces, const Vec3& middle, double half, double voxel_mm)
    : faces_(faces), middle_(middle), reach_(std::max(kLeastReach, half + 1.0)),
      fit_(faces, reach_, faces == SmoothFit::Faces::kOne ? half : 0.0,
           faces == SmoothFit::Faces::kOne ? Vec3(Vec3::UnitX()) : Vec3(normal(room) / half)) {
  const std::vector<SmoothFit::Sample> samples = around(room, voxel_mm);
  const auto beyond = std::count_if(samples.begin(), samples.end(), [&](const SmoothFit::Sample& s) { return (s.value > 0.0) == (faces_ == SmoothFit::Faces::kTwo); });
  if (samples.size() < 21 || (faces_ == SmoothFit::Faces::kTwo && beyond < 7)) return;
  fit_.set_samples(samples, 5);
  if (faces_ == SmoothFit::Faces::kTwo) {
    // Planes first: which side of the middle a sample is on must be right before curved terms bend it.
    for (const int degree : {1, 2, 3}) fit_.fit(degree);
  } else {
    // No plane is like a hole: the samples' own values first, which but for the hole's middle are about F.
    fit_.fit_values(3);
    for (const int degree : {2, 3}) fit_.fit(degree);
  }
  double kept = fit_.doubt(0.05);
  for (const int degree : {3, 4, 5}) {
    fit_.fit(degree);
    kept = fit_.doubt(0.02);
  }
  fit_.fit(5);
  if (!(kept > 0.8 && fit_.left() < kMostLeft_voxels)) return;
  find_starts(samples);
  good_ = !starts_.empty();
}

template <class F>
void SmoothRoom::for_each_sample(const Room& room, const F& f) const {
  const std::int64_t most = std::int64_t(std::ceil(reach_));
  const Index3 at{std::lround(middle_[0]), std::lround(middle_[1]), std::lround(middle_[2])};
  for (std::int64_t k = std::max<std::int64_t>(at[2] - most, 0); k <= std::min(at[2] + most, room.size()[2] - 1); ++k)
    for (std::int64_t j = std::max<std::int64_t>(at[1] - most, 0); j <= std::min(at[1] + most, room.size()[1] - 1); ++j)
      for (std::int64_t i = std::max<std::int64_t>(at[0] - most, 0); i <= std::min(at[0] + most, room.size()[0] - 1); ++i) {
        const Vec3 place = Vec3(double(i), double(j), double(k)) - middle_;
        if (place.norm() <= reach_) f(Index3{i, j, k}, place);
      }
}

std::vector<SmoothFit::Sample> SmoothRoom::around(const Room& room, double voxel_mm) const {
  // Samples beyond the walls, up to this; further out their first-order distances bend.
  constexpr double kBeyond = 1.2;
  const double sign = faces_ == SmoothFit::Faces::kTwo ? -1.0 : 1.0;
  std::vector<SmoothFit::Sample> samples;
  for_each_sample(room, [&](const Index3& n, const Vec3& place) {
    const double value = double(room.at(n[0], n[1], n[2])) / voxel_mm;
    if (value >= -kBeyond && std::isfinite(value)) samples.push_back({place, sign * value, 1.0 / (1.0 + 4.0 * value * value)});
  });
  return samples;
}

/// The direction in which the samples change most.
Vec3 SmoothRoom::normal(const Room& room) const {
  Mat3 sum = Mat3::Zero();
  for_each_sample(room, [&](const Index3& n, const Vec3&) {
    Vec3 slope = Vec3::Zero();
    for (std::size_t a = 0; a < 3; ++a) {
      Index3 low = n, high = n;
      low[a] = std::max<std::int64_t>(0, n[a] - 1);
      high[a] = std::min(room.size()[a] - 1, n[a] + 1);
      slope[Eigen::Index(a)] = double(room.at(high[0], high[1], high[2])) - double(room.at(low[0], low[1], low[2]));
    }
    sum += slope * slope.transpose();
  });
  return Eigen::SelfAdjointEigenSolver<Mat3>(sum).eigenvectors().col(2);
}

void SmoothRoom::find_starts(const std::vector<SmoothFit::Sample>& samples) {
  constexpr double kFromWall = 0.6, kApart = 0.7;
  for (const SmoothFit::Sample& s : samples) {
    if (std::abs(s.value) > kFromWall) continue;
    Vec3 gradient;
    const double end = faces_ == SmoothFit::Faces::kOne ? 0.0 : fit_.value(s.place, gradient) > 0.0 ? 1.0 : -1.0;
    const std::optional<Vec3> on_wall = fit_.foot(s.place, s.place, end, reach_ + 0.5);
    if (!on_wall) continue;
    const auto beside = [&](const Start& other) { return other.end == end && (other.place - *on_wall).squaredNorm() < kApart * kApart; };
    if (std::none_of(starts_.begin(), starts_.end(), beside)) starts_.push_back({*on_wall, end});
  }
}

double SmoothRoom::clearance(const Vec3& at, LeastDistance& least) const {
  const Vec3 x = at - middle_;
  Vec3 gradient;
  const double f = fit_.value(x, gradient);
  if (!(faces_ == SmoothFit::Faces::kTwo ? std::abs(f) < 1.0 : f > 0.0)) return -1.0;
  return least.at(x, starts_.size(), [&](std::size_t n) {
    // Further out the polynomial is not held by samples.
    const std::optional<Vec3> foot = fit_.foot(x, starts_[n].place, starts_[n].end, reach_ + 1.0);
    return ((foot ? *foot : starts_[n].place) - x).norm();
  });
}

}  // namespace spongiosa::lattice
