/// coupons: test pieces with the lattice of a finished part, to be printed beside it.

#include "cli/print_check.h"
#include "cli/tool.h"
#include "workflow/print_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text = fmt::format("Case {}, zone {}: {} of {:.4g} mm, porosity {:.2f} %, built by {}\n", document.at("case_id").get<std::string>(),
                                 document.at("zone").get<std::string>(), document.at("cell").get<std::string>(), document.at("cell_size_mm").get<double>(),
                                 100.0 * document.at("porosity_fraction").get<double>(), document.at("profile").get<std::string>());
  text += "coupon        size mm                porosity %: designed  expected  mass g: designed  expected\n";
  for (const Json& c : document.at("coupons")) {
    const auto of = [&](const char* which, const char* key) { return c.at(which).at(key).get<double>(); };
    const Json& size = c.at("size_mm");
    text += fmt::format("{:<12}  {:<22}  {:20.2f}  {:8.2f}  {:16.3f}  {:8.3f}\n", c.at("name").get<std::string>(),
                        fmt::format("{:.2f} x {:.2f} x {:.2f}", size[0].get<double>(), size[1].get<double>(), size[2].get<double>()),
                        100.0 * c.at("porosity_fraction").get<double>(), 100.0 * of("expected", "porosity_fraction"), of("nominal", "mass_g"), of("expected", "mass_g"));
  }
  for (const Json& sentence : document.at("left_out")) text += sentence.get<std::string>() + "\n";
  return text;
}

ExitCode coupons(const workflow::CouponsJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "coupons", "Coupons", [&](const Progress& progress, const auto& announce) { return workflow::make_coupons(job, announce, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_coupons(Commands& commands) {
  auto job = std::make_shared<workflow::CouponsJob>();
  CLI::App* command = commands.app.add_subcommand("coupons", "Test pieces with the lattice of a finished part: compression, tension, shear");
  command->add_option("RESULTS", job->results, "Results folder of a case whose lattice is filled")->required();
  command->add_option("-o,--out", job->out, "Folder for a folder per coupon and coupons.json")->required();
  command->add_option("--kinds", job->kinds, "compression, tension, shear")->delimiter(',')->capture_default_str();
  command->add_option("--zone", job->zone, "Zone of the lattice; default: the core");
  command->add_option("--cells", job->cells_across, "Cells across, 10 to 40")->capture_default_str();
  command->add_option("--profile", job->profile, "Machine whose growth of struts is expected, as in print-check")->capture_default_str();
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa coupons results/phantom-c5 --kinds compression --out coupons");
  command->callback([job, &commands] { commands.action = [job, &commands] { return coupons(*job, commands); }; });
}

}  // namespace spongiosa::cli
