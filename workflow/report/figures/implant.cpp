/// The final part from five sides, and its lattice in section and close up.

#include "geometry/io/mesh_file.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"
#include "workflow/stages/stage_files.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr int kPanelPx = 480;

struct Panel {
  const char* title;
  Vec3 look, up;  ///< in the implant frame: x left, y posterior, z cranial
  std::optional<std::pair<Vec3, double>> clip;
  std::optional<g::Box> box;  ///< in the implant frame
  const char *at_left, *at_right;  ///< what of the patient lies at the picture's edges
};

/// Pictures side by side, two or three in a row, each with title and scale bar.
std::string panels_svg(const g::TriangleMesh& mesh, const g::Frame& frame, const std::vector<Panel>& panels) {
  const std::size_t columns = panels.size() > 2 ? 3 : 2, rows = (panels.size() + columns - 1) / columns;
  const int panel_px = 2 * kPanelPx / int(columns);
  const double cell_width = panel_px + 20.0, cell_height = panel_px + 70.0;
  Svg svg(double(columns) * cell_width, cell_height * double(rows));
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const Panel& panel = panels[p];
    g::View view;
    view.look_direction = frame.axes_Patient * panel.look;
    view.up = frame.axes_Patient * panel.up;
    view.width_px = view.height_px = 2 * panel_px;
    if (panel.box) {
      g::Box box;
      const Vec3 centre = frame.to_patient(0.5 * (panel.box->min + panel.box->max));
      const Vec3 half = Vec3::Constant(0.5 * panel.box->size().maxCoeff());
      box.include(centre - half);
      box.include(centre + half);
      view.frame_box = box;
    }
    g::SceneMesh part;
    part.mesh = &mesh;
    part.colour = {196, 200, 208};
    if (panel.clip) {
      const Vec3 normal = frame.axes_Patient * panel.clip->first;
      part.clip = {normal, panel.clip->second + normal.dot(frame.origin_Patient)};
    }
    const g::Rendered rendered = g::render({part}, view);
    const double x = 10 + cell_width * double(p % columns), y = cell_height * double(p / columns);
    svg.text(x, y + 18, panel.title, 15, Svg::Anchor::kStart, "#222", true);
    svg.picture(x, y + 26, panel_px, rendered.picture);
    svg.text(x, y + 26 + 0.5 * panel_px, panel.at_left, 12);
    svg.text(x + panel_px, y + 26 + 0.5 * panel_px, panel.at_right, 12, Svg::Anchor::kEnd);
    const double px_per_mm = rendered.px_per_mm / 2.0;
    svg.scale_bar(x + 4, y + panel_px + 52, px_per_mm, round_length_mm(0.3 * panel_px / px_per_mm));
  }
  return svg.str();
}

}  // namespace

std::vector<Figure> implant_figures(const StageContext& context) {
  const g::TriangleMesh mesh = g::read_ply(context.stage_folder("04_fill") / "mesh.ply");
  const g::Frame frame = load_shape(context).body.frame();
  const Json fill = context.results_of("04_fill");
  const Json implant = context.results_of("03_shape").at("implant");
  const double cell = fill.at("cell_size_mm").get<double>();

  Figure sides;
  sides.section = "implant";
  sides.title = "The implant from five sides";
  sides.caption = "Print mesh of the final part. \"left\" and \"right\" are the patient's. The cranial face meets the endplate of the vertebra above, the "
                  "caudal face that of the vertebra below.";
  sides.svg = panels_svg(mesh, frame,
                         {{"From the front (anterior)", Vec3::UnitY(), Vec3::UnitZ(), {}, {}, "right", "left"},
                          {"From the left", -Vec3::UnitX(), Vec3::UnitZ(), {}, {}, "front", "back"},
                          {"From behind (posterior)", -Vec3::UnitY(), Vec3::UnitZ(), {}, {}, "left", "right"},
                          {"From above (cranial), front up", -Vec3::UnitZ(), -Vec3::UnitY(), {}, {}, "left", "right"},
                          {"From below (caudal), front up", Vec3::UnitZ(), -Vec3::UnitY(), {}, {}, "right", "left"}});

  // The close-up stands on the cut plane, a quarter of the depth in front of the axis, away from the graft channel.
  const double y = -0.27 * implant.at("depth_mm").get<double>();
  g::Box close;
  close.include(Vec3(0, y, 0) - Vec3::Constant(2.2 * cell));
  close.include(Vec3(0, y, 0) + Vec3::Constant(2.2 * cell));
  Figure lattice;
  lattice.section = "lattice";
  lattice.title = "The lattice in section";
  lattice.caption = fmt::format("Cut through the mid-sagittal plane, seen from the left: solid rim, porous core, graft channel. Cell {:.3f} mm; "
                                "right: close-up.",
                                cell);
  const std::pair<Vec3, double> cut{Vec3::UnitX(), 0.0};
  lattice.svg = panels_svg(mesh, frame,
                           {{"Mid-sagittal section", -Vec3::UnitX(), Vec3::UnitZ(), cut, {}, "front", "back"},
                            {"Close-up", -Vec3::UnitX(), Vec3::UnitZ(), cut, close, "front", "back"}});
  return {sides, lattice};
}

}  // namespace spongiosa::workflow
