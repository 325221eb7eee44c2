#include "core/error.h"
#include "core/threads.h"
#include "fea/cut/tensor_basis.h"
#include "fea/linear/elastic_solver.h"
#include "fea/material/material.h"

#include <Eigen/SparseCholesky>
#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// n^3 cubes of edge 1/n on springs below; a bar through the middle is `contrast` times stiffer.
class Block : public ElasticSystem {
 public:
  Block(int n, double contrast) : n_(n) {
    const cut::TensorBasis& basis = cut::TensorBasis::of(1);
    std::vector<double> moments;
    for (int q = 0; q < basis.moment_count(); ++q) moments.push_back(basis.moment_weight(q));
    matrix_.setZero(24, 24);
    basis.add_stiffness(moments.data(), isotropic_stiffness(1.0, 0.3), 1.0 / n, matrix_);
    const int side = n + 1;
    for (int c = 0; c < n * n * n; ++c) {
      const int i = c % n, j = c / n % n, k = c / n / n;
      std::vector<std::int32_t> nodes;
      for (int v = 0; v < 8; ++v) nodes.push_back(i + (v & 1) + side * (j + (v >> 1 & 1) + side * (k + (v >> 2))));
      nodes_.push_back(nodes);
      factor_.push_back(4 * i >= n && 4 * i < 3 * n && 4 * j >= n && 4 * j < 3 * n ? contrast : 1.0);
    }
    for (int k = 0; k < side; ++k)
      for (int j = 0; j < side; ++j)
        for (int i = 0; i < side; ++i) {
          positions.emplace_back(Vec3(i, j, k) / double(n));
          if (k == 0) nodes_.push_back({std::int32_t(positions.size() - 1)});
        }
  }
  std::size_t cell_count() const override { return nodes_.size(); }
  std::span<const std::int32_t> nodes_of(std::size_t cell) const override { return nodes_[cell]; }
  void matrix_of(std::size_t cell, Eigen::MatrixXd& matrix) const override {
    if (cell < factor_.size())
      matrix = factor_[cell] * matrix_;
    else
      matrix = 10.0 / n_ * Eigen::MatrixXd::Identity(3, 3);
  }
  std::vector<double> apply(const std::vector<double>& u) const override {
    std::vector<double> f(u.size(), 0.0);
    Eigen::MatrixXd matrix;
    for (std::size_t c = 0; c < cell_count(); ++c) {
      matrix_of(c, matrix);
      for (std::size_t i = 0; i < nodes_[c].size(); ++i)
        for (std::size_t j = 0; j < nodes_[c].size(); ++j)
          Eigen::Map<Vec3>(f.data() + 3 * nodes_[c][i]) += matrix.block<3, 3>(3 * Eigen::Index(i), 3 * Eigen::Index(j)) * Eigen::Map<const Vec3>(u.data() + 3 * nodes_[c][j]);
    }
    return f;
  }
  /// A force in direction d at the corner of the top.
  std::vector<double> push(int d) const {
    std::vector<double> f(3 * positions.size(), 0.0);
    f[f.size() - 3 + std::size_t(d)] = 1.0;
    return f;
  }
  std::vector<Vec3> positions;

 private:
  int n_;
  Eigen::MatrixXd matrix_;
  std::vector<std::vector<std::int32_t>> nodes_;
  std::vector<double> factor_;
};

}  // namespace

TEST_CASE("multigrid conjugate gradients agree with a factorisation, alone and side by side") {
  const Block block(9, 1000.0);
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::MatrixXd matrix;
  for (std::size_t c = 0; c < block.cell_count(); ++c) {
    block.matrix_of(c, matrix);
    const auto nodes = block.nodes_of(c);
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
      for (Eigen::Index j = 0; j < matrix.cols(); ++j)
        entries.emplace_back(3 * nodes[std::size_t(i / 3)] + int(i % 3), 3 * nodes[std::size_t(j / 3)] + int(j % 3), matrix(i, j));
  }
  const Eigen::Index n = 3 * Eigen::Index(block.positions.size());
  Eigen::SparseMatrix<double> sparse(n, n);
  sparse.setFromTriplets(entries.begin(), entries.end());
  const Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> direct(sparse);
  const linear::ElasticSolver solver(block, block.positions, Progress());
  const std::vector<double> x = block.push(0), y = block.push(1), z = block.push(2);
  const std::vector<linear::ElasticSolve> loads = {{"x", &x}, {"y", &y}, {"z", &z}};
  const auto together = solver.solve(loads, 1e-11, 200, Progress());
  for (std::size_t l = 0; l < 3; ++l) {
    const Eigen::VectorXd exact = direct.solve(Eigen::Map<const Eigen::VectorXd>(loads[l].load->data(), n));
    CHECK((Eigen::Map<const Eigen::VectorXd>(together[l].displacement_mm.data(), n) - exact).norm() < 1e-7 * exact.norm());
    CHECK(together[l].relative_residual < 1e-11);
    const std::vector<double> forces = block.apply(together[l].displacement_mm);
    CHECK((Eigen::Map<const Eigen::VectorXd>(forces.data(), n) - Eigen::Map<const Eigen::VectorXd>(loads[l].load->data(), n)).norm() < 1.1e-11);
    const auto alone = solver.solve({loads[l]}, 1e-11, 200, Progress());
    CHECK((Eigen::Map<const Eigen::VectorXd>(alone[0].displacement_mm.data(), n) - exact).norm() < 1e-7 * exact.norm());
  }
  std::string message;
  try {
    solver.solve(loads, 1e-11, 2, Progress());
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.find("x stopped at the relative residual") != std::string::npos);
}

TEST_CASE("iterations of the multigrid do not grow with the size of the system, nor much with the contrast") {
  std::vector<int> iterations;
  for (const double contrast : {1.0, 1000.0})
    for (const int n : {10, 20}) {
      const Block block(n, contrast);
      const linear::ElasticSolver solver(block, block.positions, Progress());
      const std::vector<double> load = block.push(1);
      iterations.push_back(solver.solve({{"push", &load}}, 1e-8, 300, Progress())[0].iterations);
    }
  INFO(iterations[0] << " " << iterations[1] << " " << iterations[2] << " " << iterations[3]);
  CHECK(iterations[1] <= 1.3 * iterations[0]);
  CHECK(iterations[3] <= 1.3 * iterations[2]);
  CHECK(iterations[3] <= 2 * iterations[1]);
}

TEST_CASE("the solver gives the same bytes with one and two threads") {
  const Block block(11, 50.0);
  const std::vector<double> load = block.push(2);
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    const linear::ElasticSolver solver(block, block.positions, Progress());
    results.push_back(solver.solve({{"push", &load}}, 1e-8, 300, Progress())[0].displacement_mm);
  }
  set_thread_count(0);
  CHECK(results[0] == results[1]);
}
