#include "lattice/build/request.h"

#include "core/error.h"
#include "lattice/build/part_grid.h"
#include "lattice/measure/connectivity.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kLeastVoxelsPerCell = 8.0;
constexpr double kLoose = 0.002;  ///< share of a cell that may be loose pieces or closed pores

bool holds_together(const Connectivity& c) { return c.solid_connected && c.solid_loose_share < kLoose; }
bool is_open(const Connectivity& c) { return c.void_open && c.void_closed_share < kLoose; }

/// The porosity nearest to the asked one at which the cell holds together and is open; only for the error message.
double nearest_possible_porosity(const Cell& cell, double asked, double towards) {
  double bad = asked, good = towards;
  for (int step = 0; step < 7; ++step) {
    const double middle = 0.5 * (bad + good);
    const Connectivity c = measure_connectivity(cell, threshold_for_porosity(cell, middle));
    (holds_together(c) && is_open(c) ? good : bad) = middle;
  }
  return good;
}

void check_connectivity(const Cell& cell, double porosity, double threshold) {
  const Connectivity c = measure_connectivity(cell, threshold);
  if (!holds_together(c))
    fail_input("cell '{}' at {:.1f} % porosity falls apart: its solid no longer connects from cell to cell ({:.1f} % of the volume is "
               "loose); at up to about {:.0f} % it holds together. Ask for less, or for another cell",
               cell.name(), 100 * porosity, 100 * c.solid_loose_share, std::floor(100 * nearest_possible_porosity(cell, porosity, 0.5)));
  if (!is_open(c))
    fail_input("cell '{}' at {:.1f} % porosity closes its pores ({:.1f} % of the volume has no way out): neither powder nor bone could "
               "pass; from about {:.0f} % on it is open. Ask for more, or for another cell",
               cell.name(), 100 * porosity, 100 * c.void_closed_share, std::ceil(100 * nearest_possible_porosity(cell, porosity, 0.9)));
}

void check_size(const char* name, double value, double low, double high) {
  if (!(value >= low && value <= high)) fail_input("lattice: {} is {} mm; expected {}..{} mm", name, value, low, high);
}

double default_voxel_mm(const geometry::LevelSet& body, double cell_size_mm, double strut_mm) {
  constexpr double kFinest_mm = 0.04;
  const double wanted = std::max(std::min(cell_size_mm / 16.0, strut_mm / 4.0), kFinest_mm);
  const double coarsest = std::max(wanted, cell_size_mm / 12.0);
  const double bounded = wanted * std::cbrt(double(product(PartGrid(body, wanted).size)) / double(kDefaultVoxels));
  return std::clamp(bounded, wanted, coarsest);
}

}  // namespace

Plan plan_fill(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request) {
  Plan plan{};
  plan.cell = find_cell(request.cell);
  const double porosity = request.porosity_fraction;
  if (!(porosity >= 0.05 && porosity <= 0.95))
    fail_input("lattice: a porosity of {:.1f} % was asked for; expected 5..95 %", 100 * porosity);
  if (request.pore_size_mm && request.cell_size_mm)
    fail_input("lattice: both pore_size_mm ({}) and cell_size_mm ({}) are given, but each follows from the other; give one of them",
               *request.pore_size_mm, *request.cell_size_mm);
  if (!request.pore_size_mm && !request.cell_size_mm)
    fail_input("lattice: neither pore_size_mm nor cell_size_mm is given; give one of them (for example a pore size of 0.6 mm)");
  if (request.pore_size_mm) check_size("pore_size_mm", *request.pore_size_mm, 0.05, 10.0);
  if (request.cell_size_mm) check_size("cell_size_mm", *request.cell_size_mm, 0.1, 20.0);
  if (request.voxel_mm) check_size("voxel_mm", *request.voxel_mm, 0.005, 1.0);
  if ((body.frame().origin_Patient - porous.frame().origin_Patient).norm() > 1e-9 ||
      (body.frame().axes_Patient - porous.frame().axes_Patient).norm() > 1e-12)
    fail_input("lattice: body '{}' and porous zone '{}' are in different frames", body.name(), porous.name());

  plan.threshold = threshold_for_porosity(*plan.cell, porosity);
  check_connectivity(*plan.cell, porosity, plan.threshold);
  constexpr double kStep = 0.02;
  plan.share_slope = (threshold_for_porosity(*plan.cell, porosity - kStep) - threshold_for_porosity(*plan.cell, porosity + kStep));
  plan.share_slope = 2.0 * kStep / plan.share_slope;
  plan.sizes = measure_unit_cell(*plan.cell, plan.threshold);
  plan.cell_size_mm = request.cell_size_mm ? *request.cell_size_mm : *request.pore_size_mm / plan.sizes.pore_diameter;
  plan.voxel_mm = request.voxel_mm ? *request.voxel_mm
                                   : default_voxel_mm(body, plan.cell_size_mm, plan.sizes.strut_diameter * plan.cell_size_mm);
  if (plan.cell_size_mm < kLeastVoxelsPerCell * plan.voxel_mm)
    fail_input("lattice: a cell of {:.3f} mm has only {:.1f} voxels of {:.3f} mm; at least {:.0f} are needed, 16 are recommended. Ask for "
               "a voxel of at most {:.3f} mm",
               plan.cell_size_mm, plan.cell_size_mm / plan.voxel_mm, plan.voxel_mm, kLeastVoxelsPerCell,
               plan.cell_size_mm / kLeastVoxelsPerCell);
  const geometry::Box outer = body.solid_bounds(), inner = porous.solid_bounds();
  const Vec3 zone = outer.max.cwiseMin(inner.max) - outer.min.cwiseMax(inner.min);
  if (!(zone.minCoeff() > plan.cell_size_mm))
    fail_input("lattice: the porous zone '{}' is smaller than one cell of {:.2f} mm in some direction; ask for a smaller cell or pore",
               porous.name(), plan.cell_size_mm);
  return plan;
}

}  // namespace spongiosa::lattice
