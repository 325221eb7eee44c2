/// Compares the phantom case's segmentation and endplates with the phantom's exact truth.
/// usage: validate_phantom RESULTS [CASE]   (CASE: examples/phantom-c5)

#include "core/error.h"
#include "geometry/bone/corpectomy.h"
#include "geometry/image/image_file.h"
#include "geometry/phantom/spine_phantom.h"
#include "geometry/surface/marching_cubes.h"
#include "workflow/case.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace spongiosa;
namespace g = spongiosa::geometry;

namespace {

struct Errors {
  double mean = 0.0, p95 = 0.0;
};
Errors summarise(std::vector<double> absolute) {
  if (absolute.empty()) return {};
  std::sort(absolute.begin(), absolute.end());
  double sum = 0.0;
  for (const double e : absolute) sum += e;
  return {sum / double(absolute.size()), absolute[std::size_t(0.95 * double(absolute.size() - 1))]};
}

/// Surface of one label, smooth between voxel centres, in the patient frame.
g::TriangleMesh label_surface(const g::LabelImage& labels, std::uint8_t label) {
  g::FloatImage field = labels.like<float>(0.5f);
  for (std::size_t n = 0; n < labels.data.size(); ++n)
    if (labels.data[n] == label) field.data[n] = -0.5f;
  return g::extract_surface(field, {});
}

void compare_surface(const g::SpinePhantom& phantom, const std::string& level, const g::LabelImage& labels, std::uint8_t label) {
  const g::TriangleMesh mesh = label_surface(labels, label);
  const std::size_t step = std::max<std::size_t>(1, mesh.vertices.size() / 6000);
  std::vector<double> errors((mesh.vertices.size() + step - 1) / step);
  tbb::parallel_for(std::size_t(0), errors.size(), [&](std::size_t n) {
    errors[n] = std::abs(phantom.bone_distance_mm(level, mesh.vertices[n * step].cast<double>()));
  });
  const Errors e = summarise(errors);
  std::printf("%s segmented surface: mean %.3f mm, 95th percentile %.3f mm (%zu points)\n", level.c_str(), e.mean, e.p95, errors.size());
}

void compare_plate(const g::SpinePhantom& phantom, const std::string& level, g::EndplateSide side, const g::Endplate& plate, const g::Frame& frame) {
  const auto truth = std::find_if(phantom.truth().begin(), phantom.truth().end(), [&](const auto& v) { return v.level == level; });
  const bool superior = side == g::EndplateSide::kSuperior;
  const Vec3 true_normal = superior ? truth->superior_normal_Patient : truth->inferior_normal_Patient;
  const double angle_deg = std::acos(std::min(1.0, std::abs(true_normal.dot(frame.axes_Patient * plate.normal)))) * 180.0 / M_PI;
  const g::Frame vertebra = phantom.vertebra_frame(level);
  std::vector<double> errors;
  for (int j = 0; j < plate.surface.ny; ++j)
    for (int i = 0; i < plate.surface.nx; ++i) {
      if (!plate.surface.measured[std::size_t(i + plate.surface.nx * j)]) continue;
      const double x = plate.surface.x0_mm + i * plate.surface.step_mm, y = plate.surface.y0_mm + j * plate.surface.step_mm;
      const Vec3 p = vertebra.from_patient(frame.to_patient(Vec3(x, y, plate.surface.z(x, y))));
      if (const auto z = phantom.endplate_height_mm(level, side, p.x(), p.y())) errors.push_back(std::abs(p.z() - *z));
    }
  const Errors e = summarise(errors);
  std::printf("%s %s endplate: surface mean %.3f mm, 95th percentile %.3f mm; plane angle %.2f deg; width %.1f (true %.1f) mm, depth %.1f (true %.1f) mm\n",
              level.c_str(), superior ? "superior" : "inferior", e.mean, e.p95, angle_deg, plate.width_mm,
              superior ? truth->upper_width_mm : truth->lower_width_mm, plate.depth_mm, superior ? truth->upper_depth_mm : truth->lower_depth_mm);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) fail_usage("usage: validate_phantom RESULTS [CASE]");
    const std::filesystem::path results = argv[1];
    const workflow::Case design = workflow::Case::load(argc > 2 ? argv[2] : "examples/phantom-c5");
    const g::SpinePhantom phantom(workflow::phantom_options(design.at("ct.phantom")));
    const g::LabelImage labels = g::read_label_image(results / "stages" / "02_segment" / "labels.nrrd");
    std::uint8_t label = 1;
    for (const auto& [level, point] : design.at("anatomy.seeds_mm").items()) compare_surface(phantom, level, labels, label++);
    const g::CorpectomyAnatomy a = g::corpectomy_from_json(read_json(results / "stages" / "03_shape" / "anatomy.json"));
    compare_plate(phantom, a.cranial_level, g::EndplateSide::kInferior, a.cranial, a.frame);
    compare_plate(phantom, a.replaced_level, g::EndplateSide::kSuperior, a.replaced_superior, a.frame);
    compare_plate(phantom, a.replaced_level, g::EndplateSide::kInferior, a.replaced_inferior, a.frame);
    compare_plate(phantom, a.caudal_level, g::EndplateSide::kSuperior, a.caudal, a.frame);
    // Heights between the centres of the true planes, along the measured line of centres.
    const auto find = [&](const std::string& level) {
      return *std::find_if(phantom.truth().begin(), phantom.truth().end(), [&](const auto& v) { return v.level == level; });
    };
    const double gap = (find(a.cranial_level).inferior_centre_Patient - find(a.caudal_level).superior_centre_Patient).norm();
    const double body = (find(a.replaced_level).superior_centre_Patient - find(a.replaced_level).inferior_centre_Patient).norm();
    std::printf("gap height %.2f mm (true %.2f), body height %.2f mm (true %.2f)\n", a.gap_height_mm, gap, a.body_height_mm, body);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_phantom: %s\n", error.what());
    return int(error.code());
  }
}
