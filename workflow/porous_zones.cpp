#include "workflow/porous_zones.h"

#include "core/error.h"
#include "fea/results/principal.h"
#include "geometry/image/image_file.h"
#include "lattice/build/fill.h"
#include "lattice/grading/blend.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"
#include "workflow/lattice_keys.h"
#include "workflow/stages/stage_files.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr double kUniform = 0.005;  ///< a zone whose densities differ by less is taken as one
constexpr double kOneBlend = 0.02;  ///< the same of its weights
constexpr int kGradedEntries = 5;

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

/// value(voxel, its place) at the voxels of a zone.
template <class Value>
std::vector<double> values_of(const g::LabelImage& zones, int label, const Value& value) {
  std::vector<double> values;
  for (std::int64_t k = 0; k < zones.size[2]; ++k)
    for (std::int64_t j = 0; j < zones.size[1]; ++j)
      for (std::int64_t i = 0; i < zones.size[0]; ++i)
        if (const std::size_t voxel = zones.offset(i, j, k); int(zones.data[voxel]) == label)
          values.push_back(value(voxel, zones.to_patient(Vec3(double(i), double(j), double(k)))));
  return values;
}

/// Where a zone is homogenised: at its mean, or evenly between the 1st and the 99th percentile of its values.
struct Nodes {
  std::vector<double> at;
  std::size_t nearest_mean = 0;
};
Nodes nodes_of(std::vector<double> values, double uniform) {
  std::sort(values.begin(), values.end());
  double mean = 0.0;
  for (const double value : values) mean += value / double(values.size());
  const double low = values[values.size() / 100], high = values[values.size() - 1 - values.size() / 100];
  if (high - low < uniform) return {{mean}, 0};
  Nodes nodes;
  for (int n = 0; n < kGradedEntries; ++n) nodes.at.push_back(low + (high - low) * n / (kGradedEntries - 1));
  for (std::size_t n = 1; n < nodes.at.size(); ++n)
    if (std::abs(nodes.at[n] - mean) < std::abs(nodes.at[nodes.nearest_mean] - mean)) nodes.nearest_mean = n;
  return nodes;
}

/// The interval of rising values that holds x, and where in it (0..1); beyond the ends theirs.
std::pair<std::size_t, double> interval(const std::vector<double>& values, double x) {
  if (values.size() == 1) return {0, 0.0};
  std::size_t first = 0;
  while (first + 2 < values.size() && values[first + 1] < x) ++first;
  return {first, std::clamp((x - values[first]) / (values[first + 1] - values[first]), 0.0, 1.0)};
}

/// Strain (Voigt, engineering shear) seen in axes given as columns.
Vec6 strain_in(const Vec6& e, const Mat3& axes) {
  const Mat3 seen = axes.transpose() * fea::strain_tensor(e) * axes;
  Vec6 result;
  result << seen(0, 0), seen(1, 1), seen(2, 2), 2.0 * seen(1, 2), 2.0 * seen(0, 2), 2.0 * seen(0, 1);
  return result;
}

}  // namespace

Mat6 PorousZone::stiffness_mpa(std::size_t cell) const {
  // The implant's axes as the cell sees them.
  return fea::stiffness_in_frame(cells[cell].stiffness_mpa, rotation.transpose());
}

std::vector<float> PorousZone::coefficients_at(double density, double at_weight) const {
  const auto [d, in_d] = interval(densities, density);
  const auto [w, in_w] = interval(weights, at_weight);
  std::vector<float> shares(cells.size(), 0.0f);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, densities.size()); ++i)
    for (std::size_t j = 0; j < std::min<std::size_t>(2, weights.size()); ++j)
      shares[d + i + densities.size() * (w + j)] = float((i ? in_d : 1.0 - in_d) * (j ? in_w : 1.0 - in_w));
  return shares;
}

std::vector<float> PorousZone::coefficients(double density, const Vec3& p_Implant) const {
  return coefficients_at(density, weight && weights.size() > 1 ? weight->value(p_Implant) : weights[0]);
}

double PorousZone::interpolation_error() const {
  double largest = 0.0;
  const auto compare = [&](const std::vector<double>& over, std::size_t n, std::size_t cell, std::size_t stride) {
    if (n == 0 || n + 1 >= over.size()) return;
    const double t = (over[n] - over[n - 1]) / (over[n + 1] - over[n - 1]);
    const Mat6 &below = cells[cell - stride].stiffness_mpa, &here = cells[cell].stiffness_mpa, &above = cells[cell + stride].stiffness_mpa;
    largest = std::max(largest, ((1.0 - t) * below + t * above - here).norm() / here.norm());
  };
  for (std::size_t w = 0; w < weights.size(); ++w)
    for (std::size_t d = 0; d < densities.size(); ++d) {
      compare(densities, d, d + densities.size() * w, 1);
      compare(weights, w, d + densities.size() * w, densities.size());
    }
  return largest;
}

double PorousZone::strut_von_mises_mpa(const Vec6& strain, const std::vector<float>& coefficients) const {
  const Vec6 seen = strain_in(strain, rotation);
  double sum = 0.0;
  for (std::size_t n = 0; n < cells.size(); ++n)
    if (coefficients[n] > 0.0f) sum += double(coefficients[n]) * cells[n].strut_von_mises_mpa(seen, 0.99);
  return sum;
}

std::vector<PorousZone> porous_zones(const StageContext& context, const fea::IsotropicMaterial& metal, const Progress& progress) {
  const g::LabelImage labels = g::read_label_image(context.stage_folder("04_fill") / "zones.nrrd");
  const g::FloatImage density = g::read_float_image(context.stage_folder("04_fill") / "density.nrrd");
  std::optional<lattice::FieldSources> sources;  // of blends
  const Json& core = context.design.at("lattice");
  const Json& others = core.at("zones");
  const int cells_per_edge = int(context.design.number("solve.homogenization_cells"));
  std::vector<PorousZone> result;
  const auto add = [&](const Json& keys, const std::string& part, int label, const Progress& own) {
    std::vector<double> here = values_of(labels, label, [&](std::size_t voxel, const Vec3&) { return double(density.data[voxel]); });
    if (here.empty()) return;
    PorousZone zone;
    zone.part = part;
    zone.label = label;
    if (!keys.at("rotation_deg").is_null()) {
      const Json& degrees = keys.at("rotation_deg");
      zone.rotation = lattice::cell_rotation({degrees[0].get<double>(), degrees[1].get<double>(), degrees[2].get<double>()});
    }
    const lattice::CellPtr cell = lattice::make_cell(cell_spec(keys));
    std::optional<lattice::CellBlend> blend;
    zone.cell_name = cell->name();
    const Nodes over_density = nodes_of(std::move(here), kUniform);
    zone.densities = over_density.at;
    zone.reference = over_density.nearest_mean;
    if (!keys.at("blend_cell").is_null()) {
      lattice::CellSpec second;
      second.name = keys.at("blend_cell").get<std::string>();
      blend.emplace(cell, lattice::make_cell(second));
      zone.cell_name += " to " + second.name;
      if (!sources) sources = field_sources(context, load_shape(context));
      zone.weight.emplace(keys.at("blend_expression").get<std::string>(), *sources);
      const Nodes over_weight = nodes_of(
          values_of(labels, label, [&](std::size_t, const Vec3& p_Patient) { return zone.weight->value(sources->frame().from_patient(p_Patient)); }), kOneBlend);
      zone.weights = over_weight.at;
      zone.reference += zone.densities.size() * over_weight.nearest_mean;
    }
    const std::size_t count = zone.densities.size() * zone.weights.size();
    for (std::size_t n = 0; n < count; ++n) {
      const double weight = zone.weights[n / zone.densities.size()], at_density = zone.densities[n % zone.densities.size()];
      const lattice::CellPtr of = blend ? blend->at_weight(weight) : cell;
      zone.cells.push_back(homogenize_at(*of, at_density, cells_per_edge, metal, own.part(double(n) / double(count), double(n + 1) / double(count))));
    }
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
