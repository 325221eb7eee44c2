/// The part as the build plate sees it.

#include "geometry/io/mesh_file.h"
#include "workflow/print/build_field.h"
#include "workflow/print/print_pictures.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"

namespace spongiosa::workflow {

std::vector<Figure> print_figures(const StageContext& context) {
  const Json up = context.results_of("07_export").at("printing").at("build_direction");
  const Vec3 direction(up[0].get<double>(), up[1].get<double>(), up[2].get<double>());
  geometry::TriangleMesh mesh = geometry::read_ply(context.stage_folder("04_fill") / "mesh.ply");
  const Mat3 to_build = build_axes(direction, Mat3::Identity()).transpose();
  for (Vec3f& v : mesh.vertices) v = (to_build * v.cast<double>()).cast<float>();
  const geometry::Picture picture = overhang_picture(mesh);
  Svg svg(620.0, 620.0 * picture.height / picture.width);
  svg.picture(0.0, 0.0, 620.0, picture);
  Figure figure;
  figure.section = "print";
  figure.title = "From below the build plate";
  figure.caption = "Surfaces that face down, by their angle to the plate: red lies flat, yellow is at 45 degrees, grey at 60 degrees or more.";
  figure.svg = svg.str();
  return {figure};
}

}  // namespace spongiosa::workflow
