#pragma once
/// The report: one JSON of numbers, and HTML and PDF made from it. Nothing is computed here.

#include "workflow/stage.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct Figure {
  std::string section;  ///< "imaging", "implant", "lattice", "loads", "results", "print"
  std::string title, caption;
  std::string svg;
};

/// Printed in every report: what it does not show, and what the model leaves out.
const std::vector<std::string>& limitations();

/// Everything the report says: case, provenance (hashes of all files and stages), results of every stage, checks, limitations.
Json report_numbers(const StageContext& context);

/// A page that needs no other file. Prints well on A4.
std::string report_html(const Json& numbers, const std::vector<Figure>& figures);

/// By WeasyPrint. @throws Error(kIo) when it is not installed or fails.
void write_pdf(const std::filesystem::path& html_file, const std::filesystem::path& pdf_file);

/// The pictures, one file per kind.
std::vector<Figure> imaging_figures(const StageContext& context);
std::vector<Figure> fit_figures(const StageContext& context);
std::vector<Figure> implant_figures(const StageContext& context);
std::vector<Figure> pore_figures(const StageContext& context);
std::vector<Figure> print_figures(const StageContext& context);
std::vector<Figure> load_figures(const StageContext& context);
std::vector<Figure> stress_figures(const StageContext& context);

}  // namespace spongiosa::workflow
