#include "core/error.h"
#include "geometry/io/mesh_file.h"
#include "geometry/io/threemf_package.h"

namespace spongiosa::geometry {

void write_3mf(const std::filesystem::path& file, const TriangleMesh& mesh, const Json& metadata, const Progress& progress) {
  if (mesh.triangles.empty()) fail_computation("there is no triangle to write into '{}'", file.string());
  require_threemf_counts(file, mesh);
  const std::string hash = mesh_hash(mesh);
  ThreeMfPackage package(file);
  package.begin_model(metadata, ThreeMfExtension::kNone);
  package.text(fmt::format("<object id=\"1\" type=\"model\" p:UUID=\"{}\">\n<mesh>\n", threemf_uuid(hash, "object 1")));
  package.write_vertices(mesh.vertices, progress.part(0.0, 0.1));
  package.write_triangles(mesh.triangles, progress.part(0.1, 0.3));
  package.text("</mesh>\n</object>\n");
  package.end_model(1, hash);
  package.commit(progress.part(0.3, 1.0));
}

}  // namespace spongiosa::geometry
