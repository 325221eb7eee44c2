/// Stage 8: the report, from the manifests of all earlier stages.

#include "core/file.h"
#include "workflow/report/report.h"
#include "workflow/stages/stages.h"

#include <iterator>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

void run(StageContext& context) {
  const fs::path folder = context.out / "report";
  const Json numbers = report_numbers(context);
  std::vector<Figure> figures;
  const struct {
    std::vector<Figure> (*make)(const StageContext&);
    const char* what;
  } kinds[] = {{imaging_figures, "slices"}, {fit_figures, "fit maps"}, {implant_figures, "implant"}, {pore_figures, "pores"}, {load_figures, "loads"}, {stress_figures, "stress"}, {print_figures, "build plate"}};
  double fraction = 0.0;
  for (const auto& kind : kinds) {
    context.progress.report(fraction, std::string("pictures: ") + kind.what);
    std::vector<Figure> made = kind.make(context);
    std::move(made.begin(), made.end(), std::back_inserter(figures));
    fraction += 0.12;
  }
  write_json(folder / "report.json", numbers);
  write_text_file(folder / "report.html", report_html(numbers, figures));
  context.manifest.output(folder / "report.json", "all numbers of the report");
  context.manifest.output(folder / "report.html", "report");
  if (context.design.at("output.pdf").get<bool>()) {
    context.progress.report(0.85, "writing PDF");
    write_pdf(folder / "report.html", folder / "report.pdf");
    context.manifest.output(folder / "report.pdf", "report for print");
  }
  context.manifest.results()["figures"] = figures.size();
}

}  // namespace

Stage report_stage() {
  Stage stage;
  stage.id = "08_report";
  stage.version = 2;
  stage.verb = "report";
  stage.title = "Write report";
  stage.parameters = {"case_id", "description", "ct", "anatomy", "implant", "lattice", "material", "loads", "solve", "check", "output"};
  stage.upstream = {"01_import", "02_segment", "03_shape", "04_fill", "05_solve", "06_check", "07_export"};
  stage.places = {"report"};
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
