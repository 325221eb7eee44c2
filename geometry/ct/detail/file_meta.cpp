#include "geometry/ct/detail/file_meta.h"

#include "core/error.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace spongiosa::geometry::detail {

namespace {

constexpr std::int64_t kMarkAt = 128, kMarkEnd = 132;

/// Value representations of PS3.5, 6.2; those with a 32-bit length come first.
constexpr std::string_view kLongForms = "OB OD OF OL OV OW SQ SV UC UN UR UT UV ";
constexpr std::string_view kShortForms = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US ";

bool is_one_of(std::string_view list, const char* vr) {
  for (std::size_t at = 0; at + 2 < list.size(); at += 3)
    if (list[at] == vr[0] && list[at + 1] == vr[1]) return true;
  return false;
}

class Reader {
 public:
  Reader(std::istream& stream, std::int64_t size) : stream_(stream), size_(size) {}

  /// Fills `bytes` with what is at `at`; false when the file ends before.
  template <std::size_t N>
  bool get(std::int64_t at, std::array<unsigned char, N>& bytes) {
    if (at + std::int64_t(N) > size_) return false;
    stream_.clear();
    stream_.seekg(at);
    stream_.read(reinterpret_cast<char*>(bytes.data()), N);
    return bool(stream_);
  }
  std::int64_t size() const { return size_; }

 private:
  std::istream& stream_;
  std::int64_t size_;
};

std::uint32_t u16(const unsigned char* b) { return std::uint32_t(b[0]) | std::uint32_t(b[1]) << 8; }
std::uint32_t u32(const unsigned char* b) { return u16(b) | u16(b + 2) << 16; }

bool begins_like_a_data_set(Reader& reader) {
  std::array<unsigned char, 16> head;
  if (!reader.get(0, head)) return false;
  const std::uint32_t little[2] = {u16(head.data()), u16(head.data() + 2)};
  const std::uint32_t big[2] = {std::uint32_t(head[0]) << 8 | head[1], std::uint32_t(head[2]) << 8 | head[3]};
  for (const auto& tag : {little, big})
    if ((tag[0] == 0x0002 || tag[0] == 0x0008) && tag[1] <= 0x0018) return true;
  return false;
}

[[noreturn]] void fail_damaged(const std::filesystem::path& file, const char* what) {
  fail_input("the DICOM header of '{}' is damaged or cut off ({}): copy the file again or take it out of the folder", file.string(), what);
}

}  // namespace

bool check_file_meta(std::istream& stream, const std::filesystem::path& file) {
  stream.clear();
  stream.seekg(0, std::ios::end);
  Reader reader(stream, std::int64_t(stream.tellg()));
  std::array<unsigned char, kMarkEnd - kMarkAt> mark{};
  const bool marked = reader.get(kMarkAt, mark) && mark == std::array<unsigned char, 4>{'D', 'I', 'C', 'M'};
  if (!marked && !begins_like_a_data_set(reader)) return false;

  std::int64_t at = marked ? kMarkEnd : 0;
  bool first = true;
  while (true) {
    std::array<unsigned char, 8> head;
    if (!reader.get(at, head)) fail_damaged(file, first ? "it ends with its first bytes" : "it ends within its first group");
    if (u16(head.data()) != 0x0002) return true;  // the data set begins; what is in it is the library's business
    first = false;
    const char vr[2] = {char(head[4]), char(head[5])};
    std::int64_t length = 0, header = 8;
    if (is_one_of(kLongForms, vr)) {
      std::array<unsigned char, 4> four;
      if (!reader.get(at + 8, four)) fail_damaged(file, "it ends within its first group");
      length = u32(four.data());
      header = 12;
    } else if (is_one_of(kShortForms, vr)) {
      length = u16(head.data() + 6);
    } else {
      length = u32(head.data() + 4);  // implicit, against the rule but seen
    }
    if (length > reader.size() - at - header) fail_damaged(file, "an element of its first group is longer than the file");
    at += header + length;
  }
}

}  // namespace spongiosa::geometry::detail
