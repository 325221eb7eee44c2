#include "core/error.h"
#include "geometry/ct/detail/import_parts.h"
#include "geometry/image/detail/image_file_itk.h"

#include <cmath>

namespace spongiosa::geometry::detail {

namespace {

/// Limits that every CT of a body part with bone meets: fat and air lie below water, bone above 150 HU. A label map, a
/// normalised or raw image, a density map or an MR image fails one of them.
constexpr float kSomethingBelowHu = -20.0f;
constexpr float kSomethingAboveHu = 150.0f;
/// Fat with its noise stays above; air and lung lie below.
constexpr float kAirOrLungHu = -300.0f;

}  // namespace

CtImport import_image_file(const std::filesystem::path& file, const Progress& progress) {
  progress.report(0.0, "Reading the image file");
  const LoadedImage loaded = load_image(file);
  progress.report(0.6, "Checking the values");

  CtImport result;
  result.hu = loaded.image.like<std::int16_t>();
  float low = loaded.image.data.front(), high = low;
  std::int64_t rounded = 0;
  for (std::size_t n = 0; n < loaded.image.data.size(); ++n) {
    const float value = loaded.image.data[n];
    if (!(std::abs(value) <= 32767.0f || value == -32768.0f))
      fail_input("'{}' holds the value {}, which is not a Hounsfield number (-32768 to 32767): export the scan in HU",
                 file.string(), value);
    low = std::min(low, value);
    high = std::max(high, value);
    const float whole = std::nearbyint(value);
    rounded += std::abs(whole - value) > 1e-3f;
    result.hu.data[n] = std::int16_t(whole);
  }
  if (low > kSomethingBelowHu || high < kSomethingAboveHu)
    fail_input("the values of '{}' ({} to {}) cannot be Hounsfield units: a CT with bone reaches from below {} (fat, air) to "
               "above {} (bone); give the CT itself, not a label map, a density map or an MR image",
               file.string(), low, high, kSomethingBelowHu, kSomethingAboveHu);
  for (const std::int64_t n : result.hu.size)
    if (n < 2) fail_input("'{}' is a single slice ({} x {} x {}): a volume is needed", file.string(), result.hu.size[0], result.hu.size[1], result.hu.size[2]);

  result.notes.push_back("a " + loaded.format +
                         " file does not say what its values are: taken as Hounsfield units; scanner, tube voltage and kernel unknown");
  if (low > kAirOrLungHu)
    result.notes.push_back(fmt::format("the lowest value is {}: without air in the image it cannot be told whether the values are "
                                       "HU or, for instance, a density in mg/cc", low));
  if (!loaded.has_orientation)
    result.notes.push_back("the file carries no patient orientation (qform and sform are 0): left and right, front and back "
                           "cannot be relied on");
  if (loaded.flipped) result.notes.push_back("the slice axis was reversed to make the index frame right-handed; no voxel changed its place");
  if (rounded > 0) result.notes.push_back(fmt::format("{} voxels were rounded to whole HU", rounded));
  result.info = empty_info();
  result.info["format"] = loaded.format;
  return result;
}

}  // namespace spongiosa::geometry::detail
