#include "core/error.h"
#include "core/file.h"
#include "geometry/io/mesh_file.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

namespace spongiosa::geometry {

namespace {

constexpr std::uint64_t kHeaderBytes = 84, kRecordBytes = 50;

/// Gives equal positions one vertex, in the order of first appearance.
TriangleMesh from_soup(std::vector<Vec3f> corners, const std::filesystem::path& file) {
  if (corners.empty()) fail_input("'{}' holds no triangle", file.string());
  if (corners.size() >= std::numeric_limits<std::uint32_t>::max())
    fail_computation("'{}' has {} triangles, more than the 1431655764 that can be read", file.string(), corners.size() / 3);
  const std::vector<std::uint32_t> first = match_positions(corners);
  TriangleMesh mesh;
  mesh.triangles.resize(corners.size() / 3);
  std::vector<std::uint32_t> number(corners.size());
  for (std::size_t c = 0; c < corners.size(); ++c) {
    if (first[c] == c) {
      number[c] = std::uint32_t(mesh.vertices.size());
      mesh.vertices.push_back(corners[c]);
    } else {
      number[c] = number[first[c]];
    }
    mesh.triangles[c / 3][c % 3] = number[c];
  }
  mesh.vertices.shrink_to_fit();
  return mesh;
}

TriangleMesh read_binary(std::ifstream& in, std::uint64_t triangles, const std::filesystem::path& file) {
  std::vector<Vec3f> corners;
  corners.reserve(triangles * 3);
  in.seekg(std::streamoff(kHeaderBytes));
  constexpr std::size_t kBatch = 20000;
  std::vector<char> records(kBatch * kRecordBytes);
  for (std::uint64_t n = 0; n < triangles; n += kBatch) {
    const std::size_t count = std::size_t(std::min<std::uint64_t>(kBatch, triangles - n));
    in.read(records.data(), std::streamsize(count * kRecordBytes));
    if (!in) fail_io("reading '{}' failed at triangle {}", file.string(), n);
    for (std::size_t r = 0; r < count; ++r) {
      float values[9];
      std::memcpy(values, records.data() + r * kRecordBytes + 12, sizeof values);
      for (const float value : values)
        if (!std::isfinite(value))
          fail_input("'{}': triangle {} has a corner that is not a finite number: the file is damaged", file.string(), n + r);
      for (int c = 0; c < 3; ++c) corners.emplace_back(values[3 * c], values[3 * c + 1], values[3 * c + 2]);
    }
  }
  return from_soup(std::move(corners), file);
}

/// Words of a text with the line they stand in.
class Words {
 public:
  Words(std::string_view text, const std::filesystem::path& file) : text_(text), file_(file) {}

  /// Lower case; empty at the end.
  std::string next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) line_ += text_[at_++] == '\n';
    std::string word;
    while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])))
      word += char(std::tolower(static_cast<unsigned char>(text_[at_++])));
    return word;
  }
  void expect(const char* wanted) {
    const std::string word = next();
    if (word != wanted) damaged(word, wanted);
  }
  float number() {
    const std::string word = next();
    const char* begin = word.c_str() + (word[0] == '+' ? 1 : 0);
    float value = 0.0f;
    const auto [end, error] = std::from_chars(begin, word.c_str() + word.size(), value);
    if (error == std::errc::result_out_of_range) value = 0.0f * value;  // too small for a float is as good as zero
    if ((error != std::errc() && error != std::errc::result_out_of_range) || end != word.c_str() + word.size() || !std::isfinite(value))
      damaged(word, "a number");
    return value;
  }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }
  [[noreturn]] void damaged(const std::string& word, const std::string& wanted) const {
    if (word.empty()) fail_input("'{}' ends at line {} where '{}' was expected: the file is cut short", file_.string(), line_, wanted);
    fail_input("'{}' line {}: '{}' where '{}' was expected in a text STL file", file_.string(), line_, word.substr(0, 40), wanted);
  }

 private:
  std::string_view text_;
  const std::filesystem::path& file_;
  std::size_t at_ = 0, line_ = 1;
};

TriangleMesh read_text(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  Words words(text, file);
  std::vector<Vec3f> corners;
  // Several solids may follow each other.
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    if (word != "solid") words.damaged(word, "solid");
    words.skip_line();
    for (word = words.next(); word != "endsolid"; word = words.next()) {
      if (word != "facet") words.damaged(word, "facet");
      words.expect("normal");
      for (int a = 0; a < 3; ++a) words.next();  // follows from the corners; some writers leave nan here
      words.expect("outer");
      words.expect("loop");
      for (int c = 0; c < 3; ++c) {
        words.expect("vertex");
        const float x = words.number(), y = words.number(), z = words.number();
        corners.emplace_back(x, y, z);
      }
      words.expect("endloop");
      words.expect("endfacet");
    }
    words.skip_line();
  }
  return from_soup(std::move(corners), file);
}

}  // namespace

TriangleMesh read_stl(const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) fail_io("cannot read '{}'", file.string());
  char head[1024] = {};
  in.read(head, sizeof head);
  const std::string_view start(head, std::size_t(in.gcount()));
  in.clear();

  // The length decides, because some binary writers begin their header with "solid" all the same.
  std::uint32_t triangles = 0;
  if (start.size() >= kHeaderBytes) std::memcpy(&triangles, head + 80, sizeof triangles);
  const std::uint64_t expected = kHeaderBytes + kRecordBytes * triangles;
  if (start.size() >= kHeaderBytes && size == expected) return read_binary(in, triangles, file);
  if (start.substr(0, 5) == "solid" && start.find('\0') == std::string_view::npos) return read_text(file);
  if (start.size() < kHeaderBytes)
    fail_input("'{}' has {} bytes: too short for an STL file, and not text that begins with 'solid'", file.string(), size);
  fail_input("'{}' has {} bytes, but its header promises {} triangles, which take {} bytes: the file is damaged or not STL",
             file.string(), size, triangles, expected);
}

}  // namespace spongiosa::geometry
