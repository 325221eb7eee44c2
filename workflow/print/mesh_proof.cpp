#include "workflow/print/mesh_proof.h"

#include "core/text.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

struct Property {
  const char* id;
  const char* title;   ///< what is counted
  std::int64_t count;
};

std::vector<Property> properties(const g::MeshInspection& i) {
  return {{"closed", "open edges", i.report.open_edges},
          {"edges", "edges of more than two triangles", i.report.non_manifold_edges},
          {"vertices", "vertices where surfaces touch in a point", i.report.non_manifold_vertices},
          {"orientation", "edges between triangles of opposite orientation", i.report.misoriented_edges},
          {"outward", "components turned inside out", i.inside_out},
          {"degenerate", "triangles without an area", i.report.degenerate_triangles},
          {"self_intersection", "pairs of triangles that intersect", i.self_contacts.count},
          {"flakes", "components without a volume", i.flakes}};
}

Json point(const Vec3& p) { return {p[0], p[1], p[2]}; }

Vec3 centre(const g::TriangleMesh& mesh, std::uint32_t triangle) {
  const auto& t = mesh.triangles[triangle];
  return (mesh.vertices[t[0]].cast<double>() + mesh.vertices[t[1]].cast<double>() + mesh.vertices[t[2]].cast<double>()) / 3.0;
}

}  // namespace

Json proof_of(const g::TriangleMesh& mesh, const g::MeshInspection& inspection) {
  const g::MeshReport& report = inspection.report;
  const g::Box box = mesh.bounds();
  Json document = {{"sound", inspection.sound()},
                   {"triangles", report.triangles},
                   {"vertices", report.vertices},
                   {"edges", report.edges},
                   {"euler_number", report.vertices - report.edges + report.triangles},
                   {"volume_mm3", report.volume_mm3},
                   {"area_mm2", report.area_mm2},
                   {"bounds_mm", {{"min", point(box.min)}, {"max", point(box.max)}}},
                   {"component_count", inspection.components.size()},
                   {"components", Json::array()},
                   {"checks", Json::array()},
                   {"contacts", Json::array()}};
  for (std::size_t n = 0; n < std::min<std::size_t>(20, inspection.components.size()); ++n) {
    const g::MeshComponent& c = inspection.components[n];
    document["components"].push_back({{"triangles", c.triangles},
                                      {"volume_mm3", c.volume_mm3},
                                      {"area_mm2", c.area_mm2},
                                      {"bounds_mm", {{"min", point(c.bounds.min)}, {"max", point(c.bounds.max)}}},
                                      {"flake", c.flake},
                                      {"inside_out", c.inside_out}});
  }
  for (const Property& property : properties(inspection))
    document["checks"].push_back({{"id", property.id},
                                  {"title", property.title},
                                  {"value", property.count},
                                  {"limit", 0},
                                  {"comparison", "<="},
                                  {"verdict", property.count == 0 ? "pass" : "fail"}});
  for (const auto& [a, b] : inspection.self_contacts.first)
    document["contacts"].push_back({{"triangles", {a, b}}, {"place_mm", point(centre(mesh, a))}});
  return document;
}

std::string faults_of(const g::MeshInspection& inspection) {
  std::vector<std::string> faults;
  for (const Property& property : properties(inspection))
    if (property.count > 0) faults.push_back(fmt::format("{} {}", property.count, property.title));
  return join(faults, ", ");
}

}  // namespace spongiosa::workflow
