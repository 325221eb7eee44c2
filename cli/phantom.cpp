/// phantom: a CT-like DICOM series of a cervical column with its exact truth. Its options are the rows ct.phantom.* of the schema.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "core/file.h"
#include "core/json.h"
#include "workflow/case.h"
#include "workflow/schema.h"
#include "workflow/stage_module.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

constexpr const char* kPrefix = "ct.phantom.";

struct PhantomCommand {
  std::string out, levels, variant = geometry::kDicomVariantNames.front();
  std::map<std::string, double> values;  // by the last part of the path
  bool json = false;
};

/// "--slice-spacing-mm"
std::string option_name(const std::string& key) {
  std::string name = "--" + key;
  std::replace(name.begin() + 2, name.end(), '_', '-');
  return name;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

ExitCode write_phantom(const PhantomCommand& given, const CommonOptions& common) {
  apply(common);
  Json section = Json::object();
  for (const std::string& path : workflow::field_paths("ct.phantom")) {
    const std::string key = path.substr(std::string(kPrefix).size());
    const auto found = given.values.find(key);
    const workflow::Field& field = *workflow::find_field(path);
    section[key] = workflow::checked_value(field, found == given.values.end() ? field.value : Json(found->second), option_name(key));
  }
  geometry::SpinePhantomOptions options = workflow::phantom_options(section);
  if (!given.levels.empty()) options.levels = split(given.levels);
  const auto& variants = geometry::kDicomVariantNames;
  options.variant = geometry::DicomVariant(std::find(variants.begin(), variants.end(), given.variant) - variants.begin());
  const fs::path folder = given.out;
  std::error_code ignored;
  if (fs::exists(folder / "truth", ignored) || fs::exists(folder / "dicom", ignored))
    fail_io("'{}' holds a phantom already; choose another folder with --out or delete it", folder.string());
  make_writable_folder(folder);
  try {
    ProgressDisplay display(progress_mode(common.progress, common.quiet));
    display.stage_begins("phantom", "Phantom", "", 0, 0);
    const Progress progress([&](double fraction, const std::string& message) { display.update("phantom", fraction, message); });
    const auto truth = workflow::make_spine_phantom(folder, options, progress);
    display.clear_bar();
    if (given.json) {
      Json document = {{"out", folder.string()}, {"dicom", (folder / "dicom").string()}, {"truth", (folder / "truth").string()}};
      document["seeds_mm"] = Json::object();
      for (const auto& vertebra : truth)
        document["seeds_mm"][vertebra.level] = {vertebra.body_centre_Patient.x(), vertebra.body_centre_Patient.y(),
                                                vertebra.body_centre_Patient.z()};
      std::cout << canonical_text(document);
    } else {
      std::cout << "Wrote " << (folder / "dicom").string() << " and its truth in " << (folder / "truth").string() << "\n"
                << "Seed points, for anatomy.seeds_mm:\n";
      for (const auto& vertebra : truth) {
        // Rounded here, so that -0.04 does not become "-0.0".
        const Vec3 p = ((10.0 * vertebra.body_centre_Patient).array().round() / 10.0 + 0.0).matrix();
        std::cout << fmt::format("  \"{}\": [{:.1f}, {:.1f}, {:.1f}]\n", vertebra.level, p.x(), p.y(), p.z());
      }
    }
  } catch (...) {
    // Nothing half-written: this folder held no phantom before.
    fs::remove_all(folder / "dicom", ignored);
    fs::remove_all(folder / "truth", ignored);
    fs::remove(folder, ignored);  // only when empty
    throw;
  }
  return ExitCode::kDone;
}

}  // namespace

void add_phantom(Commands& commands) {
  auto given = std::make_shared<PhantomCommand>();
  CLI::App* command = commands.app.add_subcommand("phantom", "Make a CT-like scan of a cervical column with its exact truth");
  command->add_option("-o,--out", given->out, "Folder for dicom/ and truth/")->required();
  command->add_option("--levels", given->levels, "Neighbouring levels from the skull down, as C3,C4,C5");
  command
      ->add_option("--variant", given->variant,
                   "How the series is written, to try an importer on: a scout among the slices, one Enhanced CT file, a rescale per slice, "
                   "without pixel spacing, with invented patient data in every corner")
      ->check(CLI::IsMember(std::vector<std::string>(geometry::kDicomVariantNames.begin(), geometry::kDicomVariantNames.end())));
  command->add_flag("--json", given->json, "One JSON document on stdout");
  for (const workflow::Field& field : workflow::schema()) {
    if (!field.path.starts_with(kPrefix) || field.type == workflow::FieldType::kBoolean) continue;
    const std::string key = field.path.substr(std::string(kPrefix).size());
    command
        ->add_option_function<double>(option_name(key), [given, key](const double& value) { given->values[key] = value; },
                                      field.help + " Default " + field.value.dump() + ".")
        ->group("Scan and anatomy");
  }
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa phantom --out phantom --noise-sd-hu 40");
  command->callback([given, &commands] { commands.action = [given, &commands] { return write_phantom(*given, commands.common); }; });
}

}  // namespace spongiosa::cli
