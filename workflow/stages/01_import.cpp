/// Stage 1: the CT, from a DICOM folder or an image file, or from the phantom that the case describes.

#include "core/error.h"
#include "core/hash.h"
#include "geometry/ct/import.h"
#include "geometry/image/image_file.h"
#include "geometry/phantom/spine_phantom.h"
#include "workflow/stages/stages.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

bool uses_phantom(const Case& design) { return design.at("ct.phantom.enabled").get<bool>(); }

/// A relative path is looked for in the data folder first, then beside the case file.
fs::path ct_path(const StageContext& context) {
  if (!context.design.has("ct.path"))
    fail_input("{}: ct.path is missing: name the folder of DICOM files (or set ct.phantom.enabled)", context.design.file().string());
  const fs::path path = context.design.text("ct.path");
  if (path.is_absolute()) return path;
  if (!context.data.empty() && fs::exists(context.data / path)) return context.data / path;
  if (fs::exists(context.design.folder() / path)) return context.design.folder() / path;
  fail_input("ct.path: '{}' was found neither in the data folder ({}) nor in '{}': give the folder that holds it with --data",
             path.string(), context.data.empty() ? "none given" : "'" + context.data.string() + "'", context.design.folder().string());
}

/// Independent of file names and order: the sorted hashes of the files' contents.
std::string ct_hash(const StageContext& context) {
  if (uses_phantom(context.design)) return "phantom";
  const fs::path path = ct_path(context);
  if (fs::is_regular_file(path)) return sha256_file(path);
  std::vector<std::string> hashes;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.is_regular_file()) hashes.push_back(sha256_file(entry.path()));
  std::sort(hashes.begin(), hashes.end());
  std::string all;
  for (const std::string& hash : hashes) all += hash;
  return sha256(all);
}

/// From the sizes of the files: 16 bits per voxel where nothing is compressed.
Json estimate(const StageContext& context) {
  if (uses_phantom(context.design)) return nullptr;
  const fs::path path = ct_path(context);
  double bytes = 0.0;
  if (fs::is_regular_file(path)) {
    bytes = double(fs::file_size(path));
  } else {
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) bytes += double(entry.file_size());
  }
  // The volume twice in memory, and its compressed copy on the disk.
  return {{"voxels", bytes / 2.0}, {"memory_bytes", 2.0 * bytes}, {"file_bytes", 0.6 * bytes}};
}

void run(StageContext& context) {
  fs::path source;
  if (uses_phantom(context.design)) {
    const fs::path folder = context.folder / "phantom";
    g::write_spine_phantom(folder, phantom_options(context.design.at("ct.phantom")), context.progress.part(0.0, 0.7));
    source = folder / "dicom";
    context.manifest.output(folder / "truth" / "truth.json", "exact truth of the phantom");
    context.manifest.note("The CT is a phantom made by the program, not a patient.");
  } else {
    source = ct_path(context);
  }
  g::ImportOptions options;
  if (context.design.has("ct.series_uid")) options.series_uid = context.design.text("ct.series_uid");
  if (context.design.has("ct.reference_date")) options.reference_date = context.design.text("ct.reference_date");
  const g::CtImport ct = g::import_ct(source, options, context.progress.part(0.7, 0.9));
  context.progress.report(0.9, "writing the volume");
  g::write_image(context.folder / "ct.nrrd", ct.hu);

  context.manifest.output(context.folder / "ct.nrrd", "CT, Hounsfield units");
  for (const std::string& note : ct.notes) context.manifest.note(note);
  Json& results = context.manifest.results();
  results["scan"] = ct.info;
  results["content_sha256"] = ct.content_sha256;
  results["size_voxels"] = ct.hu.size;
  results["spacing_mm"] = {ct.hu.spacing_mm.x(), ct.hu.spacing_mm.y(), ct.hu.spacing_mm.z()};
  results["phantom"] = uses_phantom(context.design);
}

}  // namespace

Stage import_stage() {
  Stage stage;
  stage.id = "01_import";
  stage.verb = "import";
  stage.title = "Import CT";
  stage.version = 2;
  stage.parameters = {"ct"};
  stage.external_hash = ct_hash;
  stage.estimate = estimate;
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
