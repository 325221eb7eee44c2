#pragma once
/// The two ways in: a DICOM series, or an image file. Chosen in import_entry.cpp.

#include "geometry/ct/import.h"

#include <string>

namespace spongiosa::geometry::detail {

/// The fields of CtImport::info, all null, in the order in which they are written.
Json empty_info();
/// `text` as printable ASCII, at most 64 characters; null when nothing is left.
Json plain_text(const std::string& text);
/// Sets info.hu_range and info.spacing_mm/size/slices from the image, and notes values below air.
void describe_image(CtImport& result);

CtImport import_dicom(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress);
CtImport import_image_file(const std::filesystem::path& file, const Progress& progress);

}  // namespace spongiosa::geometry::detail
