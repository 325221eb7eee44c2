#pragma once
/// The files of a DICOM series in disguise (geometry/ct/dicom_variant.h).

#include "geometry/ct/detail/dicom_data_set.h"
#include "geometry/ct/dicom_variant.h"
#include "geometry/image/image.h"

#include <filesystem>
#include <functional>

namespace spongiosa::geometry::detail {

/// Changes the header of slice k, which is otherwise as in a plain series.
/// @throws Error(kBadInput) when the values do not fit 16 bits under another rescale
void disguise_slice(DataSetWriter& header, const HuImage& image, std::int64_t k, DicomVariant variant);

/// Path of slice k within the series' folder.
std::filesystem::path slice_path(std::int64_t k, DicomVariant variant);

/// A scout: the mean along y, seen from the front. @param header  of a slice of the series
DataSetWriter localizer(DataSetWriter header, const HuImage& image, const std::string& sop_uid);

/// All slices as frames of one file. @param header  of the first slice
DataSetWriter enhanced_ct(DataSetWriter header, const HuImage& image, double slice_thickness_mm);

}  // namespace spongiosa::geometry::detail
