#include "fea/cut/cut_system.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spongiosa::fea::cut {

struct CutSystem::CellWork {
  Cell cell;
  Eigen::MatrixXd support;                 ///< of the cell's own nodes; empty: none
  std::vector<Eigen::VectorXd> loads;      ///< of the cell's own nodes
  std::vector<Vec3> forces_n;
};

namespace {

/// Cells per batch whose work is done in parallel and gathered in order: sums do not depend on the number of threads.
constexpr std::size_t kBatch = 4096;

Eigen::MatrixXd expanded(const Eigen::MatrixXd& interpolation) {
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(3 * interpolation.rows(), 3 * interpolation.cols());
  for (Eigen::Index r = 0; r < interpolation.rows(); ++r)
    for (Eigen::Index c = 0; c < interpolation.cols(); ++c)
      if (interpolation(r, c) != 0.0) result.block<3, 3>(3 * r, 3 * c) = interpolation(r, c) * Mat3::Identity();
  return result;
}

/// Traction of a strain on a face: 3 x 6 matrix of the normal.
Eigen::Matrix<double, 3, 6> normal_matrix(const Vec3& n) {
  Eigen::Matrix<double, 3, 6> m;
  m << n.x(), 0, 0, 0, n.z(), n.y(), 0, n.y(), 0, n.z(), 0, n.x(), 0, 0, n.z(), n.y(), n.x(), 0;
  return m;
}

Eigen::MatrixXd displacement_matrix(const Eigen::VectorXd& values) {
  Eigen::MatrixXd n = Eigen::MatrixXd::Zero(3, 3 * values.size());
  for (Eigen::Index a = 0; a < values.size(); ++a) n.block<3, 3>(0, 3 * a) = values[a] * Mat3::Identity();
  return n;
}

}  // namespace

CutSystem::CutSystem(const Model& model, const Options& options, const Mesh& mesh, const Progress& progress)
    : model_(model), options_(options), mesh_(mesh), basis_(TensorBasis::of(options.degree)) {
  const std::size_t count = mesh.cells.size();
  cells_.resize(count);
  loads_.assign(model.loads.size(), std::vector<double>(3 * mesh.nodes_mm.size(), 0.0));
  load_forces_.assign(model.loads.size(), Vec3::Zero());
  for (std::size_t begin = 0; begin < count; begin += kBatch) {
    progress.report(double(begin) / double(count), "integrating the cells");
    std::vector<CellWork> batch(std::min(kBatch, count - begin));
    tbb::parallel_for(std::size_t(0), batch.size(), [&](std::size_t c) { take_cell(begin + c, batch[c]); });
    for (std::size_t c = 0; c < batch.size(); ++c) {
      CellWork& work = batch[c];
      const std::size_t cell = begin + c;
      cells_[cell] = std::move(work.cell);
      if (work.support.size() > 0) {
        cells_[cell].support = std::int32_t(support_matrices_.size());
        support_matrices_.push_back(std::move(work.support));
      }
      const auto nodes = mesh.nodes_of(cell);
      const std::int32_t interpolation = mesh.cells[cell].interpolation;
      for (std::size_t l = 0; l < work.loads.size(); ++l) {
        const Eigen::Map<const Eigen::Matrix3Xd> own(work.loads[l].data(), 3, basis_.node_count());
        const Eigen::Matrix3Xd listed = interpolation < 0 ? Eigen::Matrix3Xd(own) : Eigen::Matrix3Xd(own * mesh.interpolations[std::size_t(interpolation)]);
        for (std::size_t n = 0; n < nodes.size(); ++n)
          Eigen::Map<Vec3>(loads_[l].data() + 3 * std::size_t(nodes[n])) += listed.col(Eigen::Index(n));
        load_forces_[l] += work.forces_n[l];
      }
    }
  }
  check_supported();
  stabilise();
}

Mat6 CutSystem::stiffness_mpa(int region, const Vec3& p_mm) const {
  const Material& material = model_.materials[std::size_t(region)];
  std::vector<double> coefficients(material.tensors_mpa.size(), 1.0);
  if (material.coefficients) material.coefficients(p_mm, coefficients.data());
  Mat6 sum = Mat6::Zero();
  for (std::size_t t = 0; t < coefficients.size(); ++t) sum += coefficients[t] * material.tensors_mpa[t];
  return sum;
}

void CutSystem::take_cell(std::size_t index, CellWork& work) const {
  const Mesh::Cell& place = mesh_.cells[index];
  const double h = place.edge_mm, volume = h * h * h;
  CellCut cut = cut_cell(model_.geometry, place.first_mm, h, {options_.degree, options_.divisions, options_.curved});
  if (cut.whole && cut.whole_region != kVoid)
    for (int q = 0; q < basis_.moment_count(); ++q) cut.volume.push_back({basis_.moment_point(q), basis_.moment_weight(q), cut.whole_region});
  const auto at = [&](const Vec3& p) { return Vec3(place.first_mm + h * p); };
  const std::size_t load_count = model_.loads.size();
  bool loaded = false;
  work.loads.assign(load_count, Eigen::VectorXd::Zero(3 * basis_.node_count()));
  work.forces_n.assign(load_count, Vec3::Zero());

  if (!cut.volume.empty()) {
    const int region = cut.volume.front().region;
    if (std::all_of(cut.volume.begin(), cut.volume.end(), [&](const auto& q) { return q.region == region; })) work.cell.pure_region = region;
  }
  std::vector<double> coefficients;
  double modulus = 0.0;
  for (const auto& q : cut.volume) {
    const Material& material = model_.materials[std::size_t(q.region)];
    coefficients.assign(material.tensors_mpa.size(), 1.0);
    if (material.coefficients) material.coefficients(at(q.place), coefficients.data());
    work.cell.share += q.weight;
    for (std::size_t t = 0; t < coefficients.size(); ++t) {
      if (coefficients[t] == 0.0) continue;
      auto term = std::find_if(work.cell.terms.begin(), work.cell.terms.end(), [&](const Term& own) { return own.region == q.region && own.tensor == int(t); });
      if (term == work.cell.terms.end())
        term = work.cell.terms.insert(term, Term{q.region, int(t), std::vector<double>(std::size_t(basis_.moment_count()), 0.0)});
      basis_.add_moments(q.place, q.weight * coefficients[t], term->moments.data());
      modulus += q.weight * coefficients[t] * material.tensors_mpa[t].diagonal().maxCoeff();
    }
    for (std::size_t l = 0; l < load_count; ++l) {
      const Load& load = model_.loads[l];
      if (load.body_force_n_mm3) {
        const Vec3 force = load.body_force_n_mm3(at(q.place), q.region) * q.weight * volume;
        work.loads[l] += displacement_matrix(basis_.values(q.place)).transpose() * force;
        work.forces_n[l] += force;
        loaded = true;
      }
      if (load.initial_strain) {
        const auto b = strain_matrix(basis_.gradients(q.place) / h);
        work.loads[l] += q.weight * volume * (b.transpose() * (stiffness_mpa(q.region, at(q.place)) * load.initial_strain(at(q.place), q.region)));
        loaded = true;
      }
    }
  }
  work.cell.modulus_mpa = work.cell.share > 0.0 ? modulus / work.cell.share : 0.0;

  for (const auto& q : cut.surface) {
    if (q.negative_region != kVoid && q.positive_region != kVoid) continue;
    const bool outward = q.positive_region == kVoid;
    const SurfacePlace surface{at(q.place), outward ? q.normal : Vec3(-q.normal), q.function, outward ? q.negative_region : q.positive_region};
    const double area = q.weight * h * h;
    const Eigen::MatrixXd n = displacement_matrix(basis_.values(q.place));
    for (std::size_t l = 0; l < load_count; ++l)
      if (model_.loads[l].traction_mpa) {
        const Vec3 force = area * model_.loads[l].traction_mpa(surface);
        if (force.isZero(0.0)) continue;
        work.loads[l] += n.transpose() * force;
        work.forces_n[l] += force;
        loaded = true;
      }
    if (!model_.support) continue;
    const Support support = model_.support(surface);
    if (support.held.isZero(0.0)) continue;
    if (work.support.size() == 0) work.support = Eigen::MatrixXd::Zero(n.cols(), n.cols());
    const Mat6 stiffness = stiffness_mpa(surface.region, surface.p_mm);
    const Eigen::MatrixXd traction = support.held * normal_matrix(surface.normal) * stiffness * strain_matrix(basis_.gradients(q.place) / h);
    const Eigen::MatrixXd held = support.held * n;
    const double penalty = options_.nitsche * options_.degree * options_.degree * stiffness.diagonal().maxCoeff() / h;
    work.support += area * (penalty * held.transpose() * held - held.transpose() * traction - traction.transpose() * held);
    const Vec3 given = support.held * support.displacement_mm;
    if (!given.isZero(0.0)) {
      for (std::size_t l = 0; l < load_count; ++l) work.loads[l] += area * (penalty * held.transpose() * given - traction.transpose() * given);
      loaded = true;
    }
  }
  if (!loaded) work.loads.clear();
}

double CutSystem::volume_mm3() const {
  double sum = 0.0;
  for (std::size_t c = 0; c < cells_.size(); ++c) sum += cells_[c].share * std::pow(mesh_.cells[c].edge_mm, 3);
  return sum;
}

void CutSystem::check_supported() const {
  // Pieces of cells that share nodes; each needs a support.
  std::vector<std::int32_t> parent(mesh_.nodes_mm.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int32_t n) {
    while (parent[std::size_t(n)] != n) n = parent[std::size_t(n)] = parent[std::size_t(parent[std::size_t(n)])];
    return n;
  };
  for (std::size_t c = 0; c < cells_.size(); ++c)
    for (const std::int32_t node : mesh_.nodes_of(c)) parent[std::size_t(root(node))] = root(mesh_.nodes_of(c)[0]);
  std::vector<char> held(parent.size(), 0);
  for (std::size_t c = 0; c < cells_.size(); ++c)
    if (cells_[c].support >= 0) held[std::size_t(root(mesh_.nodes_of(c)[0]))] = 1;
  if (support_matrices_.empty()) fail_input("nothing holds the solid: no point of its surface has a support");
  for (std::size_t c = 0; c < cells_.size(); ++c)
    if (!held[std::size_t(root(mesh_.nodes_of(c)[0]))]) {
      const Vec3 p = mesh_.cells[c].first_mm + Vec3::Constant(0.5 * mesh_.cells[c].edge_mm);
      fail_input("the piece of solid at ({:.3f}, {:.3f}, {:.3f}) mm is joined to no support; remove it or hold it", p.x(), p.y(), p.z());
    }
}

void CutSystem::stabilise() {
  for (std::size_t f = 0; f < mesh_.faces.size(); ++f) {
    const Mesh::Face& face = mesh_.faces[f];
    if (std::min(cells_[std::size_t(face.fine)].share, cells_[std::size_t(face.coarse)].share) >= options_.ill_cut_share) continue;
    std::vector<std::int32_t> nodes;
    for (const std::int32_t cell : {face.fine, face.coarse})
      for (const std::int32_t node : mesh_.nodes_of(std::size_t(cell)))
        if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
    faces_.push_back(f);
    face_nodes_.push_back(std::move(nodes));
  }
}

std::span<const std::int32_t> CutSystem::nodes_of(std::size_t element) const {
  return element < mesh_.cells.size() ? mesh_.nodes_of(element) : std::span<const std::int32_t>(face_nodes_[element - mesh_.cells.size()]);
}

Eigen::MatrixXd CutSystem::face_matrix(const Mesh::Face& face) const {
  // Over the smaller cell, and over its mirror image in the larger one; Gauss points exact for the square of the difference.
  const Mesh::Cell& fine = mesh_.cells[std::size_t(face.fine)];
  const Mesh::Cell& coarse = mesh_.cells[std::size_t(face.coarse)];
  const int n = basis_.node_count();
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(2 * n, 2 * n);
  for (const double offset : {0.0, face.coarse_above ? 1.0 : -1.0})
    for (int q = 0; q < basis_.moment_count(); ++q) {
      const Vec3 in_fine = basis_.moment_point(q) + offset * Vec3::Unit(face.axis);
      const Vec3 in_coarse = (fine.first_mm + fine.edge_mm * in_fine - coarse.first_mm) / coarse.edge_mm;
      Eigen::VectorXd difference(2 * n);
      difference << basis_.values(in_fine), -basis_.values(in_coarse);
      matrix.noalias() += basis_.moment_weight(q) * difference * difference.transpose();
    }
  return fine.edge_mm * matrix;
}

void CutSystem::matrix_of(std::size_t element, Eigen::MatrixXd& matrix) const {
  const int n = basis_.node_count();
  if (element < mesh_.cells.size()) {
    const Cell& cell = cells_[element];
    matrix.setZero(3 * n, 3 * n);
    for (const Term& term : cell.terms)
      basis_.add_stiffness(term.moments.data(), model_.materials[std::size_t(term.region)].tensors_mpa[std::size_t(term.tensor)],
                           mesh_.cells[element].edge_mm, matrix);
    if (cell.support >= 0) matrix += support_matrices_[std::size_t(cell.support)];
    if (const std::int32_t i = mesh_.cells[element].interpolation; i >= 0) {
      const Eigen::MatrixXd p = expanded(mesh_.interpolations[std::size_t(i)]);
      matrix = (p.transpose() * matrix * p).eval();
    }
    return;
  }
  const Mesh::Face& face = mesh_.faces[faces_[element - mesh_.cells.size()]];
  const std::vector<std::int32_t>& nodes = face_nodes_[element - mesh_.cells.size()];
  Eigen::MatrixXd both = Eigen::MatrixXd::Zero(2 * n, Eigen::Index(nodes.size()));  // own nodes of both cells from the element's
  int row = 0;
  for (const std::int32_t cell : {face.fine, face.coarse}) {
    const auto listed = mesh_.nodes_of(std::size_t(cell));
    const std::int32_t i = mesh_.cells[std::size_t(cell)].interpolation;
    for (std::size_t l = 0; l < listed.size(); ++l) {
      const auto column = std::find(nodes.begin(), nodes.end(), listed[l]) - nodes.begin();
      for (int a = 0; a < n; ++a)
        both(row + a, column) += i < 0 ? (a == int(l) ? 1.0 : 0.0) : mesh_.interpolations[std::size_t(i)](a, Eigen::Index(l));
    }
    row += n;
  }
  const double modulus = std::min(cells_[std::size_t(face.fine)].modulus_mpa, cells_[std::size_t(face.coarse)].modulus_mpa);
  const Eigen::MatrixXd scalar = options_.stabilisation * modulus * (both.transpose() * face_matrix(face) * both);
  matrix.setZero(3 * scalar.rows(), 3 * scalar.cols());
  for (Eigen::Index r = 0; r < scalar.rows(); ++r)
    for (Eigen::Index c = 0; c < scalar.cols(); ++c) matrix.block<3, 3>(3 * r, 3 * c).diagonal().setConstant(scalar(r, c));
}

std::vector<double> CutSystem::apply(const std::vector<double>& displacement) const {
  std::vector<double> forces(displacement.size(), 0.0);
  for (std::size_t begin = 0; begin < cell_count(); begin += kBatch) {
    std::vector<Eigen::VectorXd> batch(std::min(kBatch, cell_count() - begin));
    tbb::parallel_for(std::size_t(0), batch.size(), [&](std::size_t e) {
      const auto nodes = nodes_of(begin + e);
      Eigen::VectorXd own(3 * Eigen::Index(nodes.size()));
      for (std::size_t n = 0; n < nodes.size(); ++n) own.segment<3>(3 * Eigen::Index(n)) = Eigen::Map<const Vec3>(displacement.data() + 3 * std::size_t(nodes[n]));
      Eigen::MatrixXd matrix;
      matrix_of(begin + e, matrix);
      batch[e] = matrix * own;
    });
    for (std::size_t e = 0; e < batch.size(); ++e) {
      const auto nodes = nodes_of(begin + e);
      for (std::size_t n = 0; n < nodes.size(); ++n) Eigen::Map<Vec3>(forces.data() + 3 * std::size_t(nodes[n])) += batch[e].segment<3>(3 * Eigen::Index(n));
    }
  }
  return forces;
}

}  // namespace spongiosa::fea::cut
