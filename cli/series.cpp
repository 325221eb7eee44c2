/// series: what CT series a folder holds.

#include "cli/anatomy.h"

#include "cli/tool.h"
#include "core/date.h"
#include "workflow/anatomy_module.h"

#include <chrono>
#include <memory>

namespace spongiosa::cli {

namespace {

std::string today() {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

/// "1 slice"
std::string plural(int count, const std::string& one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

std::string line_of(const Json& series) {
  const std::string ending = series.at("series_uid_ending");
  const std::string kind = series.at("scout").get<bool>() ? "scout image" : "slice";
  const Json &pixel = series.at("pixel_mm"), &thickness = series.at("slice_thickness_mm"), &kvp = series.at("kvp"), &kernel = series.at("kernel"),
             &age = series.at("age_days");
  std::string line = fmt::format("{}: {} of {} x {}, {}, {}", ending.empty() ? "(no UID)" : ending, plural(series.at("slices"), kind),
                                 series.at("columns").get<int>(), series.at("rows").get<int>(),
                                 pixel.is_null() ? "pixel size unknown" : fmt::format("{:.3g} x {:.3g} mm pixels", pixel[0].get<double>(), pixel[1].get<double>()),
                                 series.at("spacing").get<std::string>());
  line += thickness.is_null() ? ", thickness unknown" : fmt::format(", {:.3g} mm thick", thickness.get<double>());
  line += kvp.is_null() ? "" : fmt::format(", {:.3g} kV", kvp.get<double>());
  line += kernel.is_null() ? ", kernel unknown" : ", kernel " + kernel.get<std::string>();
  return line + (age.is_null() ? ", age unknown" : ", " + plural(age, "day") + " old");
}

std::string text_of(const Json& document) {
  std::string text;
  for (const Json& series : document.at("series")) text += line_of(series) + "\n";
  for (const Json& note : document.at("notes")) text += "  " + note.get<std::string>() + "\n";
  return text;
}

ExitCode series(workflow::SeriesJob job, Commands& commands) {
  apply(commands.common);
  if (!job.reference_date) job.reference_date = today();
  if (!day_from_text(*job.reference_date)) fail_usage("--date is \"{}\"; write year-month-day, as 2026-02-28", *job.reference_date);
  run_tool(commands, "series", "Series", [&](const Progress& progress, const auto&) { return workflow::list_scan_series(job, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_series(Commands& commands) {
  auto job = std::make_shared<workflow::SeriesJob>();
  CLI::App* command = commands.app.add_subcommand("series", "The CT series a folder holds");
  command->add_option("FOLDER", job->path, "Folder of DICOM files, searched with its subfolders")->required();
  command->add_option("--date", job->reference_date, "Day the age is counted to, as 2026-02-28; default: today");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("The first word of a line is what ct.series_uid of a case takes. Names, numbers and dates of the patient are not shown.\n"
                  "Example: spongiosa series dicom");
  command->callback([job, &commands] { commands.action = [job, &commands] { return series(*job, commands); }; });
}

}  // namespace spongiosa::cli
