/// homogenize: effective stiffness of a unit cell.

#include "cli/tool.h"
#include "core/json.h"
#include "workflow/stage_module.h"

#include <charconv>
#include <memory>

namespace spongiosa::cli {

namespace {

struct HomogenizeCommand {
  workflow::CellRequest request;
  std::string field, densities, box, x_axis, z_axis, picture, cache;
  int weight_count = 0;
  bool no_cache = false;
};

/// Numbers between separators. @throws Error(kUsage) naming the option and its form.
std::vector<double> numbers(const std::string& option, const std::string& text, char separator, std::size_t count, const char* form) {
  std::vector<double> values;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    double value = 0.0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) break;
    values.push_back(value);
    at = next;
    if (at + 1 < end && *at == separator) ++at;
  }
  if (at != end || values.size() != count) fail_usage("{} is '{}'; expected {}", option, text, form);
  return values;
}

Vec3 direction(const std::string& option, const std::string& text) {
  const std::vector<double> v = numbers(option, text, ',', 3, "a direction as X,Y,Z");
  return {v[0], v[1], v[2]};
}

workflow::CellRequest request_of(const HomogenizeCommand& given) {
  workflow::CellRequest request = given.request;
  request.field = given.field;
  request.picture = given.picture;
  request.cache = given.cache;
  request.keep_sweeps = !given.no_cache;
  if (!given.densities.empty()) {
    const std::vector<double> range = numbers("--densities", given.densities, ':', 3, "MIN:MAX:COUNT, as 0.1:0.5:8");
    const int count = int(range[2]);
    if (!(range[0] > 0.0 && range[0] < range[1] && range[1] < 1.0) || double(count) != range[2] || count < 2 || count > 100)
      fail_usage("--densities is '{}'; expected 0 < MIN < MAX < 1 and a COUNT from 2 to 100", given.densities);
    for (int d = 0; d < count; ++d) request.densities.push_back(range[0] + (range[1] - range[0]) * d / (count - 1));
  }
  if (given.weight_count != 0) {
    if (given.weight_count < 2 || given.weight_count > 33) fail_usage("--weights is {}; expected a count from 2 to 33", given.weight_count);
    for (int w = 0; w < given.weight_count; ++w) request.weights.push_back(double(w) / (given.weight_count - 1));
  }
  if (!given.box.empty()) {
    const std::vector<double> b = numbers("--box-mm", given.box, ',', 6, "X0,Y0,Z0,X1,Y1,Z1");
    request.box_mm = {b[0], b[1], b[2], b[3], b[4], b[5]};
  }
  if (given.x_axis.empty() != given.z_axis.empty()) fail_usage("--x-axis and --z-axis go together");
  if (!given.x_axis.empty()) request.frame = {direction("--x-axis", given.x_axis), direction("--z-axis", given.z_axis)};
  return request;
}

template <class... Arguments>
void line(std::string& text, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  text += fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
}

std::string values(const Json& object) {
  std::string list;
  for (const auto& [key, value] : object.items()) list += fmt::format("  [{}] {:.5g}", key, value.get<double>());
  return list;
}

void add_matrix(std::string& text, const Json& rows) {
  for (const Json& row : rows) {
    for (const Json& value : row) text += fmt::format("{:13.5g}", value.get<double>());
    text += "\n";
  }
}

std::string text_of_blends(const Json& document) {
  std::string text;
  line(text, "{} to {}, {} voxels along an edge{}", document.at("cell").get<std::string>(), document.at("blend").get<std::string>(),
       document.at("voxels_per_edge").get<int>(), document.at("from_cache").get<bool>() ? ", kept from an earlier run" : "");
  line(text, "{:>8} {:>9} {:>12} {:>8}", "weight", "density", "E 001, MPa", "Zener");
  for (const Json& column : document.at("weights"))
    for (const Json& row : column.at("densities"))
      line(text, "{:8.4f} {:9.5f} {:12.5g} {:8.4f}", column.at("weight").get<double>(), row.at("density_fraction").get<double>(),
           row.at("youngs_modulus_001_mpa").get<double>(), row.at("zener_ratio").get<double>());
  line(text, "Interpolation between these: error below {:.2f} % over density and {:.2f} % over weight (each left out in turn)",
       100.0 * document.at("density_error_fraction").get<double>(), 100.0 * document.at("weight_error_fraction").get<double>());
  return text;
}

std::string text_of_sweep(const Json& document) {
  std::string text;
  line(text, "{}, {} voxels along an edge{}", document.at("cell").get<std::string>(), document.at("voxels_per_edge").get<int>(),
       document.at("from_cache").get<bool>() ? ", kept from an earlier run" : "");
  line(text, "{:>9} {:>12} {:>12} {:>12} {:>8} {:>8} {:>10} {:>8}", "solid", "E 001, MPa", "G xy, MPa", "K, MPa", "nu xy", "Zener", "yield 001", "K/K_HS");
  for (const Json& row : document.at("densities"))
    line(text, "{:9.5f} {:12.5g} {:12.5g} {:12.5g} {:8.4f} {:8.4f} {:10.5f} {:8.3f}", row.at("solid_fraction").get<double>(),
         row.at("youngs_modulus_001_mpa").get<double>(), row.at("shear_modulus_xy_mpa").get<double>(), row.at("bulk_modulus_mpa").get<double>(),
         row.at("poisson_ratio_xy").get<double>(), row.at("zener_ratio").get<double>(), row.at("relative_yield_stress_001").get<double>(),
         row.at("hashin_shtrikman_bulk_share").get<double>());
  for (const auto& [key, law] : document.at("gibson_ashby").items())
    if (key != "range")
      line(text, "{}: {:.4f} of the solid's x density^{:.4f} (R2 {:.5f}, largest deviation {:.1f} %)", key, law.at("coefficient").get<double>(),
           law.at("exponent").get<double>(), law.at("r_squared").get<double>(), 100.0 * law.at("largest_deviation").get<double>());
  line(text, "Interpolation between these densities: error below {:.2f} % (each left out in turn)",
       100.0 * document.at("interpolation_error_fraction").get<double>());
  return text;
}

void add_stress(std::string& text, const Json& document) {
  line(text, "von Mises stress in the solid per unit macroscopic stress:");
  line(text, "  {:>4} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12}", "", "median", "95 %", "99 %", "99.9 %", "peak", "yield*");
  for (const char* c : {"xx", "yy", "zz", "yz", "xz", "xy"}) {
    const Json& a = document.at("stress_amplification").at(c);
    line(text, "  {:>4} {:9.3f} {:9.3f} {:9.3f} {:9.3f} {:9.3f} {:12.5f}", c, a.at("p50").get<double>(), a.at("p95").get<double>(), a.at("p99").get<double>(),
         a.at("p99_9").get<double>(), a.at("peak").get<double>(), document.at("yield_surface").at("relative_yield_stress").at(c).get<double>());
  }
  const Json& yield = document.at("yield_surface");
  line(text, "  * macroscopic stress over the solid's yield stress when {:.0f} % of the solid yields (elastic estimate); hydrostatic {:.5f};",
       100.0 * yield.at("yielded_solid_fraction").get<double>(), yield.at("relative_yield_stress_hydrostatic").get<double>());
  line(text, "    ellipsoid through {} directions: error {:.1f} % root mean square, {:.1f} % at most", yield.at("directions").get<int>(),
       100.0 * yield.at("fit_error_rms").get<double>(), 100.0 * yield.at("fit_error_max").get<double>());
}

void add_transport(std::string& text, const Json& transport) {
  for (const auto& [key, name] : {std::pair{"conductivity_of_solid", "solid"}, std::pair{"conductivity_of_pore_space", "pore space"}}) {
    const Json& k = transport.at(key);
    line(text, "Conductivity of the {}, relative: mean {:.5f} (Hashin-Shtrikman upper bound {:.5f})", name, k.at("mean").get<double>(),
         k.at("hashin_shtrikman_upper").get<double>());
  }
  const Json& k = transport.at("permeability");
  line(text, "Permeability: {:.5g} m2 for a cell of {:g} mm", k.at("mean_m2").get<double>(), k.at("cell_size_mm").get<double>());
}

std::string text_of(const Json& document) {
  if (document.contains("weights")) return text_of_blends(document);
  if (document.contains("densities")) return text_of_sweep(document);
  std::string text;
  const std::string name = document.contains("cell") ? document.at("cell").get<std::string>() : document.at("field").get<std::string>();
  const Json& n = document.at("voxels");
  line(text, "{}, {} x {} x {} voxels, solid fraction {:.5f}", name, n[0].get<int>(), n[1].get<int>(), n[2].get<int>(),
       document.at("solid_fraction").get<double>());
  line(text, "Effective stiffness, MPa (xx yy zz yz xz xy, engineering shear):");
  add_matrix(text, document.at("stiffness_mpa"));
  if (document.contains("frame")) {
    line(text, "The same along the given axes:");
    add_matrix(text, document.at("frame").at("stiffness_mpa"));
  }
  line(text, "Young's modulus, MPa:{}", values(document.at("youngs_modulus_along_mpa")));
  const Json& range = document.at("youngs_modulus_range_mpa");
  line(text, "  over all directions from {:.5g} to {:.5g}", range.at("min").get<double>(), range.at("max").get<double>());
  line(text, "Shear modulus, MPa:  {}", values(document.at("shear_modulus_mpa")));
  line(text, "Poisson's ratio xy {:.4f}, Zener ratio {:.4f}, anisotropy index {:.4f}", document.at("poisson_ratio_xy").get<double>(),
       document.at("zener_ratio").get<double>(), document.at("anisotropy_index").get<double>());
  const Json& bounds = document.at("bounds");
  for (const char* which : {"bulk", "shear"}) {
    const Json& mean = bounds.at(std::string("mean_") + which + "_modulus_mpa");
    const Json& bound = bounds.at(std::string("hashin_shtrikman_") + which);
    line(text, "{} modulus over all directions, MPa: Reuss {:.5g}, Voigt {:.5g}; bounds: Reuss 0, Hashin-Shtrikman {:.5g} ({:.1f} % of it), Voigt {:.5g}",
         which == std::string("bulk") ? "Bulk" : "Shear", mean.at("reuss").get<double>(), mean.at("voigt").get<double>(),
         bound.at("bound_mpa").get<double>(), 100.0 * bound.at("value_mpa").get<double>() / bound.at("bound_mpa").get<double>(),
         bounds.at("voigt").at(std::string(which) + "_mpa").get<double>());
  }
  add_stress(text, document);
  if (document.contains("transport")) add_transport(text, document.at("transport"));
  const Json& solver = document.at("solver");
  line(text, "{} unknowns, {} iterations for six strains, relative residual {:.1e}", solver.at("unknowns").get<std::int64_t>(),
       solver.at("iterations").get<int>(), solver.at("relative_residual").get<double>());
  if (document.contains("picture")) line(text, "Picture of Young's modulus: {}", document.at("picture").get<std::string>());
  return text;
}

ExitCode homogenize(const HomogenizeCommand& given, Commands& commands) {
  apply(commands.common);
  const workflow::CellRequest request = request_of(given);
  run_tool(commands, "homogenize", "Homogenize", [&](const Progress& progress, const auto&) { return workflow::load_and_homogenize_cell(request, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_homogenize(Commands& commands) {
  auto given = std::make_shared<HomogenizeCommand>();
  CLI::App* command = commands.app.add_subcommand("homogenize", "Effective stiffness, strength and transport of a unit cell");
  auto* cell = command->add_option("--cell", given->request.cell, "Name of the unit cell, as gyroid-sheet");
  auto* blend = command->add_option("--blend", given->request.blend, "Second cell, that the first is blended with")->needs(cell);
  command->add_option("--weight", given->request.weight, "Of the second cell, 0 to 1; default 0.5")->needs(blend);
  command->add_option("--weights", given->weight_count, "So many weights from 0 to 1, with --densities: a table over both")->needs(blend);
  command->add_option("--density", given->request.density_fraction, "Solid share of the cell, 0..1")->needs(cell);
  command->add_option("--voxels", given->request.voxels, "Voxels along the x edge of the cell, 4 to 256; default 64");
  command->add_option("--densities", given->densities, "Several densities MIN:MAX:COUNT, as 0.1:0.5:8: table, power laws, interpolation error")
      ->needs(cell);
  command->add_option("--field", given->field, "One period: image of solid shares 0..1 (NRRD, NIfTI, MHA) or level set (.vdb)")->excludes(cell);
  command->add_option("--youngs-modulus-mpa", given->request.youngs_modulus_mpa, "Of the solid; default 1: stiffness relative to the solid");
  command->add_option("--poisson", given->request.poisson_ratio, "Poisson's ratio of the solid; default 0.3");
  command->add_option("--box-mm", given->box, "Of a level set: the period X0,Y0,Z0,X1,Y1,Z1; default: the box of its solid");
  command->add_option("--x-axis", given->x_axis, "Also give the tensor in a frame with this x axis, as 1,1,0");
  command->add_option("--z-axis", given->z_axis, "and this z axis, as 0,0,1");
  command->add_option("--picture", given->picture, "PNG of Young's modulus over all directions");
  command->add_flag("--transport", given->request.transport, "Also conductivity of solid and pore space, and permeability");
  command->add_option("--cell-size-mm", given->request.cell_size_mm, "Edge of the cell for the permeability; default 1");
  command->add_option("--cache", given->cache, "Folder of finished sweeps; default: the user's cache folder");
  command->add_flag("--no-cache", given->no_cache, "Neither read nor keep finished sweeps");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer(
      "Examples:\n"
      "  spongiosa homogenize --cell gyroid-sheet --density 0.3 --youngs-modulus-mpa 110000 --picture modulus.png\n"
      "  spongiosa homogenize --cell octet --densities 0.1:0.5:8 --json\n"
      "  spongiosa homogenize --cell gyroid-sheet --blend diamond-sheet --densities 0.2:0.5:4 --weights 5");
  command->callback([given, &commands] { commands.action = [given, &commands] { return homogenize(*given, commands); }; });
}

}  // namespace spongiosa::cli
