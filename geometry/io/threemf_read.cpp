#include "core/error.h"
#include "geometry/io/mesh_file.h"
#include "geometry/io/threemf_package.h"

#include <Eigen/LU>
#include <pugixml.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <sstream>

namespace spongiosa::geometry {
namespace {

/// 3MF core 1.3, section 4.1.2.2: a row-vector affine matrix, 4 rows of 3.
struct Placement {
  Mat3 axes = Mat3::Identity();  ///< rows as in the file
  Vec3 shift = Vec3::Zero();

  Vec3 apply(const Vec3& p) const { return axes.transpose() * p + shift; }
  /// First this, then `outer`.
  Placement within(const Placement& outer) const { return {axes * outer.axes, outer.axes.transpose() * shift + outer.shift}; }
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file) {
    const std::string xml = read_threemf_model(file);
    const pugi::xml_parse_result parsed = document_.load_buffer(xml.data(), xml.size());
    if (!parsed) fail_input("'{}': its model is not XML ({} at byte {})", file.string(), parsed.description(), parsed.offset);
    model_ = document_.child("model");
    if (!model_) fail_input("'{}': its model file has no <model>", file.string());
    scale_ = unit_mm(model_.attribute("unit").as_string("millimeter"));
    for (const pugi::xml_node object : model_.child("resources").children("object")) objects_[object.attribute("id").as_string()] = object;
  }

  TriangleMesh read() {
    for (const pugi::xml_node item : model_.child("build").children("item"))
      add(item.attribute("objectid").as_string(), placement(item.attribute("transform").as_string()), 0);
    if (mesh_.triangles.empty())
      fail_input("'{}' holds no triangle{}", file_.string(),
                 beams_ ? ": its objects are beam lattices, which are not read; export it as triangles" : "");
    if (beams_) fail_input("'{}' holds a beam lattice beside its triangles, which would be left out; export it as triangles", file_.string());
    return std::move(mesh_);
  }

 private:
  double unit_mm(const std::string& unit) const {
    static const std::map<std::string, double> units = {{"micron", 1e-3}, {"millimeter", 1.0}, {"centimeter", 10.0},
                                                        {"inch", 25.4},   {"foot", 304.8},     {"meter", 1000.0}};
    const auto found = units.find(unit);
    if (found == units.end()) fail_input("'{}': unit '{}' is none of 3MF's", file_.string(), unit);
    return found->second;
  }

  Placement placement(const std::string& text) const {
    Placement result;
    if (text.empty()) return result;
    std::istringstream in(text);
    for (int row = 0; row < 4; ++row)
      for (int column = 0; column < 3; ++column) {
        double value = 0.0;
        if (!(in >> value) || !std::isfinite(value)) fail_input("'{}': the transform '{}' is not 12 numbers", file_.string(), text);
        (row < 3 ? result.axes(row, column) : result.shift[column]) = value;
      }
    return result;
  }

  void add(const std::string& id, const Placement& place, int depth) {
    const auto found = objects_.find(id);
    if (found == objects_.end()) fail_input("'{}' places object {}, which it does not hold", file_.string(), id);
    if (depth > 16) fail_input("'{}': objects are nested deeper than 16 levels", file_.string());
    for (const pugi::xml_node component : found->second.child("components").children("component"))
      add(component.attribute("objectid").as_string(), placement(component.attribute("transform").as_string()).within(place), depth + 1);
    const pugi::xml_node mesh = found->second.child("mesh");
    if (!mesh) return;
    for (const pugi::xml_node part : mesh.children())
      if (std::strstr(part.name(), "beamlattice")) beams_ = true;
    const std::size_t first = mesh_.vertices.size();
    for (const pugi::xml_node vertex : mesh.child("vertices").children("vertex")) {
      const Vec3 p(vertex.attribute("x").as_double(NAN), vertex.attribute("y").as_double(NAN), vertex.attribute("z").as_double(NAN));
      if (!p.allFinite()) fail_input("'{}': object {} has a vertex that is not three numbers", file_.string(), id);
      mesh_.vertices.push_back((scale_ * place.apply(p)).cast<float>());
    }
    const std::size_t count = mesh_.vertices.size() - first;
    if (mesh_.vertices.size() >= std::numeric_limits<std::uint32_t>::max()) fail_computation("'{}' has more vertices than can be numbered", file_.string());
    const bool mirrored = place.axes.determinant() < 0.0;
    for (const pugi::xml_node triangle : mesh.child("triangles").children("triangle")) {
      std::array<std::uint32_t, 3> corners;
      const char* names[3] = {"v1", "v2", "v3"};
      for (std::size_t c = 0; c < 3; ++c) {
        const long long v = triangle.attribute(names[c]).as_llong(-1);
        if (v < 0 || std::size_t(v) >= count) fail_input("'{}': object {} has a triangle with vertex {}, of {}", file_.string(), id, v, count);
        corners[c] = std::uint32_t(first + std::size_t(v));
      }
      if (mirrored) std::swap(corners[1], corners[2]);
      mesh_.triangles.push_back(corners);
    }
  }

  std::filesystem::path file_;
  pugi::xml_document document_;
  pugi::xml_node model_;
  double scale_ = 1.0;
  std::map<std::string, pugi::xml_node> objects_;
  TriangleMesh mesh_;
  bool beams_ = false;
};

}  // namespace

TriangleMesh read_3mf(const std::filesystem::path& file) { return Reader(file).read(); }

}  // namespace spongiosa::geometry
