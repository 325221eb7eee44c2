#pragma once
/// Disguises in which the phantom's scan can be written, to try an importer or a redaction on: things that happen to real exports.

#include <array>

namespace spongiosa::geometry {

enum class DicomVariant {
  kPlain,
  kLocalizer,        ///< a scout picture lies in the series, under the same SeriesInstanceUID
  kEnhanced,         ///< one Enhanced CT file with a frame per slice (PS3.3, A.38)
  kPerSliceRescale,  ///< another RescaleIntercept in every slice; the Hounsfield values are the same
  kNoPixelSpacing,   ///< PixelSpacing is missing: to be refused
  kPatientData,      ///< kPlanted in plain, private and nested elements, file names and a folder's name
};

/// In the order of DicomVariant.
inline constexpr std::array<const char*, 6> kDicomVariantNames = {"plain",         "localizer",        "enhanced", "per-slice-rescale",
                                                                  "no-pixel-spacing", "patient-data"};

/// Invented identifiers of DicomVariant::kPatientData. None of them may appear in anything made from the scan.
struct PlantedIdentifiers {
  const char* family_name = "Quarrington";
  const char* given_name = "Zebulon";
  const char* patient_id = "PID-7739-ZQ";
  const char* birth_date = "19530417";
  const char* physician = "Vanterpool";
  const char* institution = "Halberd Infirmary";
};
inline constexpr PlantedIdentifiers kPlanted;

}  // namespace spongiosa::geometry
