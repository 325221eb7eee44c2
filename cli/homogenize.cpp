/// homogenize: effective stiffness of a unit cell.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "core/json.h"
#include "workflow/stage_module.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

struct HomogenizeCommand {
  workflow::CellRequest request;
  std::string field;
};

std::string text_of(const Json& document) {
  std::string text;
  const auto line = [&text](auto... arguments) { text += fmt::format(arguments...) + "\n"; };
  const std::string name = document.contains("cell") ? document.at("cell").get<std::string>() : document.at("field").get<std::string>();
  line(FMT_STRING("{}, {} voxels along an edge, solid fraction {:.5f}"), name, document.at("voxels_per_edge").get<int>(),
       document.at("solid_fraction").get<double>());
  line(FMT_STRING("Effective stiffness, MPa (xx yy zz yz xz xy, engineering shear):"));
  for (const Json& row : document.at("stiffness_mpa")) {
    std::string numbers;
    for (const Json& value : row) numbers += fmt::format("{:13.5g}", value.get<double>());
    line(FMT_STRING("{}"), numbers);
  }
  const auto values = [](const Json& object) {
    std::string list;
    for (const auto& [key, value] : object.items()) list += fmt::format("  [{}] {:.5g}", key, value.get<double>());
    return list;
  };
  line(FMT_STRING("Young's modulus, MPa:{}"), values(document.at("youngs_modulus_along_mpa")));
  line(FMT_STRING("Shear modulus, MPa:  {}"), values(document.at("shear_modulus_mpa")));
  line(FMT_STRING("Poisson's ratio xy {:.4f}, Zener ratio {:.4f}"), document.at("poisson_ratio_xy").get<double>(),
       document.at("zener_ratio").get<double>());
  const Json& bounds = document.at("bounds");
  for (const char* which : {"bulk", "shear"}) {
    const Json& mean = bounds.at(std::string("mean_") + which + "_modulus_mpa");
    const Json& bound = bounds.at(std::string("hashin_shtrikman_") + which);
    line(FMT_STRING("{} modulus over all directions, MPa: Reuss {:.5g}, Voigt {:.5g}; Hashin-Shtrikman upper bound {:.5g} ({:.1f} % of it)"),
         which == std::string("bulk") ? "Bulk" : "Shear", mean.at("reuss").get<double>(), mean.at("voigt").get<double>(),
         bound.at("bound_mpa").get<double>(), 100.0 * bound.at("value_mpa").get<double>() / bound.at("bound_mpa").get<double>());
  }
  const Json& solver = document.at("solver");
  line(FMT_STRING("{} unknowns, {} iterations for six strains, relative residual {:.1e}"), solver.at("unknowns").get<std::int64_t>(),
       solver.at("iterations").get<int>(), solver.at("relative_residual").get<double>());
  return text;
}

ExitCode homogenize(const HomogenizeCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::CellRequest request = given.request;
  request.field = given.field;
  ProgressDisplay display(progress_mode(commands.common.progress, commands.common.quiet));
  display.stage_begins("homogenize", "Homogenize", "", 0, 0);
  const Progress progress([&](double fraction, const std::string& message) { display.update("homogenize", fraction, message); });
  const Json document = workflow::load_and_homogenize_cell(request, progress);
  display.clear_bar();
  std::cout << (commands.json ? canonical_text(document) : text_of(document));
  commands.json_printed = commands.json;
  return ExitCode::kDone;
}

}  // namespace

void add_homogenize(Commands& commands) {
  auto given = std::make_shared<HomogenizeCommand>();
  CLI::App* command = commands.app.add_subcommand("homogenize", "Effective stiffness of a unit cell");
  auto* cell = command->add_option("--cell", given->request.cell, "Name of the unit cell, as gyroid-sheet");
  command->add_option("--density", given->request.density_fraction, "Solid share of the cell, 0..1")->needs(cell);
  command->add_option("--voxels", given->request.voxels, "Voxels along an edge of the cell, 4 to 256; default 64");
  command->add_option("--field", given->field, "Image of solid shares 0..1 of a cubic periodic cell (NRRD, NIfTI, MHA)")->excludes(cell);
  command->add_option("--youngs-modulus-mpa", given->request.youngs_modulus_mpa, "Of the solid; default 1: stiffness relative to the solid");
  command->add_option("--poisson", given->request.poisson_ratio, "Poisson's ratio of the solid; default 0.3");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa homogenize --cell gyroid-sheet --density 0.3 --voxels 64 --youngs-modulus-mpa 110000");
  command->callback([given, &commands] { commands.action = [given, &commands] { return homogenize(*given, commands); }; });
}

}  // namespace spongiosa::cli
