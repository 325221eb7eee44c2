#include "workflow/tools/inspect_tool.h"

#include "core/error.h"
#include "core/hash.h"
#include "geometry/io/mesh_file.h"
#include "workflow/print/mesh_proof.h"

namespace spongiosa::workflow {

Json inspect_file(const std::filesystem::path& file, const Progress& progress) {
  progress.report(0.0, "reading the mesh");
  const geometry::TriangleMesh mesh = geometry::read_mesh(file);
  if (mesh.triangles.empty()) fail_input("'{}' holds no triangle", file.string());
  Json document = {{"format", "spongiosa-inspection"},
                   {"version", 1},
                   {"file", file.filename().string()},
                   {"bytes", std::filesystem::file_size(file)},
                   {"sha256", sha256_file(file)}};
  document.update(proof_of(mesh, geometry::inspect_mesh(mesh, kNamedContacts, progress.part(0.2, 1.0))));
  return document;
}

}  // namespace spongiosa::workflow
