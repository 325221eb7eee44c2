#pragma once
/// Is the scan good enough to build an implant on? What can be read off the images themselves, against published recommendations.

#include "geometry/bone/segment.h"

namespace spongiosa::geometry {

enum class ScanVerdict { kGood, kDoubtful, kUnknown };

struct ScanQualityItem {
  std::string name;                    ///< "slice spacing"
  std::optional<double> value;         ///< absent where it is text or not known
  std::string text;                    ///< of what is no number: the kernel's name
  std::string unit;
  std::string limit;                   ///< "at most 1 mm; never above 2 mm"
  ScanVerdict verdict = ScanVerdict::kUnknown;
  std::string source;
};

/// What the header says, where it says it.
struct ScanHeader {
  std::optional<double> slice_thickness_mm;
  std::string kernel;
  std::optional<int> age_days;
};

/// Age, slice spacing and thickness, pixel, kernel, noise, contrast of bone to noise, metal near the vertebrae, bone cut off by the
/// field of view. Limits: clinical-regulatory reference 2.6, and the project's own where it names none.
/// @param hu  the whole scan; the segmentation is of it
std::vector<ScanQualityItem> scan_quality(const HuImage& hu, const Segmentation& segmentation, const ScanHeader& header);

/// Does a kernel's name mean sharp edges, bought with shifted HU? Absent for names that are not known. Siemens B60 and above (H, U, Br,
/// Hr, ... alike), GE BONE, BONEPLUS, EDGE, LUNG, Philips C, D, E, L, YC, YD, YE, Canon/Toshiba FC30 to FC59 and FC80 up.
std::optional<bool> is_sharp_kernel(const std::string& kernel);

}  // namespace spongiosa::geometry
