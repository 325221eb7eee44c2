#include "workflow/tools/construct_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "fea/continuum/case_result.h"
#include "fea/continuum/hex_mesh.h"
#include "fea/micro/hot_spots.h"
#include "fea/micro/stress_statistics.h"
#include "fea/micro/voxel_islands.h"
#include "fea/micro/voxel_solver.h"
#include "geometry/image/image_file.h"
#include "workflow/construct_input.h"
#include "workflow/engine_resources.h"
#include "workflow/level_set_shares.h"
#include "workflow/spine_load.h"
#include "workflow/stages/stage_files.h"
#include "workflow/tools/microfe_input.h"
#include "workflow/tools/microfe_picture.h"
#include "workflow/tools/submodel_input.h"
#include "workflow/tools/stress_json.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;
namespace micro = fea::micro;

namespace {

constexpr double kBytesPerUnknown = 150.0;   ///< microfe's 125, and the displacements of four unit loads shared out
constexpr double kBytesPerVoxel = 130.0;     ///< of the box while shares of bone and implant are sampled
constexpr float kSoftestShare = 2e-6f;       ///< of the metal's modulus: softer than the softest bone (1 MPa)

/// What the solved case says of its model, for the estimate.
Json estimate(const Json& solved, const g::LabelImage& parts, double voxel_mm) {
  const double ratio = std::pow(solved.at("model").at("cell_mm").get<double>() / voxel_mm, 3);
  std::int64_t bone = 0, implant = 0;
  for (const std::uint8_t part : parts.data) {
    bone += part == 1 || part == 4;
    implant += part != 0 && part != 1 && part != 4;
  }
  // The lattice's own share of its zone is not known here: the implant counts in full.
  const double active = ratio * double(bone + implant), unknowns = 3.1 * active, box = ratio * double(parts.data.size());
  return {{"voxel_mm", voxel_mm}, {"voxels", active}, {"unknowns", unknowns}, {"memory_bytes", std::max(kBytesPerVoxel * box, kBytesPerUnknown * unknowns + 8.0 * box)}};
}

/// Bone, lattice and bridged gaps as one solid of voxels; moduli relative to the metal's.
struct VoxelConstruct {
  VoxelBox box;
  geometry::Frame frame;
  std::vector<std::uint8_t> loaded_columns, fixed_columns;
  std::vector<float> scale;          ///< all together
  g::FloatImage metal;               ///< share of the implant's solid
  std::vector<float> top_modulus_mpa;  ///< of the topmost layer's bone; 0: none
  double gap_mm3 = 0.0;
};

VoxelConstruct voxel_construct(const StageContext& context, const SolvedConstructFiles& files, double voxel_mm, const Progress& progress) {
  const fea::IsotropicMaterial& metal = fea::find_implant_material(context.design.text("material.implant"));
  ConstructOptions options = construct_options(context.design);
  options.cell_mm = voxel_mm;
  options.samples = 1;
  ImplantContent implant;
  implant.solid_stiffness_mpa = fea::isotropic_stiffness(metal.youngs_modulus_mpa, metal.poisson_ratio);
  implant.zones = g::read_label_image(context.stage_folder("04_fill") / "zones.nrrd");
  implant.density = g::read_float_image(context.stage_folder("04_fill") / "density.nrrd");
  // Only where bone, implant and gaps are is asked for: the lattice itself comes from its level set.
  std::fill(implant.zones.data.begin(), implant.zones.data.end(), std::uint8_t(1));
  implant.lattices.push_back({"implant-porous", 1, {implant.solid_stiffness_mpa}, 0, [](double, const Vec3&) { return std::vector<float>{1.0f}; }});
  progress.report(0.0, "bone and implant at the voxels");
  const Construct construct = construct_of(context, implant, options);
  const fea::VoxelModel& model = construct.model;

  VoxelConstruct result;
  result.frame = model.frame;
  result.box = {model.first_mm, voxel_mm, model.size};
  result.loaded_columns = model.loaded_columns;
  result.fixed_columns = model.fixed_columns;
  result.metal.size = model.size;
  result.metal.spacing_mm = Vec3::Constant(voxel_mm);
  result.metal.direction = model.frame.axes_Patient;
  result.metal.origin_Patient = model.frame.to_patient(model.first_mm + Vec3::Constant(0.5 * voxel_mm));
  result.metal.data = solid_shares(files.solid, result.box, progress.part(0.4, 0.9));
  // A bridged gap is as stiff as the lattice on average, as in the homogenised construct.
  double gap_mpa = 0.0;
  for (const char* axis : {"x", "y", "z"}) gap_mpa += files.solved.at("homogenized_cell").at(std::string("youngs_modulus_") + axis + "_mpa").get<double>() / 3.0;
  const g::LevelSet::Sampler body(files.body);
  result.scale.resize(model.cell_count());
  const auto bone_mpa = [&](std::size_t cell) {
    double sum = 0.0;
    for (const std::size_t part : {std::size_t{0}, std::size_t{3}}) sum += double(model.parts[part].share[cell]) * model.parts[part].cell_stiffness_scale(cell);
    return sum;
  };
  std::size_t cell = 0;
  for (std::int64_t k = 0; k < model.size[2]; ++k)
    for (std::int64_t j = 0; j < model.size[1]; ++j)
      for (std::int64_t i = 0; i < model.size[0]; ++i, ++cell) {
        double modulus = bone_mpa(cell);
        if (model.parts[1].share[cell] + model.parts[2].share[cell] > 0.0f &&
            body.value(model.first_mm + voxel_mm * Vec3(double(i) + 0.5, double(j) + 0.5, double(k) + 0.5)) >= 0.0) {
          modulus += gap_mpa;
          result.gap_mm3 += std::pow(voxel_mm, 3);
        }
        result.scale[cell] = std::min(1.0f, float(modulus / metal.youngs_modulus_mpa) + result.metal.data[cell]);
      }
  const std::size_t layer = std::size_t(model.size[0] * model.size[1]);
  for (std::size_t column = 0; column < layer; ++column) result.top_modulus_mpa.push_back(float(bone_mpa(model.cell_count() - layer + column)));
  return result;
}

/// The loaded faces of the solid's topmost layer, as a model of that layer alone.
fea::HexMesh top_layer(const VoxelConstruct& construct, const micro::VoxelBlocks& solid) {
  fea::VoxelModel slab;
  slab.frame = construct.frame;
  slab.cell_mm = construct.box.voxel_mm;
  const std::int64_t top = construct.box.size[2] - 1;
  slab.first_mm = construct.box.first_mm + Vec3(0, 0, construct.box.voxel_mm * double(top));
  slab.size = {construct.box.size[0], construct.box.size[1], 1};
  fea::Part bone;
  bone.name = "bone-cranial";
  bone.stiffness_mpa = fea::isotropic_stiffness(1.0, 0.3);
  for (std::int64_t column = 0; column < slab.size[0] * slab.size[1]; ++column) {
    const float modulus = construct.top_modulus_mpa[std::size_t(column)];
    const bool there = modulus > 0.0f && solid.voxel_index({column % slab.size[0], column / slab.size[0], top}) >= 0;
    bone.share.push_back(there ? 1.0f : 0.0f);
    bone.factor.push_back(there ? modulus : 1.0f);
  }
  slab.parts.push_back(std::move(bone));
  slab.loaded_columns = construct.loaded_columns;
  return fea::build_hex_mesh(slab);
}

/// node of the slab's mesh in the solid: {i, j, layer}
Index3 node_of(const fea::HexMesh& mesh, std::size_t node, const Index3& size) {
  const std::int64_t at = mesh.grid_nodes[node], row = size[0] + 1;
  return {at % row, at / row % (size[1] + 1), size[2] - 1 + at / (row * (size[1] + 1))};
}

std::vector<std::int64_t> fixed_components(const VoxelConstruct& construct, const micro::VoxelBlocks& solid) {
  std::vector<std::int64_t> fixed;
  for (std::int64_t j = 0; j < construct.box.size[1]; ++j)
    for (std::int64_t i = 0; i < construct.box.size[0]; ++i) {
      if (!construct.fixed_columns[std::size_t(i + construct.box.size[0] * j)] || solid.voxel_index({i, j, 0}) < 0) continue;
      for (int corner = 0; corner < 4; ++corner) {
        const auto at = solid.node_index({i + (corner & 1), j + (corner >> 1), 0});
        for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
      }
    }
  if (fixed.empty()) fail_computation("no voxel of bone lies on the supported plane: use smaller voxels than {:g} mm", construct.box.voxel_mm);
  return fixed;
}

Json vector_json(const Vec3& v) { return {v[0], v[1], v[2]}; }

}  // namespace

Json run_construct_job(const ConstructJob& job, const Progress& progress) {
  if (!(job.voxel_mm > 0.0) || !std::isfinite(job.voxel_mm)) fail_usage("--voxel-mm is {}; expected a number above 0", job.voxel_mm);
  const SolvedConstructFiles files = read_solved_construct(job.results);
  Json document = {{"format", "spongiosa-construct"}, {"version", 1}, {"estimate", estimate(files.solved, files.parts, job.voxel_mm)}};
  const double need = document.at("estimate").at("memory_bytes").get<double>(), have = available_memory_bytes();
  if (job.estimate_only) return document;
  if (need > have)
    fail_computation("voxels of {:g} mm make about {:.1f} million unknowns, which need {} of memory; {} are free: ask for larger voxels", job.voxel_mm,
                     1e-6 * document.at("estimate").at("unknowns").get<double>(), human_bytes(need), human_bytes(have));
  if (!job.folder.empty()) make_writable_folder(job.folder);

  const Case design = Case::load(files.results / "case-as-run.json");
  const StageContext context{design, files.results, {}, {}, {}, {}};
  const fea::IsotropicMaterial& metal = fea::find_implant_material(design.text("material.implant"));
  const double e = metal.youngs_modulus_mpa, h = job.voxel_mm;
  VoxelConstruct construct = voxel_construct(context, files, h, progress.part(0.0, 0.2));
  const micro::LargestPiece piece =
      micro::largest_piece(micro::VoxelBlocks({construct.box.size}, construct.scale, kSoftestShare), micro::Islands::kRemove);
  const micro::VoxelBlocks& solid = piece.model;
  construct.scale = {};
  const fea::HexMesh mesh = top_layer(construct, solid);
  const fea::LoadedFace face = fea::loaded_face(mesh);

  const micro::VoxelOperator op(solid, metal.poisson_ratio, fixed_components(construct, solid));
  micro::VoxelSolver solver(op, {}, progress.part(0.2, 0.3));
  // Preload along z and the moments about the three axes: every case is a sum of these.
  const Vec6 units[4] = {Vec6::Unit(2), Vec6::Unit(3), Vec6::Unit(4), Vec6::Unit(5)};
  std::array<micro::NodalVector<double>, 4> displacement, load;
  int iterations = 0;
  double residual = 0.0;
  for (std::size_t u = 0; u < 4; ++u) {
    load[u] = micro::NodalVector<double>(solid);
    const std::vector<double> forces_n = fea::face_load(mesh, face, units[u].head<3>(), units[u].tail<3>());
    for (std::size_t node = 0; node < mesh.grid_nodes.size(); ++node) {
      const auto at = solid.node_index(node_of(mesh, node, construct.box.size));
      for (int c = 0; c < 3; ++c) load[u][at.x + c * at.stride] = forces_n[3 * node + std::size_t(c)] / (e * h * h);
    }
    displacement[u] = micro::NodalVector<double>(solid);
    const double from = 0.3 + 0.14 * double(u);
    const micro::SolveReport report = solver.solve(load[u], displacement[u], 0.0, {job.tolerance, job.max_iterations}, progress.part(from, from + 0.14));
    iterations += report.iterations;
    residual = std::max(residual, report.relative_residual);
  }

  std::vector<float> metal_share(std::size_t(solid.voxel_count()), 0.0f);
  double metal_volume = 0.0;
  for (const micro::VoxelBlock& block : solid.blocks())
    solid.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      const float share = construct.metal.at(voxel[0], voxel[1], voxel[2]);
      if (share < kSmallestShare) return;
      metal_share[std::size_t(index)] = share;
      metal_volume += double(share);
    });
  document["voxels"] = solid.voxel_count();
  document["unknowns"] = solid.unknown_count();
  document["implant_solid_mm3"] = metal_volume * h * h * h;
  document["bridged_gap_mm3"] = construct.gap_mm3;
  document["removed_pieces"] = piece.removed_pieces;
  document["removed_solid_fraction"] = piece.removed_solid_fraction;
  document["iterations"] = iterations;
  document["relative_residual"] = residual;
  document["definitions"] = {
      {"bone", "every voxel has the modulus of the bone law in its middle; Poisson's ratio of the implant's material everywhere"},
      {"von_mises_mpa", "in the implant's solid, patch recovery, by volume; nothing left out"},
      {"stiffness_ratio", "work of the loads on the homogenised construct over that on this one: above 1 this one is stiffer"}};
  document["cases"] = Json::array();
  const SpineLoad spine = spine_load(design);
  const auto cases = fea::seven_load_cases(spine.preload_n, spine.moment_nm);
  for (std::size_t n = 0; n < cases.size(); ++n) {
    const fea::LoadCase& load_case = cases[n];
    const Progress part = progress.part(0.86 + 0.02 * double(n), 0.88 + 0.02 * double(n));
    part.report(0.0, load_case.name);
    const double weights[4] = {load_case.force_n[2], load_case.moment_nmm[0], load_case.moment_nmm[1], load_case.moment_nmm[2]};
    micro::NodalVector<double> x(solid);
    double work_nmm = 0.0;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      double force = 0.0;
      for (std::size_t u = 0; u < 4; ++u) {
        x[i] += weights[u] * displacement[u][i];
        force += weights[u] * load[u][i];
      }
      work_nmm += force * x[i] * e * h * h * h;
    }
    std::vector<double> face_mm(3 * mesh.grid_nodes.size());
    for (std::size_t node = 0; node < mesh.grid_nodes.size(); ++node) {
      const auto at = solid.node_index(node_of(mesh, node, construct.box.size));
      for (int c = 0; c < 3; ++c) face_mm[3 * node + std::size_t(c)] = h * x[at.x + c * at.stride];
    }
    fea::CaseResult motion;
    fea::face_motion(mesh, face, face_mm, motion);
    micro::StressStatistics stress =
        micro::stress_statistics({solid, metal.poisson_ratio, x}, e, [&](const Index3&, std::int64_t v) { return metal_share[std::size_t(v)] > 0.0f; });
    for (std::size_t v = 0; v < stress.middle.size(); ++v)
      if (metal_share[v] == 0.0f) stress.middle[v] = 0.0f;
    const double high = stress.volume.percentile(0.999);
    const Json homogenised = case_of(files.solved, load_case.name);
    document["cases"].push_back(
        {{"name", load_case.name},
         {"top_displacement_mm", vector_json(motion.top_displacement_mm)},
         {"top_rotation_deg", vector_json(motion.top_rotation_deg)},
         {"external_work_nmm", work_nmm},
         {"von_mises_mpa", percentiles_json(stress.volume)},
         {"yield_factor", metal.yield_stress_mpa / high},
         {"homogenised", {{"top_displacement_mm", homogenised.at("top_displacement_mm")},
                          {"top_rotation_deg", homogenised.at("top_rotation_deg")},
                          {"strut_von_mises_p99_mpa", homogenised.at("strut_von_mises_p99_mpa")}}},
         {"stiffness_ratio", homogenised.at("external_work_nmm").get<double>() / work_nmm}});
    if (!job.folder.empty()) {
      const std::string name = "von_mises_" + load_case.name + ".png";
      g::write_png(job.folder / name, stress_picture(construct.metal, solid, stress.middle, high,
                                                     micro::find_hot_spots(solid, stress.middle, std::max(high, 1e-30)), part));
      document["cases"].back()["picture"] = name;
    }
  }
  if (!job.folder.empty()) write_json(job.folder / "construct.json", document);
  progress.report(1.0, "done");
  return document;
}

}  // namespace spongiosa::workflow
