#include "fea/continuum/voxel_model.h"

#include "core/error.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <limits>

namespace spongiosa::fea {

void check_voxel_model(const VoxelModel& model) {
  if (!(model.cell_mm > 0.0) || !std::isfinite(model.cell_mm))
    fail_input("the FE cell size is {} mm; expected a positive number", model.cell_mm);
  if (model.size[0] < 1 || model.size[1] < 1 || model.size[2] < 1)
    fail_input("the FE grid has {} x {} x {} cells; expected at least one along every axis", model.size[0], model.size[1],
               model.size[2]);
  if (model.parts.empty()) fail_input("the FE model has no parts; expected at least one with a stiffness");
  const std::size_t count = model.cell_count(), columns = std::size_t(model.size[0] * model.size[1]);
  for (const auto* mask : {&model.loaded_columns, &model.fixed_columns})
    if (!mask->empty() && mask->size() != columns)
      fail_input("the loaded or fixed faces of the FE model are given for {} columns of cells; it has {}", mask->size(), columns);
  for (const Part& part : model.parts) {
    if (part.share.size() != count)
      fail_input("part '{}' has {} shares for {} cells", part.name, part.share.size(), count);
    if (!part.factor.empty() && part.factor.size() != count)
      fail_input("part '{}' has {} stiffness factors for {} cells", part.name, part.factor.size(), count);
    const auto check_stiffness = [&](const Mat6& stiffness) {
      if (!stiffness.allFinite() || !stiffness.isApprox(stiffness.transpose(), 1e-9) || Eigen::LLT<Mat6>(stiffness).info() != Eigen::Success)
        fail_input("the stiffness of part '{}' is not symmetric and positive definite; expected a 6x6 elastic stiffness in MPa", part.name);
    };
    check_stiffness(part.stiffness_mpa);
    for (const Part::Term& term : part.terms) {
      check_stiffness(term.stiffness_mpa);
      if (term.factor.size() != count) fail_input("part '{}' has {} factors of a term for {} cells", part.name, term.factor.size(), count);
    }
    for (std::size_t cell = 0; cell < count; ++cell) {
      if (!(part.share[cell] >= 0.0f && part.share[cell] <= 1.0001f))
        fail_input("part '{}' has the volume share {} in cell {}; expected 0 to 1", part.name, part.share[cell], cell);
      if (part.share[cell] <= 0.0f) continue;
      double sum = part.cell_stiffness_scale(cell);
      bool sound = std::isfinite(sum) && sum >= 0.0;
      for (const Part::Term& term : part.terms) {
        sound = sound && std::isfinite(term.factor[cell]) && term.factor[cell] >= 0.0f;
        sum += double(term.factor[cell]);
      }
      if (!sound || !(sum > 0.0))
        fail_input("part '{}' has the stiffness factor {} in cell {}; expected a positive number", part.name, sum, cell);
    }
  }
}

namespace {

/// Component of each active cell under face connectivity (-1: not active), and whether it has fixed and loaded faces.
struct Components {
  std::vector<std::int32_t> of_cell;
  std::vector<char> touches_bottom, touches_top;
};

Components face_components(const VoxelModel& model) {
  const auto [nx, ny, nz] = model.size;
  const std::size_t count = model.cell_count();
  constexpr std::int32_t kVoid = -1, kUnseen = -2;
  Components result;
  result.of_cell.resize(count);
  for (std::size_t cell = 0; cell < count; ++cell) result.of_cell[cell] = model.is_active(cell) ? kUnseen : kVoid;
  std::vector<std::int64_t> stack;
  for (std::size_t seed = 0; seed < count; ++seed) {
    if (result.of_cell[seed] != kUnseen) continue;
    const std::int32_t component = std::int32_t(result.touches_bottom.size());
    result.touches_bottom.push_back(0);
    result.touches_top.push_back(0);
    result.of_cell[seed] = component;
    stack.push_back(std::int64_t(seed));
    while (!stack.empty()) {
      const std::int64_t cell = stack.back();
      stack.pop_back();
      const std::int64_t i = cell % nx, j = cell / nx % ny, k = cell / (nx * ny);
      if (model.is_fixed(std::size_t(cell))) result.touches_bottom.back() = 1;
      if (model.is_loaded(std::size_t(cell))) result.touches_top.back() = 1;
      const auto visit = [&](bool inside, std::int64_t neighbour) {
        if (!inside || result.of_cell[std::size_t(neighbour)] != kUnseen) return;
        result.of_cell[std::size_t(neighbour)] = component;
        stack.push_back(neighbour);
      };
      visit(i > 0, cell - 1);
      visit(i < nx - 1, cell + 1);
      visit(j > 0, cell - nx);
      visit(j < ny - 1, cell + nx);
      visit(k > 0, cell - nx * ny);
      visit(k < nz - 1, cell + nx * ny);
    }
  }
  return result;
}

bool any_joins(const Components& components) {
  for (std::size_t c = 0; c < components.touches_top.size(); ++c)
    if (components.touches_top[c] && components.touches_bottom[c]) return true;
  return false;
}

[[noreturn]] void fail_not_joined() {
  fail_computation("no face-connected cells join the loaded faces in the top layer of the FE model with the fixed ones in its bottom "
                   "layer: nothing could carry the load; check that bone and implant touch, or use smaller cells");
}

}  // namespace

std::int64_t remove_unconnected_cells(VoxelModel& model) {
  check_voxel_model(model);
  const Components components = face_components(model);
  if (!any_joins(components)) fail_not_joined();
  std::int64_t emptied = 0;
  for (std::size_t cell = 0; cell < model.cell_count(); ++cell) {
    const std::int32_t component = components.of_cell[cell];
    if (component < 0) continue;
    if (components.touches_top[std::size_t(component)] && components.touches_bottom[std::size_t(component)]) continue;
    for (Part& part : model.parts) part.share[cell] = 0.0f;
    ++emptied;
  }
  return emptied;
}

void check_supported(const VoxelModel& model) {
  const Components components = face_components(model);
  if (!any_joins(components)) fail_not_joined();
  std::int64_t floating = 0;
  for (const std::int32_t component : components.of_cell)
    floating += component >= 0 && !components.touches_bottom[std::size_t(component)];
  if (floating > 0)
    fail_input("{} cells of the FE model are not joined by faces to the fixed faces of its bottom layer; remove_unconnected_cells() must be applied "
               "before solving",
               floating);
}

}  // namespace spongiosa::fea
