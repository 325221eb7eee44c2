#include "workflow/porous_zones.h"

#include "core/error.h"
#include "fea/results/principal.h"
#include "geometry/image/image_file.h"
#include "lattice/build/fill.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"
#include "workflow/lattice_keys.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr double kUniform = 0.005;  ///< a zone whose densities differ by less is taken as one
constexpr int kGradedEntries = 4;

double mean_axial_mpa(const Mat6& stiffness) { return stiffness.diagonal().head<3>().mean(); }

fea::HomogenizedCell homogenize_at(const lattice::Cell& cell, double density, int cells_per_edge, const fea::IsotropicMaterial& metal,
                                   const Progress& progress) {
  fea::PeriodicCell periodic;
  // Random tiles are several cells wide and need fewer voxels in each.
  const Vec3 aspect = cell.info().aspect;
  const double per_cell = aspect.maxCoeff() > 2.0 ? std::max(8.0, 96.0 / aspect.maxCoeff()) : double(cells_per_edge);
  for (int a = 0; a < 3; ++a) periodic.size[std::size_t(a)] = std::max<std::int64_t>(4, std::llround(per_cell * aspect[a]));
  periodic.solid_share = lattice::solid_share(cell, lattice::level_for_density(cell, density), periodic.size);
  periodic.youngs_modulus_mpa = metal.youngs_modulus_mpa;
  periodic.poisson_ratio = metal.poisson_ratio;
  return fea::homogenize(periodic, progress);
}

/// Densities at the voxels of a zone, sorted.
std::vector<float> densities_of(const g::LabelImage& zones, const g::FloatImage& density, int label) {
  std::vector<float> values;
  for (std::size_t n = 0; n < zones.data.size(); ++n)
    if (int(zones.data[n]) == label) values.push_back(density.data[n]);
  std::sort(values.begin(), values.end());
  return values;
}

/// Strain (Voigt, engineering shear) seen in axes given as columns.
Vec6 strain_in(const Vec6& e, const Mat3& axes) {
  const Mat3 seen = axes.transpose() * fea::strain_tensor(e) * axes;
  Vec6 result;
  result << seen(0, 0), seen(1, 1), seen(2, 2), 2.0 * seen(1, 2), 2.0 * seen(0, 2), 2.0 * seen(0, 1);
  return result;
}

}  // namespace

Mat6 PorousZone::stiffness_mpa() const {
  // The implant's axes as the cell sees them.
  return fea::stiffness_in_frame(cells[reference].stiffness_mpa, rotation.transpose());
}

double PorousZone::factor(double density) const {
  const double of_reference = mean_axial_mpa(cells[reference].stiffness_mpa);
  if (densities.size() == 1) return 1.0;
  std::size_t above = 1;
  while (above + 1 < densities.size() && densities[above] < density) ++above;
  const double t = std::clamp((density - densities[above - 1]) / (densities[above] - densities[above - 1]), 0.0, 1.0);
  return ((1.0 - t) * mean_axial_mpa(cells[above - 1].stiffness_mpa) + t * mean_axial_mpa(cells[above].stiffness_mpa)) / of_reference;
}

const fea::HomogenizedCell& PorousZone::nearest(double factor_wanted) const {
  std::size_t best = 0;
  const double of_reference = mean_axial_mpa(cells[reference].stiffness_mpa);
  const auto off = [&](std::size_t n) { return std::abs(mean_axial_mpa(cells[n].stiffness_mpa) / of_reference - factor_wanted); };
  for (std::size_t n = 1; n < cells.size(); ++n)
    if (off(n) < off(best)) best = n;
  return cells[best];
}

double PorousZone::shape_error() const {
  double largest = 0.0;
  const Mat6& of_reference = cells[reference].stiffness_mpa;
  for (const fea::HomogenizedCell& cell : cells) {
    const Mat6 scaled = mean_axial_mpa(cell.stiffness_mpa) / mean_axial_mpa(of_reference) * of_reference;
    largest = std::max(largest, (scaled - cell.stiffness_mpa).norm() / cell.stiffness_mpa.norm());
  }
  return largest;
}

double PorousZone::strut_von_mises_mpa(const Vec6& strain, double factor_here) const {
  return nearest(factor_here).strut_von_mises_mpa(strain_in(strain, rotation), 0.99);
}

std::vector<PorousZone> porous_zones(const StageContext& context, const fea::IsotropicMaterial& metal, const Progress& progress) {
  const g::LabelImage zones = g::read_label_image(context.stage_folder("04_fill") / "zones.nrrd");
  const g::FloatImage density = g::read_float_image(context.stage_folder("04_fill") / "density.nrrd");
  const Json& core = context.design.at("lattice");
  const Json& others = core.at("zones");
  const int cells_per_edge = int(context.design.number("solve.homogenization_cells"));
  std::vector<PorousZone> result;
  const auto add = [&](const Json& keys, const std::string& part, int label, const Progress& own) {
    const std::vector<float> here = densities_of(zones, density, label);
    if (here.empty()) return;
    PorousZone zone;
    zone.part = part;
    zone.label = label;
    if (!keys.at("rotation_deg").is_null()) {
      const Json& degrees = keys.at("rotation_deg");
      zone.rotation = lattice::cell_rotation({degrees[0].get<double>(), degrees[1].get<double>(), degrees[2].get<double>()});
    }
    const lattice::CellPtr cell = lattice::make_cell(cell_spec(keys));
    zone.cell_name = cell->name();
    double mean = 0.0;
    for (const float d : here) mean += double(d) / double(here.size());
    const double low = here[here.size() / 100], high = here[here.size() - 1 - here.size() / 100];
    if (high - low < kUniform) {
      zone.densities = {mean};
    } else {
      for (int n = 0; n < kGradedEntries; ++n) zone.densities.push_back(low + (high - low) * n / (kGradedEntries - 1));
      for (std::size_t n = 1; n < zone.densities.size(); ++n)
        if (std::abs(zone.densities[n] - mean) < std::abs(zone.densities[zone.reference] - mean)) zone.reference = n;
    }
    for (std::size_t n = 0; n < zone.densities.size(); ++n)
      zone.cells.push_back(homogenize_at(*cell, zone.densities[n], cells_per_edge, metal,
                                         own.part(double(n) / double(zone.densities.size()), double(n + 1) / double(zone.densities.size()))));
    result.push_back(std::move(zone));
  };
  const double count = double(others.size() + 1);
  add(core, "implant-porous", int(others.size()) + 1, progress.part(0.0, 1.0 / count));
  if (result.empty()) fail_computation("the core of the lattice holds no volume: the zones cover the whole porous zone; make one of them the core");
  for (std::size_t n = 0; n < others.size(); ++n)
    if (others[n].at("content") == "lattice")
      add(others[n], "implant-porous: " + others[n].at("name").get<std::string>(), int(n) + 1,
          progress.part(double(n + 1) / count, double(n + 2) / count));
  return result;
}

std::string unresolved_arrangement(const Json& keys) {
  std::string what;
  const auto add = [&](const Json& section) {
    if (!section.at("blend_cell").is_null()) what = "the second cell of a blend (the first is taken everywhere)";
    for (const char* key : {"turn_x_expression", "turn_y_expression", "turn_z_expression"})
      if (!section.at(key).is_null()) what = "directions that change from place to place (those of rotation_deg are taken)";
    if (section.at("frame") != "cartesian") what = "cells arranged round an axis, a centre or along the surface (axes of the implant are taken)";
  };
  add(keys);
  for (const Json& zone : keys.at("zones"))
    if (zone.at("content") == "lattice") add(zone);
  return what;
}

}  // namespace spongiosa::workflow
