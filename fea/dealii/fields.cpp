#include "fea/dealii/fields.h"

#include "core/error.h"
#include "core/file.h"
#include "fea/continuum/case_result.h"
#include "fea/results/principal.h"

#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_system.h>
#include <deal.II/grid/tria.h>
#include <deal.II/lac/vector.h>
#include <deal.II/numerics/data_out.h>

#include <list>

namespace spongiosa::fea {

using CellVector = dealii::Vector<float>;

struct FieldWriter::Impl {
  const VoxelModel& model;
  const HexMesh& mesh;
  const std::vector<int>& cell_part;
  dealii::Triangulation<3> triangulation;
  dealii::FESystem<3> element{dealii::FE_Q<3>(1), 3};
  dealii::DoFHandler<3> dofs;

  Impl(const VoxelModel& m, const HexMesh& h, const std::vector<int>& p) : model(m), mesh(h), cell_part(p) {}
};

FieldWriter::FieldWriter(const VoxelModel& model, const HexMesh& mesh, const std::vector<int>& cell_part)
    : impl_(std::make_unique<Impl>(model, mesh, cell_part)) {
  std::vector<dealii::Point<3>> vertices;
  vertices.reserve(mesh.nodes_mm.size());
  for (const Vec3& node : mesh.nodes_mm) {
    const Vec3 p = model.frame.to_patient(node);
    vertices.emplace_back(p.x(), p.y(), p.z());
  }
  std::vector<dealii::CellData<3>> cells(mesh.cell_nodes.size());
  for (std::size_t c = 0; c < cells.size(); ++c)
    for (std::size_t v = 0; v < 8; ++v) cells[c].vertices[v] = unsigned(mesh.cell_nodes[c][v]);
  impl_->triangulation.create_triangulation(vertices, cells, dealii::SubCellData());
  impl_->dofs.reinit(impl_->triangulation);
  impl_->dofs.distribute_dofs(impl_->element);
}

FieldWriter::~FieldWriter() = default;

void FieldWriter::write(const std::filesystem::path& folder, const CaseResult& result,
                        const std::vector<double>& displacement_mm) const {
  const Impl& impl = *impl_;
  const std::size_t cells = impl.mesh.active_cells.size();
  const Mat3& axes = impl.model.frame.axes_Patient;

  dealii::Vector<double> nodal(impl.dofs.n_dofs());
  std::vector<dealii::types::global_dof_index> indices(24);
  for (const auto& cell : impl.dofs.active_cell_iterators()) {
    cell->get_dof_indices(indices);
    for (unsigned i = 0; i < 24; ++i) {
      const auto [component, vertex] = impl.element.system_to_component_index(i);
      const std::size_t node = std::size_t(impl.mesh.cell_nodes[cell->active_cell_index()][vertex]);
      const Vec3 u(displacement_mm[3 * node], displacement_mm[3 * node + 1], displacement_mm[3 * node + 2]);
      nodal[indices[i]] = axes.row(component).dot(u);
    }
  }

  std::list<std::pair<std::string, CellVector>> arrays;  // a list, because DataOut keeps addresses
  const auto add = [&](const std::string& name) -> CellVector& {
    arrays.emplace_back(name, CellVector(unsigned(cells)));
    return arrays.back().second;
  };
  const char* axis_names[6] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  CellVector& part = add("part");
  CellVector& equivalent = add("von_mises_mpa");
  std::array<CellVector*, 6> stress_arrays, strain_arrays;
  for (std::size_t i = 0; i < 6; ++i) stress_arrays[i] = &add(fmt::format("stress_{}_mpa", axis_names[i]));
  for (std::size_t i = 0; i < 6; ++i) strain_arrays[i] = &add(fmt::format("strain_{}", axis_names[i]));
  for (std::size_t c = 0; c < cells; ++c) {
    const std::size_t cell = std::size_t(impl.mesh.active_cells[c]);
    const Part& own = impl.model.parts[std::size_t(impl.cell_part[c])];
    const Vec6 stress = own.cell_stiffness_mpa(cell) * result.cell_strain[c];
    part[unsigned(c)] = float(impl.cell_part[c]);
    equivalent[unsigned(c)] = float(von_mises(stress));
    const Mat3 stress_patient = axes * stress_tensor(stress) * axes.transpose();
    const Mat3 strain_patient = axes * strain_tensor(result.cell_strain[c]) * axes.transpose();
    constexpr int kRow[6] = {0, 1, 2, 1, 0, 0}, kColumn[6] = {0, 1, 2, 2, 2, 1};
    for (std::size_t i = 0; i < 6; ++i) {
      (*stress_arrays[i])[unsigned(c)] = float(stress_patient(kRow[i], kColumn[i]));
      (*strain_arrays[i])[unsigned(c)] = float((i < 3 ? 1.0 : 2.0) * strain_patient(kRow[i], kColumn[i]));
    }
  }
  for (const Part& p : impl.model.parts) {
    std::string name = "share_" + p.name;
    for (char& letter : name)
      if (!std::isalnum(static_cast<unsigned char>(letter))) letter = '_';
    CellVector& share = add(name);
    for (std::size_t c = 0; c < cells; ++c) share[unsigned(c)] = p.share[std::size_t(impl.mesh.active_cells[c])];
  }

  dealii::DataOut<3> output;
  dealii::DataOutBase::VtkFlags flags;
  flags.print_date_and_time = false;  // same input, same bytes
  flags.compression_level = dealii::DataOutBase::VtkFlags::best_speed;
  output.set_flags(flags);
  output.attach_dof_handler(impl.dofs);
  using dealii::DataComponentInterpretation::component_is_part_of_vector;
  output.add_data_vector(nodal, std::vector<std::string>(3, "displacement_mm"), dealii::DataOut<3>::type_dof_data,
                         std::vector(3, component_is_part_of_vector));
  for (const auto& [name, values] : arrays) output.add_data_vector(values, name, dealii::DataOut<3>::type_cell_data);
  output.build_patches();

  AtomicFile vtu(folder / (result.load.name + ".vtu"));
  output.write_vtu(vtu.stream());
  vtu.commit();
  // Not by DataOutBase::write_pvd_record, which writes the date into the file.
  write_text_file(folder / (result.load.name + ".pvd"),
                  fmt::format("<?xml version=\"1.0\"?>\n"
                              "<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n"
                              "  <Collection>\n"
                              "    <DataSet timestep=\"0\" group=\"\" part=\"0\" file=\"{}.vtu\"/>\n"
                              "  </Collection>\n"
                              "</VTKFile>\n",
                              result.load.name));
}

}  // namespace spongiosa::fea
