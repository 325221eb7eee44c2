#include "core/error.h"
#include "geometry/io/beam_lattice.h"
#include "geometry/io/threemf_package.h"

#include <pugixml.hpp>

#include <cmath>
#include <cstring>

namespace spongiosa::geometry {

namespace {

class BeamReader {
 public:
  explicit BeamReader(const std::filesystem::path& file) : file_(file.string()) {
    const std::string xml = read_threemf_model(file);
    const pugi::xml_parse_result parsed = document_.load_buffer(xml.data(), xml.size());
    if (!parsed) fail_input("'{}': its model is not XML ({} at byte {})", file_, parsed.description(), parsed.offset);
    model_ = document_.child("model");
    const std::string unit = model_.attribute("unit").as_string("millimeter");
    if (unit != "millimeter") fail_input("'{}' is in {}; beam lattices are read in millimeter", file_, unit);
    for (const pugi::xml_node item : model_.child("build").children("item"))
      if (item.attribute("transform")) fail_input("'{}' moves its objects, which is not read for beam lattices", file_);
  }

  BeamLattice read() const {
    for (const pugi::xml_node object : model_.child("resources").children("object")) {
      const pugi::xml_node mesh = object.child("mesh"), beams = child(mesh, "beamlattice");
      if (!beams) continue;
      BeamLattice lattice;
      lattice.nodes = vertices(mesh);
      const double radius_mm = beams.attribute("radius").as_double(NAN);
      for (const pugi::xml_node beam : child(beams, "beams").children()) {
        Beam b;
        b.from = node(beam, "v1", lattice.nodes.size());
        b.to = node(beam, "v2", lattice.nodes.size());
        b.from_radius_mm = beam.attribute("r1").as_double(radius_mm);
        b.to_radius_mm = beam.attribute("r2").as_double(b.from_radius_mm);
        if (!(b.from_radius_mm > 0.0 && b.to_radius_mm > 0.0)) fail_input("'{}' has a beam without a radius", file_);
        lattice.beams.push_back(b);
      }
      lattice.clipping = named_mesh(beams.attribute("clippingmesh").as_string());
      lattice.representation = named_mesh(beams.attribute("representationmesh").as_string());
      return lattice;
    }
    fail_input("'{}' holds no beam lattice", file_);
  }

 private:
  /// A child by its name behind the namespace prefix, which writers choose.
  static pugi::xml_node child(pugi::xml_node parent, const char* name) {
    for (const pugi::xml_node one : parent.children()) {
      const char* colon = std::strchr(one.name(), ':');
      if (std::strcmp(colon ? colon + 1 : one.name(), name) == 0) return one;
    }
    return {};
  }
  std::uint32_t node(pugi::xml_node from, const char* name, std::size_t count) const {
    const long long n = from.attribute(name).as_llong(-1);
    if (n < 0 || std::size_t(n) >= count) fail_input("'{}': {} is {}, of {} nodes", file_, name, n, count);
    return std::uint32_t(n);
  }
  std::vector<Vec3f> vertices(pugi::xml_node mesh) const {
    std::vector<Vec3f> list;
    for (const pugi::xml_node vertex : mesh.child("vertices").children("vertex")) {
      const Vec3f p(vertex.attribute("x").as_float(NAN), vertex.attribute("y").as_float(NAN), vertex.attribute("z").as_float(NAN));
      if (!p.allFinite()) fail_input("'{}' has a node that is not three numbers", file_);
      list.push_back(p);
    }
    return list;
  }
  TriangleMesh named_mesh(const std::string& id) const {
    TriangleMesh mesh;
    if (id.empty()) return mesh;
    const pugi::xml_node object = model_.child("resources").find_child_by_attribute("object", "id", id.c_str());
    if (!object) fail_input("'{}' names the mesh {}, which it does not hold", file_, id);
    mesh.vertices = vertices(object.child("mesh"));
    for (const pugi::xml_node t : object.child("mesh").child("triangles").children("triangle"))
      mesh.triangles.push_back({node(t, "v1", mesh.vertices.size()), node(t, "v2", mesh.vertices.size()), node(t, "v3", mesh.vertices.size())});
    return mesh;
  }

  std::string file_;
  pugi::xml_document document_;
  pugi::xml_node model_;
};

}  // namespace

BeamLattice read_3mf_beams(const std::filesystem::path& file) { return BeamReader(file).read(); }

}  // namespace spongiosa::geometry
