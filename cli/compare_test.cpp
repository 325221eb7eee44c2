/// compare-test: a simulated stiffness against force-displacement curves of real tests.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text;
  for (const Json& s : document.at("specimens"))
    text += fmt::format("  {:<28} {:10.5g} N/mm ({} points, R2 {:.4f})\n", s.at("file").get<std::string>(), s.at("stiffness_n_per_mm").get<double>(), s.at("points").get<int>(),
                        s.at("r_squared").get<double>());
  text += fmt::format("measured {:.5g} N/mm, simulated {:.5g} N/mm: {:+.2f} % (limit {:.3g} %)  {}\n", document.at("measured_mean_n_per_mm").get<double>(),
                      document.at("simulated_n_per_mm").get<double>(), 100.0 * document.at("error_fraction").get<double>(), 100.0 * document.at("limit_fraction").get<double>(),
                      document.at("verdict").get<std::string>());
  for (const Json& sentence : document.at("statements")) text += "  " + sentence.get<std::string>() + "\n";
  return text;
}

ExitCode compare_test(const workflow::CompareTestJob& job, Commands& commands) {
  apply(commands.common);
  const Json document = run_tool(commands, "compare-test", "Compare", [&](const Progress&, const auto&) { return workflow::compare_with_test(job); }, text_of);
  return document.at("verdict") == "pass" ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_compare_test(Commands& commands) {
  auto job = std::make_shared<workflow::CompareTestJob>();
  auto no_pdf = std::make_shared<bool>(false);
  CLI::App* command = commands.app.add_subcommand("compare-test", "A simulated stiffness against force-displacement curves of real tests");
  command->add_option("CSV", job->tests, "One file per specimen, columns displacement_mm and force_n")->required();
  command->add_option("--simulated", job->simulated, "microfe.json of the simulated test");
  command->add_option("--load", job->load, "Load of microfe.json")->capture_default_str();
  command->add_option("--stiffness-n-per-mm", job->stiffness_n_per_mm, "Simulated stiffness, instead of --simulated");
  command->add_option("--from", job->from_share, "The line is fitted from this share of the largest force ...")->capture_default_str();
  command->add_option("--to", job->to_share, "... to this one")->capture_default_str();
  command->add_option("--machine-compliance-mm-per-n", job->machine_compliance_mm_per_n, "Compliance of the testing machine, taken off the displacements");
  command->add_option("--numerical-uncertainty-fraction", job->numerical_uncertainty_fraction, "Of the simulation, from a convergence study");
  command->add_option("--limit-fraction", job->limit_fraction, "Largest error that passes")->capture_default_str();
  command->add_option("-o,--out", job->out, "Folder for compare-test.json, .html and .pdf");
  command->add_flag("--no-pdf", *no_pdf, "No PDF");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when the error is beyond the limit.\nExample: spongiosa compare-test s1.csv s2.csv s3.csv --simulated microfe/microfe.json -o comparison");
  command->callback([job, no_pdf, &commands] {
    commands.action = [job, no_pdf, &commands] {
      job->pdf = !*no_pdf;
      return compare_test(*job, commands);
    };
  });
}

}  // namespace spongiosa::cli
