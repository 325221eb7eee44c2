#include "fea/homogenize/conductivity.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::fea {

namespace {

constexpr float kLeast = 1e-3f;
constexpr int kMaxIterations = 20000;

/// The balance of flows of all cubes, by layers in z: each layer is one piece of parallel work, and sums are added in order of layers.
class Network {
 public:
  Network(const Index3& size, const std::vector<float>& share) : n_(size), count_(std::size_t(product(size))) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      face_[axis].resize(count_);
      for_layers([&](std::int64_t k) {
        visit(k, [&](std::size_t c, const std::array<std::size_t, 6>& near) {
          const float a = share[c], b = share[near[2 * axis + 1]];
          face_[axis][c] = a >= kLeast && b >= kLeast ? 2.0f * a * b / (a + b) : 0.0f;
        });
        return 0.0;
      });
    }
    inverse_diagonal_.resize(count_);
    for_layers([&](std::int64_t k) {
      visit(k, [&](std::size_t c, const std::array<std::size_t, 6>& near) {
        double sum = 0.0;
        for (std::size_t axis = 0; axis < 3; ++axis) sum += double(face_[axis][c]) + double(face_[axis][near[2 * axis]]);
        inverse_diagonal_[c] = sum > 0.0 ? float(1.0 / sum) : 0.0f;
      });
      return 0.0;
    });
  }

  std::size_t count() const { return count_; }
  double precondition(std::size_t c) const { return double(inverse_diagonal_[c]); }
  /// Conductance of the face between a cube and the next along the axis.
  double face(std::size_t axis, std::size_t c) const { return double(face_[axis][c]); }

  /// work(layer) for all layers; the sum of what it returns.
  template <class Work>
  double for_layers(const Work& work) const {
    std::vector<double> sums(std::size_t(n_[2]), 0.0);
    tbb::parallel_for(std::int64_t(0), n_[2], [&](std::int64_t k) { sums[std::size_t(k)] = work(k); });
    double sum = 0.0;
    for (const double s : sums) sum += s;
    return sum;
  }
  /// visit(cube, {x-, x+, y-, y+, z-, z+}) for the cubes of a layer.
  template <class Visit>
  void visit(std::int64_t k, const Visit& visit_cube) const {
    const std::size_t nx = std::size_t(n_[0]), ny = std::size_t(n_[1]), nz = std::size_t(n_[2]), z = std::size_t(k);
    const std::size_t below = nx * ny * ((z + nz - 1) % nz), above = nx * ny * ((z + 1) % nz);
    for (std::size_t j = 0; j < ny; ++j) {
      const std::size_t row = nx * j, before = nx * ((j + ny - 1) % ny), after = nx * ((j + 1) % ny), here = nx * ny * z;
      for (std::size_t i = 0; i < nx; ++i) {
        const std::size_t left = i == 0 ? nx - 1 : i - 1, right = i + 1 == nx ? 0 : i + 1;
        visit_cube(here + row + i, {here + row + left, here + row + right, here + before + i, here + after + i, below + row + i, above + row + i});
      }
    }
  }
  double apply(const std::vector<double>& x, std::size_t c, const std::array<std::size_t, 6>& near) const {
    double sum = 0.0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      sum += face(axis, c) * (x[c] - x[near[2 * axis + 1]]) + face(axis, near[2 * axis]) * (x[c] - x[near[2 * axis]]);
    return sum;
  }

 private:
  Index3 n_;
  std::size_t count_;
  std::array<std::vector<float>, 3> face_;
  std::vector<float> inverse_diagonal_;
};

/// Fluctuation of the potential under a unit gradient along `axis`.
std::vector<double> solve(const Network& net, std::size_t axis, std::int64_t layers, double tolerance, PeriodicConductivity& result,
                          const Progress& progress) {
  std::vector<double> x(net.count(), 0.0), r(net.count()), p(net.count(), 0.0), q(net.count());
  double reference = 0.0;
  double rz = net.for_layers([&](std::int64_t k) {
    double sum = 0.0;
    net.visit(k, [&](std::size_t c, const std::array<std::size_t, 6>& near) {
      r[c] = net.face(axis, c) - net.face(axis, near[2 * axis]);
      p[c] = net.precondition(c) * r[c];
      sum += r[c] * p[c];
    });
    return sum;
  });
  // Relative to the flows through the faces singly: in a homogeneous phase they cancel and nothing is left to solve.
  reference = std::sqrt(net.for_layers([&](std::int64_t k) {
    double sum = 0.0;
    net.visit(k, [&](std::size_t c, const std::array<std::size_t, 6>&) { sum += net.face(axis, c) * net.face(axis, c) * net.precondition(c); });
    return sum;
  }));
  if (reference == 0.0) return x;
  const std::size_t layer = net.count() / std::size_t(layers);
  int iterations = 0;
  while (std::sqrt(rz) > tolerance * reference) {
    if (iterations == kMaxIterations)
      fail_computation("the conductivity of the periodic cell did not converge in {} iterations: relative residual {:.1e}, expected {:.1e}",
                       iterations, std::sqrt(rz) / reference, tolerance);
    if (iterations % 20 == 0)
      progress.report(std::min(0.99, std::log(std::sqrt(rz) / reference) / std::log(tolerance)), "conduction along axis " + std::to_string(axis + 1));
    const double pq = net.for_layers([&](std::int64_t k) {
      double sum = 0.0;
      net.visit(k, [&](std::size_t c, const std::array<std::size_t, 6>& near) {
        q[c] = net.apply(p, c, near);
        sum += p[c] * q[c];
      });
      return sum;
    });
    const double alpha = rz / pq;
    const double next = net.for_layers([&](std::int64_t k) {
      double sum = 0.0;
      for (std::size_t c = layer * std::size_t(k); c < layer * std::size_t(k + 1); ++c) {
        x[c] += alpha * p[c];
        r[c] -= alpha * q[c];
        sum += r[c] * r[c] * net.precondition(c);
      }
      return sum;
    });
    const double beta = next / rz;
    rz = next;
    net.for_layers([&](std::int64_t k) {
      for (std::size_t c = layer * std::size_t(k); c < layer * std::size_t(k + 1); ++c) p[c] = net.precondition(c) * r[c] + beta * p[c];
      return 0.0;
    });
    ++iterations;
  }
  result.iterations += iterations;
  result.relative_residual = std::max(result.relative_residual, std::sqrt(rz) / reference);
  return x;
}

}  // namespace

PeriodicConductivity effective_conductivity(const Index3& size, const std::vector<float>& share, double tolerance, const Progress& progress) {
  if (size[0] < 1 || size[1] < 1 || size[2] < 1 || std::int64_t(share.size()) != product(size))
    fail_input("the periodic cell has {} shares for {} x {} x {} cubes", share.size(), size[0], size[1], size[2]);
  for (std::size_t c = 0; c < share.size(); ++c)
    if (!(share[c] >= 0.0f && share[c] <= 1.0001f)) fail_input("the share of cube {} is {}; expected 0 to 1", c, share[c]);
  const Network net(size, share);
  PeriodicConductivity result;
  for (const float s : share) result.phase_fraction += double(s);
  result.phase_fraction /= double(share.size());
  std::array<std::vector<double>, 3> x;
  for (std::size_t axis = 0; axis < 3; ++axis)
    x[axis] = solve(net, axis, size[2], tolerance, result, progress.part(double(axis) / 3.0, double(axis + 1) / 3.0));
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = a; b < 3; ++b) {
      const double sum = net.for_layers([&](std::int64_t k) {
        double energy = 0.0;
        net.visit(k, [&](std::size_t c, const std::array<std::size_t, 6>& near) {
          for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::size_t next = near[2 * axis + 1];
            energy += net.face(axis, c) * (x[a][next] - x[a][c] + (axis == a ? 1.0 : 0.0)) * (x[b][next] - x[b][c] + (axis == b ? 1.0 : 0.0));
          }
        });
        return energy;
      });
      result.relative(Eigen::Index(a), Eigen::Index(b)) = result.relative(Eigen::Index(b), Eigen::Index(a)) = sum / double(net.count());
    }
  return result;
}

}  // namespace spongiosa::fea
