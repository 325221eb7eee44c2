#pragma once
/// Opens a flat explicit VR little endian DICOM file, changes single elements, and saves it: for making odd series in tests.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace spongiosa {

class DicomEdit {
 public:
  struct Element {
    std::string vr, bytes;
  };

  DicomEdit() = default;
  explicit DicomEdit(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (all.size() < 132 || all.compare(128, 4, "DICM") != 0) throw std::runtime_error("not a DICOM file: " + file.string());
    for (std::size_t at = 132; at < all.size();) {
      const std::uint32_t tag = std::uint32_t(number<std::uint16_t>(all, at)) << 16 | number<std::uint16_t>(all, at + 2);
      Element element{all.substr(at + 4, 2), ""};
      const bool is_long = long_form(element.vr);
      const std::size_t length = is_long ? number<std::uint32_t>(all, at + 8) : number<std::uint16_t>(all, at + 6);
      at += is_long ? 12 : 8;
      element.bytes = all.substr(at, length);
      at += length;
      elements_[tag] = element;
    }
  }

  /// `tag` as 0xggggeeee. Text is filled up to even length.
  void set(std::uint32_t tag, const std::string& vr, std::string value) {
    if (value.size() % 2) value += vr == "UI" ? '\0' : ' ';
    elements_[tag] = {vr, value};
  }
  void set_us(std::uint32_t tag, std::uint16_t value) {
    elements_[tag] = {"US", std::string(reinterpret_cast<const char*>(&value), 2)};
  }
  /// Pixel data as one fragment of a compressed stream.
  void set_compressed_pixels(const std::string& stream) {
    elements_[0x7fe00010] = {"OB", raw(0xe000fffeu) + raw(0u) + raw(0xe000fffeu) + raw(std::uint32_t(stream.size())) + stream +
                                       raw(0xe0ddfffeu) + raw(0u)};
    compressed_ = true;
  }
  void remove(std::uint32_t tag) { elements_.erase(tag); }
  /// Without filling.
  std::string get(std::uint32_t tag) const {
    std::string text = elements_.at(tag).bytes;
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
    return text;
  }
  std::string bytes(std::uint32_t tag) const { return elements_.at(tag).bytes; }
  bool has(std::uint32_t tag) const { return elements_.count(tag) > 0; }
  bool mentions(const std::string& text) const {
    return std::any_of(elements_.begin(), elements_.end(),
                       [&](const auto& item) { return item.second.bytes.find(text) != std::string::npos; });
  }

  /// The elements of the data set without preamble and file meta information.
  std::string data_set() const { return encode(0x00030000, 0xffffffff); }

  /// @param whole_sequence content of items, made by `item`
  static std::string item(const DicomEdit& content) {
    const std::string inside = content.data_set();
    return raw<std::uint16_t>(0xfffe) + raw<std::uint16_t>(0xe000) + raw(std::uint32_t(inside.size())) + inside;
  }

  void save(const std::filesystem::path& file) {
    elements_[0x00020000] = {"UL", raw(std::uint32_t(encode(0x00020001, 0x0002ffff).size()))};
    std::ofstream stream(file, std::ios::binary);
    stream << std::string(128, '\0') << "DICM" << encode(0, 0xffffffff);
    if (!stream) throw std::runtime_error("cannot write " + file.string());
  }

 private:
  static bool long_form(const std::string& vr) {
    return vr == "OB" || vr == "OW" || vr == "OF" || vr == "SQ" || vr == "UN" || vr == "UT";
  }
  template <class T>
  static T number(const std::string& bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    return value;
  }
  template <class T>
  static std::string raw(T value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  std::string encode(std::uint32_t first, std::uint32_t last) const {
    std::string out;
    for (const auto& [tag, element] : elements_) {
      if (tag < first || tag > last) continue;
      out += raw(std::uint16_t(tag >> 16)) + raw(std::uint16_t(tag & 0xffff)) + element.vr;
      if (long_form(element.vr))
        out += raw(std::uint16_t(0)) + raw(compressed_ && tag == 0x7fe00010 ? 0xffffffffu : std::uint32_t(element.bytes.size()));
      else
        out += raw(std::uint16_t(element.bytes.size()));
      out += element.bytes;
    }
    return out;
  }

  std::map<std::uint32_t, Element> elements_;
  bool compressed_ = false;
};

/// The elements the tests change.
namespace tag {
constexpr std::uint32_t kMetaTransferSyntax = 0x00020010, kImageType = 0x00080008, kSopClass = 0x00080016, kSopInstance = 0x00080018,
                        kModality = 0x00080060, kPatientName = 0x00100010, kPatientId = 0x00100020, kBirthDate = 0x00100030,
                        kThickness = 0x00180050, kGantryTilt = 0x00181120, kSeries = 0x0020000e, kInstanceNumber = 0x00200013,
                        kPosition = 0x00200032, kOrientation = 0x00200037, kFrames = 0x00280008, kRows = 0x00280010,
                        kColumns = 0x00280011, kPixelSpacing = 0x00280030, kIntercept = 0x00281052, kSlope = 0x00281053,
                        kRescaleType = 0x00281054, kLossy = 0x00282110, kPixelData = 0x7fe00010;
}  // namespace tag

}  // namespace spongiosa
