#pragma once
/// What the program does outside of cases, by the module spongiosa-design (see workflow/stage_module.h).

#include "workflow/tools/cells_tool.h"
#include "workflow/tools/compare_test_tool.h"
#include "workflow/tools/construct_tool.h"
#include "workflow/tools/documents_tool.h"
#include "workflow/tools/inspect_tool.h"
#include "workflow/tools/lattice_tool.h"
#include "workflow/tools/measure_tool.h"
#include "workflow/tools/mesh_tool.h"
#include "workflow/tools/microfe_tool.h"
#include "workflow/tools/slice_tool.h"
#include "workflow/tools/study_tool.h"
#include "workflow/tools/submodel_tool.h"
#include "workflow/tools/validate_tool.h"

namespace spongiosa::workflow {

/// The functions of the same jobs in workflow/tools, in the module. @throws Error(kIo) when the module is missing.
Json estimate_lattice(const LatticeJob& job);
Json run_lattice(const LatticeJob& job, const Progress& progress);
Json load_and_measure_file(const MeasureRequest& request, const std::function<void(const std::string&)>& announce,
                           const Progress& progress);
Json make_mesh(const MeshJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json make_slices(const SliceJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json run_microfe(const MicrofeJob& job, const Progress& progress);
Json run_submodel(const SubmodelJob& job, const Progress& progress);
Json run_construct(const ConstructJob& job, const Progress& progress);
Json run_cells(const CellsJob& job, const Progress& progress);
Json make_documents(const DocumentsJob& job, const Progress& progress);
Json empty_record();
Json run_study(const StudyJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json compare_with_test(const CompareTestJob& job);
Json list_validation(const std::filesystem::path& programs);
Json run_validation(const ValidateJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);
Json inspect(const std::filesystem::path& file, const Progress& progress);

}  // namespace spongiosa::workflow
