/// Compares the phantom case's segmentation and endplates with the phantom's exact truth.
/// usage: validate_phantom RESULTS [CASE]   (CASE: examples/phantom-c5)

#include "core/error.h"
#include "geometry/bone/corpectomy.h"
#include "geometry/image/image_file.h"
#include "geometry/phantom/spine_phantom.h"
#include "geometry/surface/marching_cubes.h"
#include "validation/record.h"
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

void compare_surface(validation::Record& record, const g::SpinePhantom& phantom, const std::string& level, const g::LabelImage& labels, std::uint8_t label) {
  const g::TriangleMesh mesh = label_surface(labels, label);
  const std::size_t step = std::max<std::size_t>(1, mesh.vertices.size() / 6000);
  std::vector<double> errors((mesh.vertices.size() + step - 1) / step);
  tbb::parallel_for(std::size_t(0), errors.size(), [&](std::size_t n) {
    errors[n] = std::abs(phantom.bone_distance_mm(level, mesh.vertices[n * step].cast<double>()));
  });
  const Errors e = summarise(errors);
  const double spacing_mm = labels.spacing_mm.mean();
  record.judge_at_most(level + ", surface: mean error", "mm", e.mean, 0.3 * spacing_mm, "true surface; 0.3 of the mean spacing");
  record.judge_at_most(level + ", surface: 95th percentile", "mm", e.p95, spacing_mm, "true surface; the mean spacing");
}

void compare_plate(validation::Record& record, const g::SpinePhantom& phantom, const std::string& level, g::EndplateSide side, const g::Endplate& plate,
                   const g::Frame& frame, double spacing_mm) {
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
  const std::string name = level + (superior ? " superior endplate" : " inferior endplate");
  record.judge_at_most(name + ": angle of its plane", "deg", angle_deg, 1.0, "true plane");
  record.judge_at_most(name + ": mean error", "mm", e.mean, 0.3 * spacing_mm, "true endplate; 0.3 of the mean spacing");
  record.judge_at_most(name + ": 95th percentile", "mm", e.p95, spacing_mm, "true endplate; the mean spacing");
  record.tell(name + ": width", "mm", plate.width_mm, superior ? truth->upper_width_mm : truth->lower_width_mm, validation::relative(0.05), "true width");
  record.tell(name + ": depth", "mm", plate.depth_mm, superior ? truth->upper_depth_mm : truth->lower_depth_mm, validation::relative(0.05), "true depth");
}

}  // namespace

int main(int argc, char** argv) {
  validation::Record record(argc, argv);
  try {
    if (argc < 2) fail_usage("usage: validate_phantom RESULTS [CASE]");
    const std::filesystem::path results = argv[1];
    const workflow::Case design = workflow::Case::load(argc > 2 ? argv[2] : "examples/phantom-c5");
    const g::SpinePhantom phantom(workflow::phantom_options(design.at("ct.phantom")));
    const g::LabelImage labels = g::read_label_image(results / "stages" / "02_segment" / "labels.nrrd");
    std::uint8_t label = 1;
    for (const auto& [level, point] : design.at("anatomy.seeds_mm").items()) compare_surface(record, phantom, level, labels, label++);
    const g::CorpectomyAnatomy a = g::corpectomy_from_json(read_json(results / "stages" / "03_shape" / "anatomy.json"));
    compare_plate(record, phantom, a.cranial_level, g::EndplateSide::kInferior, a.cranial, a.frame, labels.spacing_mm.mean());
    compare_plate(record, phantom, a.replaced_level, g::EndplateSide::kSuperior, a.replaced_superior, a.frame, labels.spacing_mm.mean());
    compare_plate(record, phantom, a.replaced_level, g::EndplateSide::kInferior, a.replaced_inferior, a.frame, labels.spacing_mm.mean());
    compare_plate(record, phantom, a.caudal_level, g::EndplateSide::kSuperior, a.caudal, a.frame, labels.spacing_mm.mean());
    // Heights between the centres of the true planes, along the measured line of centres.
    const auto find = [&](const std::string& level) {
      return *std::find_if(phantom.truth().begin(), phantom.truth().end(), [&](const auto& v) { return v.level == level; });
    };
    const double gap = (find(a.cranial_level).inferior_centre_Patient - find(a.caudal_level).superior_centre_Patient).norm();
    const double body = (find(a.replaced_level).superior_centre_Patient - find(a.replaced_level).inferior_centre_Patient).norm();
    record.judge("height of the gap", "mm", a.gap_height_mm, gap, validation::absolute(0.3), "centres of the true planes");
    record.judge("height of the body", "mm", a.body_height_mm, body, validation::absolute(0.3), "centres of the true planes");
    return record.finish();
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_phantom: %s\n", error.what());
    return int(error.code());
  }
}
