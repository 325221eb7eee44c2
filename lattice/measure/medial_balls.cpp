#include "lattice/measure/medial_balls.h"

#include "lattice/measure/patch_set.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

constexpr float kFurthest_voxels = 1.5f;  ///< a ball that would move further is found from a sample nearer to the axis

class BallFinder {
 public:
  BallFinder(const SurfacePoints& surface, const SurfaceDistance& distance, MaterialPhase phase, const FloatImage* zone)
      : surface_(surface), distance_(distance), sign_(sign_of(phase)), zone_(zone), size_(surface.field().size), layer_(size_[0] * size_[1]) {}

  bool candidate(std::size_t n) const {
    return sign_ * distance_.signed_voxels[n] > 0.0f && distance_.nearest[n] != SurfacePoints::kNone && (!zone_ || zone_->data[n] < 0.0f);
  }

  /// False where the sample is not near the medial axis.
  bool find(std::int64_t i, std::int64_t j, std::int64_t k, MedialBall& ball) {
    const std::size_t n = offset(i, j, k);
    const Vec3f p{float(i), float(j), float(k)};
    const float d = sign_ * distance_.signed_voxels[n];
    if (clearly_off_axis(i, j, k)) return false;
    const SurfacePatch foot = made(distance_.nearest[n]).patch;
    const Vec3f away = direction(p, foot);
    const float room = free_way(p, away, n);
    // Off the axis the distance grows by as much as one moves away from the surface.
    constexpr float kGrowth = 0.85f;
    if (room >= 1.0f && value(p + away) >= d + kGrowth) return false;
    patches_.clear();
    block_count_ = 0;
    ++ball_;
    collect(i, j, k);
    const Vec3f ahead = p + std::min(1.0f, room) * away;
    collect(std::lround(ahead[0]), std::lround(ahead[1]), std::lround(ahead[2]));
    // Contacts at a small angle to the first one tell little of where the axis lies: a hundredth of a voxel in the surface moves
    // the centre by half a voxel. So the centre is also tried without them; the larger ball counts.
    ball = {p, d, std::uint32_t(n)};
    bool near = false;
    for (const float t : patches_.ways_to_second_contact(p, away, d, sign_)) {
      if (t > kFurthest_voxels && t < room) continue;
      near = true;
      const Vec3f centre = p + std::min({t, room, kFurthest_voxels}) * away;
      collect(std::lround(centre[0]), std::lround(centre[1]), std::lround(centre[2]));
      const float r = patches_.distance(centre);
      if (r > ball.radius) {
        ball.centre = centre;
        ball.radius = r;
      }
    }
    return near;
  }

 private:
  std::size_t offset(std::int64_t i, std::int64_t j, std::int64_t k) const { return std::size_t(i + size_[0] * j + layer_ * k); }
  /// Away from the surface, into the phase.
  Vec3f direction(const Vec3f& p, const SurfacePatch& foot) const {
    return foot.below(p) ? Vec3f(sign_ * foot.normal) : Vec3f((p - foot.point).normalized());
  }

  /// The same question as find() begins with, asked of the neighbours alone, with a margin: true for most samples, at a fraction of the
  /// cost of the surface patch.
  bool clearly_off_axis(std::int64_t i, std::int64_t j, std::int64_t k) const {
    constexpr float kSmooth = 0.9f, kGrowth = 0.93f, kAlong = 0.38f;
    if (i < 2 || j < 2 || k < 2 || i + 3 > size_[0] || j + 3 > size_[1] || k + 3 > size_[2]) return false;
    const std::int64_t n = i + size_[0] * j + layer_ * k, step[3] = {1, size_[0], layer_};
    const float* d = distance_.signed_voxels.data() + n;
    Vec3f slope;
    for (int a = 0; a < 3; ++a) slope[a] = 0.5f * sign_ * (d[step[a]] - d[-step[a]]);
    const float norm = slope.norm();
    if (!(norm > kSmooth)) return false;
    std::int64_t next = 0;
    float way = 0.0f;
    for (int a = 0; a < 3; ++a) {
      const float along = slope[a] / norm;
      if (std::abs(along) < kAlong) continue;
      next += along > 0.0f ? step[a] : -step[a];
      way += std::abs(along);
    }
    return sign_ * (d[next] - d[0]) >= kGrowth * way && (!zone_ || zone_->data[std::size_t(n + next)] < 0.0f);
  }

  /// How far one can go before grid or zone end, at most 2 voxels.
  float free_way(const Vec3f& p, const Vec3f& away, std::size_t n) const {
    float way = 2.0f;
    for (int a = 0; a < 3; ++a) {
      if (away[a] > 1e-6f) way = std::min(way, (float(size_[std::size_t(a)] - 1) - p[a]) / away[a]);
      if (away[a] < -1e-6f) way = std::min(way, -p[a] / away[a]);
    }
    if (!zone_ || way <= 0.0f) return std::max(way, 0.0f);
    const float step = std::min(way, 1.0f);
    const float here = zone_->data[n], there = trilinear(zone_->data.data(), p + step * away);
    return there < 0.0f ? way : step * here / (here - there);
  }

  float trilinear(const float* data, const Vec3f& p) const {
    std::int64_t base[3];
    float t[3];
    for (int a = 0; a < 3; ++a) {
      base[a] = std::clamp<std::int64_t>(std::int64_t(std::floor(p[a])), 0, size_[std::size_t(a)] - 2);
      t[a] = p[a] - float(base[a]);
    }
    const float* v = data + offset(base[0], base[1], base[2]);
    const auto mix = [](float a, float b, float s) { return a + s * (b - a); };
    const auto row = [&](std::int64_t at) { return mix(v[at], v[at + 1], t[0]); };
    return mix(mix(row(0), row(size_[0]), t[1]), mix(row(layer_), row(layer_ + size_[0]), t[1]), t[2]);
  }
  float value(const Vec3f& p) const { return sign_ * trilinear(distance_.signed_voxels.data(), p); }

  /// Adds the surface patches nearest to the samples of a 3 x 3 x 3 block.
  void collect(std::int64_t i, std::int64_t j, std::int64_t k) {
    const Index3 block{i, j, k};
    if (std::find(blocks_.begin(), blocks_.begin() + std::ptrdiff_t(block_count_), block) != blocks_.begin() + std::ptrdiff_t(block_count_)) return;
    blocks_[block_count_++] = block;
    std::uint32_t last = SurfacePoints::kNone;
    for (std::int64_t z = std::max<std::int64_t>(k - 1, 0); z <= std::min(k + 1, size_[2] - 1); ++z)
      for (std::int64_t y = std::max<std::int64_t>(j - 1, 0); y <= std::min(j + 1, size_[1] - 1); ++y)
        for (std::int64_t x = std::max<std::int64_t>(i - 1, 0); x <= std::min(i + 1, size_[0] - 1); ++x) {
          const std::uint32_t code = distance_.nearest[offset(x, y, z)];
          if (code == last || code == SurfacePoints::kNone) continue;
          last = code;
          Made& entry = made(code);
          if (entry.ball == ball_) continue;
          entry.ball = ball_;
          patches_.add(entry.patch);
        }
  }

  /// Patches made lately; samples side by side mostly share their nearest crossings. `ball` is the last one whose set holds it.
  struct Made {
    std::uint32_t code = SurfacePoints::kNone, ball = 0;
    SurfacePatch patch;
  };
  Made& made(std::uint32_t code) {
    Made& entry = made_[(code * 2654435761u) >> (32 - kCacheBits)];
    if (entry.code != code) entry = {code, 0, surface_.patch(code)};
    return entry;
  }

  static constexpr int kCacheBits = 12;
  const SurfacePoints& surface_;
  const SurfaceDistance& distance_;
  const float sign_;
  const FloatImage* zone_;
  const Index3 size_;
  const std::int64_t layer_;
  std::vector<Made> made_ = std::vector<Made>(std::size_t(1) << kCacheBits);
  std::uint32_t ball_ = 0;                ///< counts the balls looked for
  PatchSet patches_;                      ///< near the present one, each once
  std::array<Index3, 4> blocks_;          ///< where they were collected
  std::size_t block_count_ = 0;
};

}  // namespace

std::vector<MedialBall> medial_balls(const FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase,
                                     const FloatImage* zone, const Progress& progress) {
  const auto [nx, ny, nz] = field.size;
  progress.report(0.0, "finding the largest balls");
  const SurfacePoints surface(field);
  // In small blocks, so that samples which share a crossing come soon after each other.
  constexpr std::int64_t kThick = 8, kWide = 16, kLong = 32;
  std::vector<std::vector<MedialBall>> slabs{std::size_t((nz + kThick - 1) / kThick)};
  tbb::parallel_for(std::size_t(0), slabs.size(), [&, nx = nx, ny = ny, nz = nz](std::size_t slab) {
    BallFinder finder(surface, distance, phase, zone);
    MedialBall ball;
    const std::int64_t k0 = std::int64_t(slab) * kThick, k1 = std::min(k0 + kThick, nz);
    for (std::int64_t j0 = 0; j0 < ny; j0 += kWide)
      for (std::int64_t i0 = 0; i0 < nx; i0 += kLong)
        for (std::int64_t k = k0; k < k1; ++k)
          for (std::int64_t j = j0; j < std::min(j0 + kWide, ny); ++j)
            for (std::int64_t i = i0; i < std::min(i0 + kLong, nx); ++i)
              if (finder.candidate(field.offset(i, j, k)) && finder.find(i, j, k, ball)) slabs[slab].push_back(ball);
  });
  progress.report(0.9, "finding the largest balls");
  std::size_t count = 0;
  for (const auto& slab : slabs) count += slab.size();
  std::vector<MedialBall> balls;
  balls.reserve(count);
  for (auto& slab : slabs) {
    balls.insert(balls.end(), slab.begin(), slab.end());
    std::vector<MedialBall>().swap(slab);
  }
  return balls;
}

}  // namespace spongiosa::lattice
