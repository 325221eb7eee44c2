#include "geometry/picture/picture.h"

#include "core/error.h"
#include "core/file.h"

#include <png.h>

namespace spongiosa::geometry {

Picture::Picture(int w, int h, Rgb fill) : width(w), height(h) {
  SPONGIOSA_ASSERT(w >= 0 && h >= 0);
  pixels.assign(std::size_t(w) * std::size_t(h), fill);
}

std::string png_bytes(const Picture& picture) {
  SPONGIOSA_ASSERT(picture.pixels.size() == std::size_t(picture.width) * std::size_t(picture.height));
  if (picture.pixels.empty()) fail_computation("a picture without pixels cannot be written as PNG");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = png_uint_32(picture.width);
  image.height = png_uint_32(picture.height);
  image.format = PNG_FORMAT_RGB;
  static_assert(sizeof(Rgb) == 3, "rows are handed to libpng as they are");
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.pixels.data(), 0, nullptr))
    fail_computation("a picture of {} x {} pixels could not be coded as PNG: {}", picture.width, picture.height, image.message);
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& file, const Picture& picture) { write_text_file(file, png_bytes(picture)); }

}  // namespace spongiosa::geometry
