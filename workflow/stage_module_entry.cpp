/// The module's side of workflow/stage_module.h.

#include "geometry/levelset/level_set.h"
#include "workflow/stage_module.h"
#include "workflow/tools/cells_tool.h"
#include "workflow/tools/compare_scan_tool.h"
#include "workflow/tools/compare_test_tool.h"
#include "workflow/tools/construct_tool.h"
#include "workflow/tools/coupons_tool.h"
#include "workflow/tools/documents_tool.h"
#include "workflow/tools/inspect_tool.h"
#include "workflow/tools/lattice_tool.h"
#include "workflow/tools/measure_tool.h"
#include "workflow/tools/mesh_tool.h"
#include "workflow/tools/microfe_tool.h"
#include "workflow/tools/print_check_tool.h"
#include "workflow/tools/slice_tool.h"
#include "workflow/tools/study_tool.h"
#include "workflow/tools/submodel_tool.h"
#include "workflow/tools/validate_tool.h"

#include <cmath>
#include <numbers>

namespace fs = std::filesystem;
using namespace spongiosa;

extern "C" {

const std::vector<workflow::Stage>* spongiosa_design_stages() { return &workflow::all_stages(); }

void spongiosa_design_phantom(const fs::path& folder, const geometry::SpinePhantomOptions& options, const Progress& progress,
                              std::vector<geometry::VertebraTruth>& truth) {
  truth = geometry::write_spine_phantom(folder, options, progress);
}

void spongiosa_design_homogenize(const workflow::CellRequest& request, const Progress& progress, Json& document) {
  document = workflow::homogenize_cell(request, progress);
}

void spongiosa_design_estimate_lattice(const workflow::LatticeJob& job, Json& result) { result = workflow::estimate_lattice_job(job); }

void spongiosa_design_run_lattice(const workflow::LatticeJob& job, const Progress& progress, Json& result) {
  result = workflow::run_lattice_job(job, progress);
}

void spongiosa_design_measure(const workflow::MeasureRequest& request, const std::function<void(const std::string&)>& announce,
                              const Progress& progress, Json& document) {
  document = workflow::measure_file(request, announce, progress);
}

void spongiosa_design_mesh(const workflow::MeshJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                           Json& result) {
  result = workflow::run_mesh_job(job, announce, progress);
}

void spongiosa_design_slice(const workflow::SliceJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                            Json& result) {
  result = workflow::run_slice_job(job, announce, progress);
}

void spongiosa_design_compare_scan(const workflow::CompareScanJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                                   Json& result) {
  result = workflow::run_compare_scan_job(job, announce, progress);
}

void spongiosa_design_coupons(const workflow::CouponsJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress, Json& result) {
  result = workflow::run_coupons_job(job, announce, progress);
}

void spongiosa_design_print_check(const workflow::PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                                  Json& result) {
  result = workflow::run_print_check_job(job, announce, progress);
}

void spongiosa_design_run_microfe(const workflow::MicrofeJob& job, const Progress& progress, Json& result) {
  result = workflow::run_microfe_job(job, progress);
}

void spongiosa_design_run_submodel(const workflow::SubmodelJob& job, const Progress& progress, Json& result) {
  result = workflow::run_submodel_job(job, progress);
}

void spongiosa_design_run_construct(const workflow::ConstructJob& job, const Progress& progress, Json& result) {
  result = workflow::run_construct_job(job, progress);
}

void spongiosa_design_cells(const workflow::CellsJob& job, const Progress& progress, Json& result) {
  result = workflow::run_cells_job(job, progress);
}

void spongiosa_design_inspect(const fs::path& file, const Progress& progress, Json& result) {
  result = workflow::inspect_file(file, progress);
}

void spongiosa_design_documents(const workflow::DocumentsJob& job, const Progress& progress, Json& result) {
  result = workflow::run_documents_job(job, progress);
}

void spongiosa_design_empty_record(Json& result) { result = workflow::starter_record(); }

void spongiosa_design_study(const workflow::StudyJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress, Json& result) {
  result = workflow::run_study_job(job, announce, progress);
}

void spongiosa_design_compare_test(const workflow::CompareTestJob& job, Json& result) { result = workflow::run_compare_test_job(job); }

void spongiosa_design_list_validation(const fs::path& programs, Json& result) { result = workflow::validation_problems(programs); }

void spongiosa_design_validate(const workflow::ValidateJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress,
                               Json& result) {
  result = workflow::run_validate_job(job, announce, progress);
}

double spongiosa_design_sphere_volume_error() {
  constexpr double kRadius_mm = 5.0, kVoxel_mm = 0.2;
  geometry::Box box;
  box.min = Vec3::Constant(-6.0);
  box.max = Vec3::Constant(6.0);
  const auto sphere = geometry::LevelSet::from_function("sphere", geometry::Frame(), box, kVoxel_mm, 3.0,
                                                        [](const Vec3& p) { return p.norm() - kRadius_mm; });
  const double exact_mm3 = 4.0 / 3.0 * std::numbers::pi * std::pow(kRadius_mm, 3);
  return std::abs(sphere.volume_mm3() / exact_mm3 - 1.0);
}

}  // extern "C"
