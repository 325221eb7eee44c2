#include "geometry/io/mesh_file.h"

#include "core/error.h"

#include <algorithm>
#include <cctype>

namespace spongiosa::geometry {

namespace {

std::string ending(const std::filesystem::path& file) {
  std::string text = file.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

}  // namespace

bool is_mesh_file(const std::filesystem::path& file) {
  const std::string e = ending(file);
  return e == ".stl" || e == ".3mf" || e == ".ply" || e == ".obj";
}

TriangleMesh read_mesh(const std::filesystem::path& file) {
  const std::string e = ending(file);
  if (e == ".stl") return read_stl(file);
  if (e == ".3mf") return read_3mf(file);
  if (e == ".ply") return read_ply(file);
  if (e == ".obj") return read_obj(file);
  fail_input("'{}' is not a mesh that can be read; expected a name that ends in .stl, .3mf, .ply or .obj", file.string());
}

}  // namespace spongiosa::geometry
