#include "workflow/construct_model.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

enum class Where { kVoid, kBoneCranial, kImplantSolid, kImplantPorous, kBoneCaudal, kTiedGap };

/// Decides for one point what it is made of.
class Classifier {
 public:
  Classifier(const g::Segmentation& segmentation, int cranial_label, int caudal_label, const g::CorpectomyAnatomy& anatomy,
             const g::LevelSet& body, const g::LevelSet& porous, const ConstructOptions& options)
      : labels_(segmentation.labels),
        cranial_label_(std::uint8_t(cranial_label)),
        caudal_label_(std::uint8_t(caudal_label)),
        anatomy_(anatomy),
        body_(body),
        porous_(porous),
        options_(options) {}

  Where at(const Vec3& p) const {
    if (body_.value(p) < 0.0) return porous_.value(p) < 0.0 ? Where::kImplantPorous : Where::kImplantSolid;
    const double z_cranial = anatomy_.cranial.surface.z(p.x(), p.y());
    const double z_caudal = anatomy_.caudal.surface.z(p.x(), p.y());
    if (p.z() > z_caudal && p.z() < z_cranial) return bridges_gap(p, z_cranial, z_caudal) ? Where::kTiedGap : Where::kVoid;
    const bool above = p.z() >= z_cranial;
    const double depth = above ? p.z() - z_cranial : z_caudal - p.z();
    const g::Endplate& plate = above ? anatomy_.cranial : anatomy_.caudal;
    const bool under_plate = depth < kEndplateDepthMm && plate.surface.is_measured(p.x(), p.y());
    if (under_plate || is_label(p, above ? cranial_label_ : caudal_label_)) return above ? Where::kBoneCranial : Where::kBoneCaudal;
    return Where::kVoid;
  }

 private:
  /// The label staircase ends up to a voxel off the measured endplate: below the plate all is bone.
  static constexpr double kEndplateDepthMm = 1.5;

  bool bridges_gap(const Vec3& p, double z_cranial, double z_caudal) const {
    const double tie = options_.tie_gap_mm;
    if (z_cranial - p.z() < tie && body_.value(p - Vec3(0, 0, tie)) < 0.0) return true;
    return p.z() - z_caudal < tie && body_.value(p + Vec3(0, 0, tie)) < 0.0;
  }

  /// Trilinear share of the label: the surface runs between voxels, not along their faces.
  bool is_label(const Vec3& p, std::uint8_t label) const {
    const Vec3 x = labels_.to_index(anatomy_.frame.to_patient(p));
    double share = 0.0;
    for (int corner = 0; corner < 8; ++corner) {
      double weight = 1.0;
      std::int64_t at[3];
      for (int a = 0; a < 3; ++a) {
        const double base = std::floor(x[a]);
        const bool upper = (corner >> a) & 1;
        at[a] = std::int64_t(base) + (upper ? 1 : 0);
        weight *= upper ? x[a] - base : 1.0 - (x[a] - base);
      }
      if (labels_.contains(at[0], at[1], at[2]) && labels_.at(at[0], at[1], at[2]) == label) share += weight;
    }
    return share > 0.5;
  }

  const g::LabelImage& labels_;
  std::uint8_t cranial_label_, caudal_label_;
  const g::CorpectomyAnatomy& anatomy_;
  g::LevelSet::Sampler body_, porous_;
  const ConstructOptions& options_;
};

g::Box model_box(const g::CorpectomyAnatomy& anatomy, const ConstructOptions& options) {
  g::Box box;
  for (const g::Endplate* plate : {&anatomy.cranial, &anatomy.caudal})
    for (const Vec2& p : plate->outline) box.include(Vec3(p.x(), p.y(), 0.0));
  box = box.grown(options.bone_margin_mm);
  box.max.z() = anatomy.cranial.centre.z() + options.load_depth_mm;
  box.min.z() = anatomy.caudal.centre.z() - options.support_depth_mm;
  return box;
}

/// Distance from p to a closed polygon; 0 inside.
double distance_mm(const std::vector<Vec2>& polygon, const Vec2& p) {
  bool inside = false;
  double nearest = 1e300;
  for (std::size_t n = 0, before = polygon.size() - 1; n < polygon.size(); before = n++) {
    const Vec2 a = polygon[before], b = polygon[n], edge = b - a;
    const double along = edge.squaredNorm() > 0.0 ? std::clamp((p - a).dot(edge) / edge.squaredNorm(), 0.0, 1.0) : 0.0;
    nearest = std::min(nearest, (a + along * edge - p).norm());
    if ((a.y() > p.y()) != (b.y() > p.y()) && p.x() < a.x() + (p.y() - a.y()) / (b.y() - a.y()) * (b.x() - a.x())) inside = !inside;
  }
  return inside ? 0.0 : nearest;
}

/// Columns of cells through the vertebral body: posterior elements that a cut plane also meets carry no disc's load.
std::vector<std::uint8_t> body_columns(const fea::VoxelModel& model, const g::Endplate& plate, double margin_mm) {
  std::vector<std::uint8_t> columns(std::size_t(model.size[0] * model.size[1]), 0);
  for (std::int64_t j = 0; j < model.size[1]; ++j)
    for (std::int64_t i = 0; i < model.size[0]; ++i) {
      const Vec2 centre = model.first_mm.head<2>() + model.cell_mm * Vec2(double(i) + 0.5, double(j) + 0.5);
      columns[std::size_t(i + model.size[0] * j)] = distance_mm(plate.outline, centre) <= margin_mm;
    }
  return columns;
}

/// Extent in y of the faces that `chosen` says yes to.
template <class Chosen>
std::array<double, 2> y_extent_mm(const fea::VoxelModel& model, const Chosen& chosen) {
  std::array<double, 2> extent{1e300, -1e300};
  for (std::size_t cell = 0; cell < model.cell_count(); ++cell) {
    if (!model.is_active(cell) || !chosen(cell)) continue;
    const double low = model.first_mm.y() + model.cell_mm * double(std::int64_t(cell) / model.size[0] % model.size[1]);
    extent = {std::min(extent[0], low), std::max(extent[1], low + model.cell_mm)};
  }
  return extent;
}

constexpr std::size_t kBoneCranialPart = 0, kSolidPart = 1, kCorePart = 2, kBoneCaudalPart = 3, kFirstOtherPart = 4;

/// What of the implant's porous zone lies at a point: a part of the model, or nothing; and the coefficients of a lattice's tensors.
class PorousContent {
 public:
  explicit PorousContent(const ImplantContent& implant) : implant_(implant) {
    for (std::size_t n = 0; n < implant.lattices.size(); ++n) {
      const std::size_t label = std::size_t(implant.lattices[n].label);
      if (zone_of_label_.size() <= label) zone_of_label_.resize(label + 1, -1);
      zone_of_label_[label] = int(n);
    }
  }
  struct Here {
    std::optional<std::size_t> part;
    std::vector<float> coefficients = {};  ///< empty: all of the first tensor
  };
  Here at(const Vec3& p_Implant, const Vec3& p_Patient) const {
    const Vec3 index = implant_.zones.to_index(p_Patient);
    std::int64_t i[3];
    for (int a = 0; a < 3; ++a) i[a] = std::clamp<std::int64_t>(std::llround(index[a]), 0, implant_.zones.size[std::size_t(a)] - 1);
    const std::size_t label = implant_.zones.at(i[0], i[1], i[2]);
    const double density = implant_.density.at(i[0], i[1], i[2]);
    if (label == 0) {
      Here here{kCorePart, std::vector<float>(implant_.lattices[0].stiffness_mpa.size(), 0.0f)};
      here.coefficients[implant_.lattices[0].reference] = 1.0f;
      return here;
    }
    const int zone = label < zone_of_label_.size() ? zone_of_label_[label] : -1;
    if (zone < 0) return {density > 0.5 ? std::optional(kSolidPart) : std::nullopt};
    const std::size_t part = zone == 0 ? kCorePart : kFirstOtherPart + std::size_t(zone - 1);
    return {part, implant_.lattices[std::size_t(zone)].coefficients(density, p_Implant)};
  }

 private:
  const ImplantContent& implant_;
  std::vector<int> zone_of_label_;
};

/// Counts of one thread's cells; added up in cell order afterwards, so the sums do not depend on the thread count.
struct CellCount {
  int tied = 0, bone[2] = {0, 0}, at_min = 0, at_max = 0;
  double modulus[2] = {0, 0}, density[2] = {0, 0};
};

}  // namespace

Construct build_construct(const g::Segmentation& segmentation, int cranial_label, int caudal_label, const g::CorpectomyAnatomy& anatomy,
                          const g::LevelSet& body, const g::LevelSet& porous, const ImplantContent& implant, const fea::BoneLaw& law,
                          const fea::HuCalibration& calibration, const ConstructOptions& options) {
  SPONGIOSA_ASSERT(!implant.lattices.empty());
  Construct construct;
  fea::VoxelModel& model = construct.model;
  const g::Box box = model_box(anatomy, options);
  model.frame = anatomy.frame;
  model.cell_mm = options.cell_mm;
  model.first_mm = box.min;
  for (int a = 0; a < 3; ++a) model.size[a] = std::max<std::int64_t>(1, std::llround(box.size()[a] / options.cell_mm));

  const std::size_t cells = model.cell_count();
  const Mat6 unit_bone = fea::isotropic_stiffness(1.0, law.poisson_ratio);
  const auto add_part = [&](const std::string& name, const Mat6& stiffness_mpa, bool with_factor) {
    fea::Part part;
    part.name = name;
    part.stiffness_mpa = stiffness_mpa;
    part.share.assign(cells, 0.0f);
    if (with_factor) part.factor.assign(cells, 1.0f);
    model.parts.push_back(std::move(part));
  };
  add_part("bone-cranial", unit_bone, true);
  add_part("implant-solid", implant.solid_stiffness_mpa, false);
  const auto add_lattice = [&](const ImplantContent::Zone& zone) {
    add_part(zone.part, zone.stiffness_mpa[0], true);
    for (std::size_t t = 1; t < zone.stiffness_mpa.size(); ++t) model.parts.back().terms.push_back({zone.stiffness_mpa[t], std::vector<float>(cells, 0.0f)});
  };
  add_lattice(implant.lattices[0]);
  add_part("bone-caudal", unit_bone, true);
  for (std::size_t n = 1; n < implant.lattices.size(); ++n) add_lattice(implant.lattices[n]);
  std::size_t most_tensors = 1;
  for (const ImplantContent::Zone& zone : implant.lattices) most_tensors = std::max(most_tensors, zone.stiffness_mpa.size());
  const PorousContent content(implant);

  std::vector<CellCount> counts(cells);
  const int n = options.samples;
  const float sample_share = 1.0f / float(n * n * n);
  tbb::parallel_for(std::int64_t(0), model.size[2], [&](std::int64_t k) {
    const Classifier classifier(segmentation, cranial_label, caudal_label, anatomy, body, porous, options);
    for (std::int64_t j = 0; j < model.size[1]; ++j)
      for (std::int64_t i = 0; i < model.size[0]; ++i) {
        const std::size_t cell = std::size_t(i + model.size[0] * (j + model.size[1] * k));
        CellCount& count = counts[cell];
        std::vector<int> of_part(model.parts.size(), 0);
        std::vector<double> coefficient(model.parts.size() * most_tensors, 0.0);  // sums over the samples
        for (int s = 0; s < n * n * n; ++s) {
          const Vec3 within((s % n + 0.5) / n, (s / n % n + 0.5) / n, (s / n / n + 0.5) / n);
          const Vec3 p = model.first_mm + options.cell_mm * (Vec3(double(i), double(j), double(k)) + within);
          const Where where = classifier.at(p);
          if (where == Where::kTiedGap) ++count.tied;
          if (where == Where::kImplantPorous || where == Where::kTiedGap) {
            // A bridged gap is as the zone next to it.
            const auto here = content.at(p, anatomy.frame.to_patient(p));
            if (here.part) {
              ++of_part[*here.part];
              for (std::size_t t = 0; t < here.coefficients.size(); ++t) coefficient[*here.part * most_tensors + t] += double(here.coefficients[t]);
            }
          }
          if (where == Where::kImplantSolid) ++of_part[kSolidPart];
          if (where != Where::kBoneCranial && where != Where::kBoneCaudal) continue;
          const int side = where == Where::kBoneCranial ? 0 : 1;
          ++of_part[side == 0 ? kBoneCranialPart : kBoneCaudalPart];
          const double hu = segmentation.hu_denoised.sample(anatomy.frame.to_patient(p));
          const double density = std::max(0.0, calibration.slope_g_cm3_per_hu * hu + calibration.intercept_g_cm3);
          const double modulus = law.modulus_mpa(density);
          count.at_min += modulus <= options.bone_modulus_min_mpa;
          count.at_max += modulus >= options.bone_modulus_max_mpa;
          ++count.bone[side];
          count.density[side] += density;
          count.modulus[side] += std::clamp(modulus, options.bone_modulus_min_mpa, options.bone_modulus_max_mpa);
        }
        for (std::size_t part = 0; part < of_part.size(); ++part) {
          model.parts[part].share[cell] = float(of_part[part]) * sample_share;
        }
        for (std::size_t zone = 0; zone < implant.lattices.size(); ++zone) {
          const std::size_t at = zone == 0 ? kCorePart : kFirstOtherPart + zone - 1;
          if (of_part[at] == 0) continue;
          fea::Part& part = model.parts[at];
          const double* sums = &coefficient[at * most_tensors];
          part.factor[cell] = float(sums[0] / of_part[at]);
          for (std::size_t t = 0; t < part.terms.size(); ++t) part.terms[t].factor[cell] = float(sums[t + 1] / of_part[at]);
        }
        if (count.bone[0] > 0) model.parts[kBoneCranialPart].factor[cell] = float(count.modulus[0] / count.bone[0]);
        if (count.bone[1] > 0) model.parts[kBoneCaudalPart].factor[cell] = float(count.modulus[1] / count.bone[1]);
      }
  });

  ConstructSummary& summary = construct.summary;
  CellCount sum;
  for (const CellCount& count : counts) {
    sum.tied += count.tied;
    sum.at_min += count.at_min;
    sum.at_max += count.at_max;
    for (int side = 0; side < 2; ++side) {
      sum.bone[side] += count.bone[side];
      sum.modulus[side] += count.modulus[side];
      sum.density[side] += count.density[side];
    }
  }
  if (sum.bone[0] == 0 || sum.bone[1] == 0)
    fail_computation("no bone was found {} the implant: check anatomy.seeds_mm and loads.{}_depth_mm", sum.bone[0] == 0 ? "above" : "below",
                     sum.bone[0] == 0 ? "load" : "support");
  const double samples = double(sum.bone[0] + sum.bone[1]);
  summary.tied_gap_volume_mm3 = sum.tied * double(sample_share) * std::pow(options.cell_mm, 3);
  summary.modulus_at_min_share = sum.at_min / samples;
  summary.modulus_at_max_share = sum.at_max / samples;
  summary.bone_modulus_mean_cranial_mpa = sum.modulus[0] / sum.bone[0];
  summary.bone_modulus_mean_caudal_mpa = sum.modulus[1] / sum.bone[1];
  summary.bone_density_mean_cranial_g_cm3 = sum.density[0] / sum.bone[0];
  summary.bone_density_mean_caudal_g_cm3 = sum.density[1] / sum.bone[1];
  summary.support_plane_z_mm = model.first_mm.z();
  summary.load_plane_z_mm = model.first_mm.z() + double(model.size[2]) * options.cell_mm;
  model.loaded_columns = body_columns(model, anatomy.cranial, options.section_margin_mm);
  model.fixed_columns = body_columns(model, anatomy.caudal, options.section_margin_mm);
  summary.cells_removed = fea::remove_unconnected_cells(model);
  summary.loaded_y_mm = y_extent_mm(model, [&](std::size_t cell) { return model.is_loaded(cell); });
  summary.fixed_y_mm = y_extent_mm(model, [&](std::size_t cell) { return model.is_fixed(cell); });
  return construct;
}

}  // namespace spongiosa::workflow
