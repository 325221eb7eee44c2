#include "core/error.h"
#include "core/file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/surface/vertex_weld.h"

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

/// Triangles as they come; equal positions become one vertex, in the order of first appearance.
class Soup {
 public:
  explicit Soup(const std::filesystem::path& file) : file_(file) {}
  void reserve(std::size_t triangles) { mesh_.triangles.reserve(triangles); }
  void add(const float* nine) {
    // A closed mesh has half as many vertices as triangles, a soup three times as many.
    if (weld_.size() > std::numeric_limits<std::uint32_t>::max() - 4)
      fail_computation("'{}' has more than the 4294967290 vertices that can be numbered", file_.string());
    std::array<std::uint32_t, 3> corners;
    for (std::size_t c = 0; c < 3; ++c) corners[c] = weld_.number(Vec3f(nine[3 * c], nine[3 * c + 1], nine[3 * c + 2]));
    mesh_.triangles.push_back(corners);
  }
  TriangleMesh finish() {
    if (mesh_.triangles.empty()) fail_input("'{}' holds no triangle", file_.string());
    mesh_.vertices = weld_.take();
    return std::move(mesh_);
  }

 private:
  const std::filesystem::path& file_;
  VertexWeld weld_;
  TriangleMesh mesh_;
};

TriangleMesh read_binary(std::ifstream& in, std::uint64_t triangles, const std::filesystem::path& file) {
  Soup soup(file);
  soup.reserve(triangles);
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
      soup.add(values);
    }
  }
  return soup.finish();
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
  Soup soup(file);
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
      float values[9];
      for (int c = 0; c < 3; ++c) {
        words.expect("vertex");
        for (int a = 0; a < 3; ++a) values[3 * c + a] = words.number();
      }
      soup.add(values);
      words.expect("endloop");
      words.expect("endfacet");
    }
    words.skip_line();
  }
  return soup.finish();
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
