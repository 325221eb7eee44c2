#pragma once
/// A block of voxels with a round hole in general position, and the exact solution in an infinite body around it (E 1, nu 0.3): what recovered stress is tested with.

#include "tests/fea/micro/voxel_solids.h"

#include <complex>

namespace spongiosa::fea::micro {

enum class HoleShape {
  kCylinder,  ///< along z; pulled with stress 1 along x, plane strain
  kSphere,    ///< pulled with stress 1 along all axes
};

struct RoundHole {
  HoleShape shape;
  double radius;  ///< voxels

  static constexpr double kPoisson = 0.3, kShear = 0.5 / (1.0 + kPoisson);

  std::int64_t edge() const { return 2 * std::llround((shape == HoleShape::kCylinder ? 3.0 : 2.0) * radius) + 4; }
  Index3 size() const { return {edge(), edge(), shape == HoleShape::kCylinder ? 4 : edge()}; }
  Vec3 from_middle(const Vec3& p) const { return p - Vec3(0.5 * double(edge()) + 0.21, 0.5 * double(edge()) - 0.37, 0.5 * double(edge()) + 0.13); }
  double distance(const Vec3& p) const {
    const Vec3 x = from_middle(p);
    return shape == HoleShape::kCylinder ? std::hypot(x.x(), x.y()) : x.norm();
  }

  VoxelBlocks solid() const {
    const Index3 n = size();
    std::vector<float> scale(std::size_t(product(n)));
    for (std::int64_t c = 0; c < product(n); ++c) {
      const Vec3 corner(double(c % n[0]), double(c / n[0] % n[1]), double(c / (n[0] * n[1])));
      if (const double d = distance(corner + Vec3::Constant(0.5)) - radius; std::abs(d) > 1.0) {
        scale[std::size_t(c)] = d > 0.0 ? 1.0f : 0.0f;
        continue;
      }
      constexpr int kParts = 8;
      int outside = 0;
      for (int s = 0; s < kParts * kParts * kParts; ++s)
        outside += distance(corner + Vec3(s % kParts + 0.5, s / kParts % kParts + 0.5, s / (kParts * kParts) + 0.5) / kParts) > radius;
      scale[std::size_t(c)] = float(outside) / float(kParts * kParts * kParts);
    }
    return VoxelBlocks({n}, scale, 0.02f);
  }

  /// Kirsch 1898 in Kolosov's form; Lame 1852.
  Vec3 displacement(const Vec3& p) const {
    const Vec3 x = from_middle(p);
    if (shape == HoleShape::kSphere) {
      const double r = x.norm();
      return r > 0.0 ? Vec3(x / r * ((1.0 - 2.0 * kPoisson) * r + radius * radius * radius / (4.0 * kShear * r * r))) : Vec3(Vec3::Zero());
    }
    const Kirsch k(*this, x);
    const std::complex<double> u = ((3.0 - 4.0 * kPoisson) * k.phi - k.z * std::conj(k.phi1) - std::conj(k.psi)) / (2.0 * kShear);
    return {u.real(), u.imag(), 0.0};
  }
  /// On the surface for places in the hole.
  Vec6 stress(const Vec3& p) const {
    Vec3 x = from_middle(p);
    const double r = distance(p);
    Vec6 result = Vec6::Zero();
    if (shape == HoleShape::kSphere) {
      const double cube = std::pow(radius / std::max(r, radius), 3);
      const Eigen::Matrix3d s = (1.0 + 0.5 * cube) * Eigen::Matrix3d::Identity() - 1.5 * cube / (r * r) * x * x.transpose();
      result << s(0, 0), s(1, 1), s(2, 2), s(1, 2), s(0, 2), s(0, 1);
      return result;
    }
    if (r < radius) x *= radius / r;
    const Kirsch k(*this, x);
    const double sum = 4.0 * k.phi1.real();
    const std::complex<double> difference = 2.0 * (std::conj(k.z) * k.phi2 + k.psi1);
    result << 0.5 * (sum - difference.real()), 0.5 * (sum + difference.real()), kPoisson * sum, 0.0, 0.0, 0.5 * difference.imag();
    return result;
  }

 private:
  struct Kirsch {
    std::complex<double> z, phi, phi1, phi2, psi, psi1;
    Kirsch(const RoundHole& hole, const Vec3& x) : z(x.x(), x.y()) {
      if (std::abs(z) < 1e-9) z = 1e-9;
      const double a = hole.radius * hole.radius;
      phi = 0.25 * (z + 2.0 * a / z);
      phi1 = 0.25 * (1.0 - 2.0 * a / (z * z));
      phi2 = a / (z * z * z);
      psi = -0.5 * (z + a / z - a * a / (z * z * z));
      psi1 = -0.5 * (1.0 - a / (z * z) + 3.0 * a * a / (z * z * z * z));
    }
  };
};

}  // namespace spongiosa::fea::micro
