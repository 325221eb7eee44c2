/// new: a commented starter case.

#include "cli/cli.h"
#include "core/file.h"
#include "workflow/case.h"

#include <iostream>
#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

ExitCode write_starter(const std::string& name) {
  const fs::path folder = fs::path(name).lexically_normal();
  const std::string id = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  for (const char c : id)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-')
      fail_usage("new {}: the name becomes the case id; use letters, digits, '.', '_' and '-'", name);
  if (id.empty() || id == "." || id == "..") fail_usage("new {}: give the name of a new folder", name);
  const fs::path file = folder / "case.json";
  std::error_code ignored;
  if (fs::exists(file, ignored)) fail_io("'{}' is there already; choose another name or delete it", file.string());
  try {
    make_writable_folder(folder);
  } catch (const Error& error) {
    fail(error.code(), "cannot make the folder '{}': choose another place for the new case", folder.string());
  }
  write_text_file(file, workflow::starter_case(id));
  std::cout << "Wrote " << file.string() << "\n"
            << "Next: give the scan and the seed points in it, then: spongiosa run " << name << " --dry-run\n";
  return ExitCode::kDone;
}

}  // namespace

void add_new(Commands& commands) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = commands.app.add_subcommand("new", "Write a commented starter case into a new folder");
  command->add_option("NAME", *name, "The new folder; its name becomes the case id")->required();
  command->footer("Example: spongiosa new patient-07");
  command->callback([name, &commands] { commands.action = [name] { return write_starter(*name); }; });
}

}  // namespace spongiosa::cli
