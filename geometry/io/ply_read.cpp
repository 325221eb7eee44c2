/// Any PLY with triangles or convex polygons: text, little-endian or big-endian.

#include "core/error.h"
#include "geometry/io/mesh_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

namespace spongiosa::geometry {

namespace {

enum class Type { kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kFloat, kDouble };

std::size_t width(Type type) {
  constexpr std::size_t widths[] = {1, 1, 2, 2, 4, 4, 4, 8};
  return widths[std::size_t(type)];
}

struct Property {
  std::string name;
  Type type = Type::kFloat;
  bool list = false;
  Type count_type = Type::kUint8;
};
struct Element {
  std::string name;
  std::uint64_t count = 0;
  std::vector<Property> properties;
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file), in_(file, std::ios::binary) {
    if (!in_) fail_io("cannot read '{}'", file.string());
  }

  TriangleMesh read() {
    read_header();
    buffer_.resize(std::size_t(1) << 20);
    for (const Element& element : elements_) {
      if (element.name == "vertex") read_vertices(element);
      else if (element.name == "face") read_faces(element);
      else
        for (std::uint64_t n = 0; n < element.count; ++n)
          for (const Property& property : element.properties) skip(property);
    }
    for (const auto& t : mesh_.triangles)
      for (const std::uint32_t v : t)
        if (v >= mesh_.vertices.size()) damaged(fmt::format("a face has vertex {}, of {}", v, mesh_.vertices.size()));
    return std::move(mesh_);
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const { fail_input("'{}' is not a PLY file that can be read: {}", file_.string(), what); }

  Type type(const std::string& name) const {
    static const std::pair<const char*, Type> names[] = {
        {"char", Type::kInt8},   {"int8", Type::kInt8},     {"uchar", Type::kUint8},   {"uint8", Type::kUint8},
        {"short", Type::kInt16}, {"int16", Type::kInt16},   {"ushort", Type::kUint16}, {"uint16", Type::kUint16},
        {"int", Type::kInt32},   {"int32", Type::kInt32},   {"uint", Type::kUint32},   {"uint32", Type::kUint32},
        {"float", Type::kFloat}, {"float32", Type::kFloat}, {"double", Type::kDouble}, {"float64", Type::kDouble}};
    for (const auto& [known, value] : names)
      if (name == known) return value;
    damaged("its header has the type '" + name + "'");
  }

  void read_header() {
    std::string line, word;
    const auto next = [&] {
      if (!std::getline(in_, line) || line.size() > 1024) damaged("its header does not end");
      if (!line.empty() && line.back() == '\r') line.pop_back();
    };
    next();
    if (line != "ply") damaged("it does not begin with 'ply'");
    bool format = false;
    for (next(); line != "end_header"; next()) {
      std::istringstream words(line);
      words >> word;
      if (word == "format") {
        words >> word;
        if (word != "ascii" && word != "binary_little_endian" && word != "binary_big_endian") damaged("its format is '" + word + "'");
        text_ = word == "ascii";
        swap_ = word == "binary_big_endian";
        format = true;
      } else if (word == "element") {
        Element element;
        if (!(words >> element.name >> element.count)) damaged("'" + line + "' in its header");
        elements_.push_back(element);
      } else if (word == "property") {
        Property property;
        words >> word;
        if (word == "list") {
          property.list = true;
          words >> word;
          property.count_type = type(word);
          words >> word;
        }
        property.type = type(word);
        if (elements_.empty() || !(words >> property.name)) damaged("'" + line + "' in its header");
        elements_.back().properties.push_back(property);
      }
    }
    if (!format) damaged("its header names no format");
  }

  const char* take(std::size_t bytes) {
    if (end_ - begin_ < bytes) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      in_.read(buffer_.data() + end_, std::streamsize(buffer_.size() - end_));
      end_ += std::size_t(in_.gcount());
      if (end_ < bytes) damaged("it is cut off");
    }
    begin_ += bytes;
    return buffer_.data() + begin_ - bytes;
  }
  template <class T>
  double as(const char* bytes) const {
    std::array<char, sizeof(T)> raw;
    std::copy_n(bytes, sizeof(T), raw.begin());
    if (swap_) std::reverse(raw.begin(), raw.end());
    return double(std::bit_cast<T>(raw));
  }
  double value(Type type) {
    if (text_) {
      double number = 0.0;
      if (!(in_ >> number)) damaged("it is cut off, or holds something that is no number");
      return number;
    }
    const char* bytes = take(width(type));
    switch (type) {
      case Type::kInt8: return as<std::int8_t>(bytes);
      case Type::kUint8: return as<std::uint8_t>(bytes);
      case Type::kInt16: return as<std::int16_t>(bytes);
      case Type::kUint16: return as<std::uint16_t>(bytes);
      case Type::kInt32: return as<std::int32_t>(bytes);
      case Type::kUint32: return as<std::uint32_t>(bytes);
      case Type::kFloat: return as<float>(bytes);
      case Type::kDouble: return as<double>(bytes);
    }
    return 0.0;
  }
  std::uint64_t list_length(const Property& property) {
    const double length = value(property.count_type);
    if (!(length >= 0.0)) damaged("a list has a negative length");
    return std::uint64_t(length);
  }
  void skip(const Property& property) {
    std::uint64_t count = property.list ? list_length(property) : 1;
    for (; count > 0; --count) value(property.type);
  }

  void read_vertices(const Element& element) {
    int axis[3] = {-1, -1, -1};
    for (std::size_t p = 0; p < element.properties.size(); ++p)
      for (int a = 0; a < 3; ++a)
        if (!element.properties[p].list && element.properties[p].name == std::string(1, char('x' + a))) axis[a] = int(p);
    if (axis[0] < 0 || axis[1] < 0 || axis[2] < 0) damaged("its vertices have no x, y and z");
    if (element.count >= std::numeric_limits<std::uint32_t>::max()) fail_computation("'{}' has more vertices than can be numbered", file_.string());
    for (std::uint64_t n = 0; n < element.count; ++n) {
      Vec3f place = Vec3f::Zero();
      for (std::size_t p = 0; p < element.properties.size(); ++p) {
        const Property& property = element.properties[p];
        if (property.list) {
          skip(property);
          continue;
        }
        const double number = value(property.type);
        for (int a = 0; a < 3; ++a)
          if (axis[a] == int(p)) place[a] = float(number);
      }
      if (!place.allFinite()) damaged(fmt::format("vertex {} is not three finite numbers", n));
      mesh_.vertices.push_back(place);
    }
  }

  void read_faces(const Element& element) {
    std::vector<std::uint32_t> polygon;
    bool named = false;
    for (const Property& property : element.properties) named |= is_corners(property);
    if (element.count > 0 && !named) damaged("its faces have no vertex_indices");
    for (std::uint64_t n = 0; n < element.count; ++n)
      for (const Property& property : element.properties) {
        if (!is_corners(property)) {
          skip(property);
          continue;
        }
        polygon.clear();
        for (std::uint64_t left = list_length(property); left > 0; --left) {
          const double corner = value(property.type);
          if (!(corner >= 0.0 && corner < 4294967295.0)) damaged(fmt::format("face {} has the vertex {}", n, corner));
          polygon.push_back(std::uint32_t(corner));
        }
        if (polygon.size() < 3) damaged(fmt::format("face {} has {} corners", n, polygon.size()));
        for (std::size_t c = 2; c < polygon.size(); ++c) mesh_.triangles.push_back({polygon[0], polygon[c - 1], polygon[c]});
      }
  }
  static bool is_corners(const Property& property) {
    return property.list && (property.name == "vertex_indices" || property.name == "vertex_index");
  }

  std::filesystem::path file_;
  std::ifstream in_;
  bool text_ = false, swap_ = false;
  std::vector<Element> elements_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  TriangleMesh mesh_;
};

}  // namespace

TriangleMesh read_ply(const std::filesystem::path& file) { return Reader(file).read(); }

}  // namespace spongiosa::geometry
