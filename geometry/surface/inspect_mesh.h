#pragma once
/// Everything that must hold of a mesh before it is printed.

#include "geometry/surface/self_contact.h"

namespace spongiosa::geometry {

/// A part of the mesh that shares no vertex with the rest.
struct MeshComponent {
  std::int64_t triangles = 0;
  double volume_mm3 = 0.0;   ///< negative: a cavity, or turned inside out
  double area_mm2 = 0.0;
  Box bounds;
  bool flake = false;        ///< its mean thickness 2 |volume| / area is below one float step of its coordinates
  bool inside_out = false;   ///< negative, and within the box of no positive component
};

struct MeshInspection {
  MeshReport report;
  SelfContacts self_contacts;
  std::vector<MeshComponent> components;  ///< by falling |volume|
  std::int64_t flakes = 0, inside_out = 0;

  bool sound() const { return report.closed_two_manifold() && self_contacts.count == 0 && flakes == 0 && inside_out == 0; }
};

/// @param keep_contacts  so many intersecting pairs are named.  Same result for any thread count.
MeshInspection inspect_mesh(const TriangleMesh& mesh, std::size_t keep_contacts, const Progress& progress);

}  // namespace spongiosa::geometry
