#include "fea/dealii/element.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_system.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/tria.h>

namespace spongiosa::fea {

namespace {

/// Calls f(B, weight) at every quadrature point of a cube.
template <class Function>
void for_each_point(double cell_mm, const dealii::Quadrature<3>& quadrature, const Function& f) {
  dealii::Triangulation<3> cube;
  dealii::GridGenerator::hyper_cube(cube, 0.0, cell_mm);
  const dealii::FESystem<3> element(dealii::FE_Q<3>(1), 3);
  dealii::FEValues<3> values(element, quadrature, dealii::update_gradients | dealii::update_JxW_values);
  values.reinit(cube.begin_active());
  for (unsigned q = 0; q < quadrature.size(); ++q) {
    Mat6x24 b = Mat6x24::Zero();
    for (unsigned shape = 0; shape < element.n_dofs_per_cell(); ++shape) {
      // The base element numbers its shape functions by vertex, which is lexicographic on a reference cube.
      const auto [component, vertex] = element.system_to_component_index(shape);
      const dealii::Tensor<1, 3> g = values.shape_grad(shape, q);
      const Eigen::Index column = Eigen::Index(3 * vertex + component);
      if (component == 0) b.col(column) << g[0], 0, 0, 0, g[2], g[1];
      if (component == 1) b.col(column) << 0, g[1], 0, g[2], 0, g[0];
      if (component == 2) b.col(column) << 0, 0, g[2], g[1], g[0], 0;
    }
    f(b, values.JxW(q));
  }
}

}  // namespace

Mat24 hex_stiffness(const Mat6& stiffness_mpa, double cell_mm) {
  Mat24 result = Mat24::Zero();
  for_each_point(cell_mm, dealii::QGauss<3>(2), [&](const Mat6x24& b, double weight) {
    result += weight * b.transpose() * stiffness_mpa * b;
  });
  return 0.5 * (result + result.transpose());
}

Mat6x24 hex_center_strain(double cell_mm) {
  Mat6x24 result;
  for_each_point(cell_mm, dealii::QMidpoint<3>(), [&](const Mat6x24& b, double) { result = b; });
  return result;
}

}  // namespace spongiosa::fea
