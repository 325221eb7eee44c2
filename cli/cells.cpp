/// cells: the unit cells, their usable densities and sizes, and pictures of them.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "core/json.h"
#include "workflow/tool_module.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

struct CellsCommand {
  workflow::CellsJob job;
  std::string picture;
};

double number(const Json& object, const char* key) { return object.at(key).get<double>(); }

std::string density_range(const Json& cell) {
  if (cell.at("density_min_fraction").is_null()) return "none";
  return fmt::format("{:.1f}..{:.1f}", 100.0 * number(cell, "density_min_fraction"), 100.0 * number(cell, "density_max_fraction"));
}

std::string table_of(const Json& cells) {
  std::string text = fmt::format("{:<32} {:<10} {:>10} {:>7} {:>6} {:>7} {:>6} {:>6}\n{:<32} {:<10} {:>10} {:>7} {:>6} {:>7} {:>6} {:>6}\n", "cell", "family",
                                 "usable", "shown", "pore", "throat", "strut", "neck", "", "", "density, %", "at, %", "", "", "", "");
  for (const Json& cell : cells) {
    const Json& p = cell.at("properties");
    text += fmt::format("{:<32} {:<10} {:>10} {:>7.1f} {:>6.3f} {:>7.3f} {:>6.3f} {:>6.3f}\n", cell.at("name").get<std::string>(),
                        cell.at("family").get<std::string>(), density_range(cell), 100.0 * number(p, "density_fraction"),
                        number(p, "pore_max_inscribed_sphere_per_cell_size"), number(p, "pore_throat_per_cell_size"),
                        number(p, "strut_max_inscribed_sphere_per_cell_size"), number(p, "strut_neck_per_cell_size"));
  }
  return text + fmt::format(
                    "{} cells. Density is the solid share of the cell. Pore, throat, strut (or wall) and neck are diameters in multiples of the "
                    "cell size\nat the density shown: largest inscribed sphere, and largest sphere that can travel, of void and solid.\n",
                    cells.size());
}

std::string details_of(const Json& cell) {
  const Json& p = cell.at("properties");
  std::string text = fmt::format("{} ({})\n{}\n", cell.at("name").get<std::string>(), cell.at("family").get<std::string>(), cell.at("source").get<std::string>());
  const Json& edges = cell.at("edges_per_cell_size");
  if (edges != Json({1.0, 1.0, 1.0}))
    text += fmt::format("The periodic cell is {:.4g} x {:.4g} x {:.4g} cell sizes.\n", edges[0].get<double>(), edges[1].get<double>(), edges[2].get<double>());
  if (cell.at("density_min_fraction").is_null()) {
    text += "No density was found at which its solid hangs together and its pores are open.\n";
  } else {
    text += fmt::format("Usable from {:.1f} % density (below: {}) to {:.1f} % (above: {}).\n", 100.0 * number(cell, "density_min_fraction"),
                        cell.at("density_min_because").get<std::string>(), 100.0 * number(cell, "density_max_fraction"),
                        cell.at("density_max_because").get<std::string>());
  }
  text += fmt::format("At {:.2f} % density the level ({}) is {:.6g}; in multiples of the cell size:\n", 100.0 * number(p, "density_fraction"),
                      cell.at("level_means").get<std::string>(), number(p, "level"));
  const auto line = [&](const char* what, const char* pore, const char* strut) {
    text += fmt::format("  {:<34} {:>9.4f} {:>9.4f}\n", what, number(p, pore), number(p, strut));
  };
  text += fmt::format("  {:<34} {:>9} {:>9}\n", "", "void", "solid");
  line("largest inscribed sphere", "pore_max_inscribed_sphere_per_cell_size", "strut_max_inscribed_sphere_per_cell_size");
  line("largest travelling sphere", "pore_throat_per_cell_size", "strut_neck_per_cell_size");
  line("mean local thickness", "pore_local_thickness_mean_per_cell_size", "strut_local_thickness_mean_per_cell_size");
  line("mean intercept", "pore_mean_intercept_per_cell_size", "strut_mean_intercept_per_cell_size");
  return text + fmt::format("  {:<34} {:>9.4f}\n", "surface per volume, 1/cell size", number(p, "area_per_volume_times_cell_size"));
}

ExitCode show_cells(const CellsCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::CellsJob job = given.job;
  job.picture = given.picture;
  ProgressDisplay display(progress_mode(commands.common.progress, commands.common.quiet));
  const bool long_work = !job.picture.empty();
  if (long_work) display.stage_begins("cells", "Cells", "", 0, 0);
  const Progress progress([&](double fraction, const std::string& message) {
    if (long_work) display.update("cells", fraction, message);
  });
  const Json document = workflow::run_cells(job, progress);
  display.clear_bar();
  if (commands.json)
    std::cout << canonical_text(document);
  else
    std::cout << (job.name.empty() ? table_of(document.at("cells")) : details_of(document.at("cells")[0]));
  commands.json_printed = commands.json;
  return ExitCode::kDone;
}

}  // namespace

void add_cells(Commands& commands) {
  auto given = std::make_shared<CellsCommand>();
  CLI::App* command = commands.app.add_subcommand("cells", "List the unit cells, their usable densities and sizes");
  auto* name = command->add_option("NAME", given->job.name, "One cell in detail");
  command->add_option("--density", given->job.density_fraction, "Measure that cell at this solid share, above 0, below 1")->needs(name);
  command->add_option("--picture", given->picture, "Also write a picture (PNG) of the cell, or of all cells");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Examples: spongiosa cells --picture cells.png\n          spongiosa cells gyroid-sheet --density 0.25");
  command->callback([given, name, command, &commands] {
    const CLI::Option* density = command->get_option("--density");
    if (density->count() > 0 && !(given->job.density_fraction > 0.0 && given->job.density_fraction < 1.0))
      fail_input("--density is {}; expected the solid share of the cell, a number above 0 and below 1", given->job.density_fraction);
    if (name->count() > 0 && given->job.name.empty()) fail_usage("cells: NAME is empty; 'spongiosa cells' lists all names");
    commands.action = [given, &commands] { return show_cells(*given, commands); };
  });
}

}  // namespace spongiosa::cli
