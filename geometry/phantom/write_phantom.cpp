#include "core/error.h"
#include "core/file.h"
#include "geometry/ct/dicom_series.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/phantom/column.h"
#include "geometry/phantom/spine_surface.h"

#include <fmt/format.h>

namespace spongiosa::geometry {

std::vector<VertebraTruth> write_spine_phantom(const std::filesystem::path& folder, const SpinePhantomOptions& options,
                                               const Progress& progress) {
  const SpinePhantom phantom(options);
  const std::filesystem::path dicom = folder / "dicom", truth = folder / "truth";
  make_writable_folder(dicom);
  make_writable_folder(truth);

  const PhantomScan scan = scan_spine_phantom(phantom, progress.part(0.0, 0.5));
  DicomSeriesOptions series;
  series.case_id = "SPINE-PHANTOM";
  series.description = fmt::format("Cervical phantom {}-{}, synthetic", options.levels.front(), options.levels.back());
  series.slice_thickness_mm = options.slice_profile_fwhm_mm > 0.0 ? options.slice_profile_fwhm_mm : options.slice_spacing_mm;
  series.kernel = fmt::format("GAUSS{:.2f}MM", options.resolution_fwhm_mm);
  series.variant = options.variant;
  write_dicom_series(dicom, scan.hu, series, progress.part(0.5, 0.65));

  progress.report(0.65, "writing the truth");
  write_image(truth / "labels.nrrd", scan.labels);
  write_image(truth / "hu_noise_free.nrrd", scan.hu_noise_free);
  for (std::size_t i = 0; i < options.levels.size(); ++i) {
    const double from = 0.75 + 0.25 * double(i) / double(options.levels.size());
    const Progress part = progress.part(from, from + 0.25 / double(options.levels.size()));
    const std::string& level = options.levels[i];
    write_stl(truth / (level + ".stl"), phantom_surface(phantom, level, kTruthSurfaceStep_mm, part.part(0.0, 0.9)),
              "Spongiosa spine phantom " + level + ", mm, LPS", part.part(0.9, 1.0));
  }
  write_json(truth / "truth.json", phantom_truth_json(phantom));
  progress.report(1.0, "phantom written");
  return phantom.truth();
}

}  // namespace spongiosa::geometry
