#include "workflow/displacement_field.h"

#include "core/error.h"
#include "geometry/image/image_file.h"

#include <limits>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// The trilinear element of cell `cell` at `t` (0..1 inside, beyond: continued); nothing when one of its nodes is not of the model.
std::optional<DisplacementField::Here> in_element(const std::array<g::FloatImage, 3>& component, const Index3& cell, const Vec3& t) {
  const g::FloatImage& grid = component[0];
  for (std::size_t a = 0; a < 3; ++a)
    if (cell[a] < 0 || cell[a] + 1 >= grid.size[a]) return std::nullopt;
  Vec3 displacement = Vec3::Zero();
  Mat3 gradient = Mat3::Zero();  // (component, axis)
  for (int corner = 0; corner < 8; ++corner) {
    double shape[3], slope[3];
    Index3 node = cell;
    for (int a = 0; a < 3; ++a) {
      const bool upper = corner >> a & 1;
      node[std::size_t(a)] += upper;
      shape[a] = upper ? t[a] : 1.0 - t[a];
      slope[a] = (upper ? 1.0 : -1.0) / grid.spacing_mm[a];
    }
    const std::size_t at = grid.offset(node[0], node[1], node[2]);
    const Vec3 u(component[0].data[at], component[1].data[at], component[2].data[at]);
    if (!u.allFinite()) return std::nullopt;
    displacement += shape[0] * shape[1] * shape[2] * u;
    gradient += u * Eigen::RowVector3d(slope[0] * shape[1] * shape[2], shape[0] * slope[1] * shape[2], shape[0] * shape[1] * slope[2]);
  }
  DisplacementField::Here here;
  here.displacement_mm = displacement;
  here.strain << gradient(0, 0), gradient(1, 1), gradient(2, 2), gradient(1, 2) + gradient(2, 1), gradient(0, 2) + gradient(2, 0),
      gradient(0, 1) + gradient(1, 0);
  return here;
}

constexpr const char* kAxes[3] = {"x", "y", "z"};

}  // namespace

std::optional<DisplacementField::Here> DisplacementField::at(const Vec3& p_Patient) const {
  const Vec3 index = component[0].to_index(p_Patient);
  Index3 base;
  for (std::size_t a = 0; a < 3; ++a) base[a] = std::int64_t(std::floor(index[Eigen::Index(a)]));
  // The element itself, else the nearest of those around.
  std::optional<Here> best;
  double nearest = 2.0;
  for (int n = 0; n < 27; ++n) {
    const int offset = (n + 13) % 27;  // the element itself first
    const Index3 cell{base[0] + offset % 3 - 1, base[1] + offset / 3 % 3 - 1, base[2] + offset / 9 - 1};
    const Vec3 t = index - Vec3(double(cell[0]), double(cell[1]), double(cell[2]));
    const double away = (t - t.cwiseMax(0.0).cwiseMin(1.0)).norm();
    if (away >= nearest || away > 1.0) continue;
    if (const std::optional<Here> here = in_element(component, cell, t)) {
      best = here;
      nearest = away;
      if (away == 0.0) break;
    }
  }
  return best;
}

DisplacementField displacement_field(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case) {
  SPONGIOSA_ASSERT(load_case.node_displacement_mm.size() == result.active_nodes.size());
  DisplacementField field;
  for (int a = 0; a < 3; ++a) {
    g::FloatImage& image = field.component[std::size_t(a)];
    image.size = {model.size[0] + 1, model.size[1] + 1, model.size[2] + 1};
    image.spacing_mm = Vec3::Constant(model.cell_mm);
    image.direction = model.frame.axes_Patient;
    image.origin_Patient = model.frame.to_patient(model.first_mm);
    image.allocate(std::numeric_limits<float>::quiet_NaN());
    for (std::size_t n = 0; n < result.active_nodes.size(); ++n)
      image.data[std::size_t(result.active_nodes[n])] = float(load_case.node_displacement_mm[n][a]);
  }
  return field;
}

std::array<fs::path, 3> displacement_files(const fs::path& folder, const std::string& load_case) {
  std::array<fs::path, 3> files;
  for (std::size_t a = 0; a < 3; ++a) files[a] = folder / ("displacement_" + load_case + "_" + kAxes[a] + ".nrrd");
  return files;
}

void write_displacement(const fs::path& folder, const std::string& load_case, const DisplacementField& field) {
  const auto files = displacement_files(folder, load_case);
  for (std::size_t a = 0; a < 3; ++a) g::write_image(files[a], field.component[a]);
}

DisplacementField read_displacement(const fs::path& folder, const std::string& load_case) {
  const auto files = displacement_files(folder, load_case);
  DisplacementField field;
  for (std::size_t a = 0; a < 3; ++a) field.component[a] = g::read_float_image(files[a]);
  for (std::size_t a = 1; a < 3; ++a)
    if (field.component[a].size != field.component[0].size || (field.component[a].origin_Patient - field.component[0].origin_Patient).norm() > 1e-6)
      fail_input("'{}' and '{}' are not of the same grid: solve the case again", files[0].string(), files[a].string());
  return field;
}

}  // namespace spongiosa::workflow
