/// The program's side of the module spongiosa-design.

#include "workflow/stage_module.h"

#include "core/module.h"
#include "workflow/print_module.h"
#include "workflow/tool_module.h"

namespace spongiosa::workflow {

const std::vector<Stage>& load_stages() {
  return *module_function<const std::vector<Stage>*()>("design", "spongiosa_design_stages")();
}

std::vector<geometry::VertebraTruth> make_spine_phantom(const std::filesystem::path& folder,
                                                        const geometry::SpinePhantomOptions& options, const Progress& progress) {
  std::vector<geometry::VertebraTruth> truth;
  using Entry = void(const std::filesystem::path&, const geometry::SpinePhantomOptions&, const Progress&,
                     std::vector<geometry::VertebraTruth>&);
  module_function<Entry>("design", "spongiosa_design_phantom")(folder, options, progress, truth);
  return truth;
}

Json load_and_homogenize_cell(const CellRequest& request, const Progress& progress) {
  Json document;
  module_function<void(const CellRequest&, const Progress&, Json&)>("design", "spongiosa_design_homogenize")(request, progress, document);
  return document;
}

Json estimate_lattice(const LatticeJob& job) {
  Json result;
  module_function<void(const LatticeJob&, Json&)>("design", "spongiosa_design_estimate_lattice")(job, result);
  return result;
}

Json run_lattice(const LatticeJob& job, const Progress& progress) {
  Json result;
  module_function<void(const LatticeJob&, const Progress&, Json&)>("design", "spongiosa_design_run_lattice")(job, progress, result);
  return result;
}

Json load_and_measure_file(const MeasureRequest& request, const std::function<void(const std::string&)>& announce,
                           const Progress& progress) {
  Json document;
  using Entry = void(const MeasureRequest&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_measure")(request, announce, progress, document);
  return document;
}

Json make_mesh(const MeshJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const MeshJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_mesh")(job, announce, progress, result);
  return result;
}

Json make_slices(const SliceJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const SliceJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_slice")(job, announce, progress, result);
  return result;
}

Json compare_scan(const CompareScanJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const CompareScanJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_compare_scan")(job, announce, progress, result);
  return result;
}

Json make_coupons(const CouponsJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const CouponsJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_coupons")(job, announce, progress, result);
  return result;
}

Json print_check(const PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const PrintCheckJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_print_check")(job, announce, progress, result);
  return result;
}

Json run_microfe(const MicrofeJob& job, const Progress& progress) {
  Json result;
  module_function<void(const MicrofeJob&, const Progress&, Json&)>("design", "spongiosa_design_run_microfe")(job, progress, result);
  return result;
}

Json run_submodel(const SubmodelJob& job, const Progress& progress) {
  Json result;
  module_function<void(const SubmodelJob&, const Progress&, Json&)>("design", "spongiosa_design_run_submodel")(job, progress, result);
  return result;
}

Json run_construct(const ConstructJob& job, const Progress& progress) {
  Json result;
  module_function<void(const ConstructJob&, const Progress&, Json&)>("design", "spongiosa_design_run_construct")(job, progress, result);
  return result;
}

Json run_cells(const CellsJob& job, const Progress& progress) {
  Json result;
  module_function<void(const CellsJob&, const Progress&, Json&)>("design", "spongiosa_design_cells")(job, progress, result);
  return result;
}

Json make_documents(const DocumentsJob& job, const Progress& progress) {
  Json result;
  module_function<void(const DocumentsJob&, const Progress&, Json&)>("design", "spongiosa_design_documents")(job, progress, result);
  return result;
}

Json empty_record() {
  Json result;
  module_function<void(Json&)>("design", "spongiosa_design_empty_record")(result);
  return result;
}

Json run_study(const StudyJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const StudyJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_study")(job, announce, progress, result);
  return result;
}

Json compare_with_test(const CompareTestJob& job) {
  Json result;
  module_function<void(const CompareTestJob&, Json&)>("design", "spongiosa_design_compare_test")(job, result);
  return result;
}

Json list_validation(const std::filesystem::path& programs) {
  Json result;
  module_function<void(const std::filesystem::path&, Json&)>("design", "spongiosa_design_list_validation")(programs, result);
  return result;
}

Json run_validation(const ValidateJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  Json result;
  using Entry = void(const ValidateJob&, const std::function<void(const std::string&)>&, const Progress&, Json&);
  module_function<Entry>("design", "spongiosa_design_validate")(job, announce, progress, result);
  return result;
}

Json inspect(const std::filesystem::path& file, const Progress& progress) {
  Json result;
  module_function<void(const std::filesystem::path&, const Progress&, Json&)>("design", "spongiosa_design_inspect")(file, progress, result);
  return result;
}

double sphere_volume_error() { return module_function<double()>("design", "spongiosa_design_sphere_volume_error")(); }

const std::vector<StageVerb>& stage_verbs() {
  static const std::vector<StageVerb> verbs = {
      {"import", "Import CT"},  {"segment", "Segment bone"}, {"shape", "Shape implant"}, {"fill", "Fill lattice"},
      {"solve", "Solve loads"}, {"check", "Check design"},   {"export", "Export"},       {"report", "Write report"},
  };
  return verbs;
}

}  // namespace spongiosa::workflow
