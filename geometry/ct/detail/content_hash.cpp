#include "geometry/ct/detail/content_hash.h"

#include "core/hash.h"

#include <fmt/format.h>

#include <bit>

namespace spongiosa::geometry::detail {

static_assert(std::endian::native == std::endian::little, "the hash is defined over little-endian values");

namespace {

std::string decimal(double value, int digits) {
  const std::string text = fmt::format("{:.{}f}", value, digits);
  // "-0.000000" and "0.000000" are one place.
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1) : text;
}

}  // namespace

std::string content_sha256(const HuImage& image) {
  std::string text = fmt::format("spongiosa-ct-1 size {} {} {}", image.size[0], image.size[1], image.size[2]);
  for (int a = 0; a < 3; ++a) text += " spacing " + decimal(image.spacing_mm[a], 6);
  for (int a = 0; a < 3; ++a) text += " origin " + decimal(image.origin_Patient[a], 6);
  for (int a = 0; a < 9; ++a) text += " direction " + decimal(image.direction(a % 3, a / 3), 9);
  const std::string_view voxels(reinterpret_cast<const char*>(image.data.data()), image.data.size() * sizeof(std::int16_t));
  return sha256(text + " voxels " + sha256(voxels));
}

}  // namespace spongiosa::geometry::detail
