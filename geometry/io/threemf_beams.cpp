#include "core/error.h"
#include "core/hash.h"
#include "geometry/io/beam_lattice.h"
#include "geometry/io/threemf_package.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace spongiosa::geometry {

namespace {

void require_sound(const std::filesystem::path& file, const BeamLattice& lattice) {
  if (lattice.beams.empty()) fail_computation("there is no beam to write into '{}'", file.string());
  if (std::max(lattice.nodes.size(), lattice.beams.size()) > 2147483647u)
    fail_computation("{} beams do not fit into '{}' (a 3MF file holds at most 2147483647)", lattice.beams.size(), file.string());
  for (std::size_t n = 0; n < lattice.beams.size(); ++n) {
    const Beam& b = lattice.beams[n];
    if (b.from >= lattice.nodes.size() || b.to >= lattice.nodes.size()) fail_computation("beam {} ends in a node that is not there", n);
    if (lattice.nodes[b.from] == lattice.nodes[b.to]) fail_computation("beam {} has no length", n);
    if (!(b.from_radius_mm > 0.0 && b.to_radius_mm > 0.0) || !std::isfinite(b.from_radius_mm + b.to_radius_mm))
      fail_computation("beam {} has the radii {} and {} mm; expected numbers above 0", n, b.from_radius_mm, b.to_radius_mm);
  }
}

std::string hash_of(const BeamLattice& lattice) {
  const auto bytes = [](const auto& list) { return std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof list[0]); };
  return sha256(sha256(bytes(lattice.nodes)) + sha256(bytes(lattice.beams)) + mesh_hash(lattice.clipping) + mesh_hash(lattice.representation));
}

void write_mesh_object(ThreeMfPackage& package, int id, const TriangleMesh& mesh, const std::string& uuid, const Progress& progress) {
  package.text(fmt::format("<object id=\"{}\" type=\"model\" p:UUID=\"{}\">\n<mesh>\n", id, uuid));
  package.write_vertices(mesh.vertices, progress);
  package.write_triangles(mesh.triangles, progress);
  package.text("</mesh>\n</object>\n");
}

}  // namespace

void write_3mf_beams(const std::filesystem::path& file, const BeamLattice& lattice, const Json& metadata, const Progress& progress) {
  require_sound(file, lattice);
  require_threemf_counts(file, lattice.clipping);
  require_threemf_counts(file, lattice.representation);
  const std::string hash = hash_of(lattice);
  ThreeMfPackage package(file);
  package.begin_model(metadata, ThreeMfExtension::kBeamLattice);
  int id = 1;
  std::string attributes;
  const auto add = [&](const TriangleMesh& mesh, const char* attribute, const char* role) {
    if (mesh.triangles.empty()) return;
    write_mesh_object(package, id, mesh, threemf_uuid(hash, role), progress.part(0.0, 0.2));
    attributes += fmt::format(" {}=\"{}\"", attribute, id++);
  };
  add(lattice.clipping, "clippingmode=\"inside\" clippingmesh", "clipping");
  add(lattice.representation, "representationmesh", "representation");
  double least = 1e300;
  for (const Beam& b : lattice.beams) least = std::min({least, b.from_radius_mm, b.to_radius_mm, double((lattice.nodes[b.to] - lattice.nodes[b.from]).norm())});
  package.text(fmt::format("<object id=\"{}\" type=\"model\" p:UUID=\"{}\">\n<mesh>\n", id, threemf_uuid(hash, "beams")));
  package.write_vertices(lattice.nodes, progress.part(0.2, 0.25));
  // Beams shorter than minlength may be left out by readers: half of the smallest length there is.
  package.text(fmt::format("<b:beamlattice minlength=\"{}\" radius=\"{}\" cap=\"sphere\"{}>\n<b:beams>\n", float(0.5 * least), float(lattice.beams.front().from_radius_mm),
                           attributes));
  XmlLine line;
  for (const Beam& b : lattice.beams) {
    line.text("<b:beam v1=\"").number(b.from).text("\" v2=\"").number(b.to).text("\" r1=\"").number(float(b.from_radius_mm));
    line.text("\" r2=\"").number(float(b.to_radius_mm)).text("\"/>\n").write(package.bytes());
  }
  package.text("</b:beams>\n</b:beamlattice>\n</mesh>\n</object>\n");
  package.end_model(id, hash);
  package.commit(progress.part(0.3, 1.0));
}

}  // namespace spongiosa::geometry
