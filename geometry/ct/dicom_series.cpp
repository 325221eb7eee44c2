#include "geometry/ct/dicom_series.h"

#include "core/module.h"

namespace spongiosa::geometry {

// The work is done in the imaging module (geometry/ct/detail/write_dicom.cpp).
void write_dicom_series(const std::filesystem::path& folder, const HuImage& image, const DicomSeriesOptions& options,
                        const Progress& progress) {
  module_function<void(const std::filesystem::path&, const HuImage&, const DicomSeriesOptions&, const Progress&)>(
      "imaging", "spongiosa_write_dicom_series")(folder, image, options, progress);
}

}  // namespace spongiosa::geometry
