#include "geometry/image/image_file.h"

#include "core/module.h"

namespace spongiosa::geometry {

// The work is done in the imaging module (geometry/image/detail/image_file_itk.cpp).
namespace {

template <class ImageType>
ImageType read(const std::filesystem::path& file, const char* symbol) {
  ImageType image;
  module_function<void(const std::filesystem::path&, ImageType&)>("imaging", symbol)(file, image);
  return image;
}

template <class ImageType>
void write(const std::filesystem::path& file, const ImageType& image, const char* symbol) {
  module_function<void(const std::filesystem::path&, const ImageType&)>("imaging", symbol)(file, image);
}

}  // namespace

HuImage read_hu_image(const std::filesystem::path& file) { return read<HuImage>(file, "spongiosa_read_hu_image"); }
LabelImage read_label_image(const std::filesystem::path& file) {
  return read<LabelImage>(file, "spongiosa_read_label_image");
}
FloatImage read_float_image(const std::filesystem::path& file) {
  return read<FloatImage>(file, "spongiosa_read_float_image");
}

void write_image(const std::filesystem::path& file, const HuImage& image) {
  write(file, image, "spongiosa_write_hu_image");
}
void write_image(const std::filesystem::path& file, const LabelImage& image) {
  write(file, image, "spongiosa_write_label_image");
}
void write_image(const std::filesystem::path& file, const FloatImage& image) {
  write(file, image, "spongiosa_write_float_image");
}

}  // namespace spongiosa::geometry
