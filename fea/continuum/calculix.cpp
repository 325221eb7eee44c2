// CalculiX/Abaqus input deck of one load case: the same mesh, stiffness and nodal forces, for a check by another program.

#include "core/error.h"
#include "core/file.h"
#include "fea/continuum/hex_mesh.h"
#include "fea/continuum/solve.h"

#include <cmath>
#include <limits>
#include <map>

namespace spongiosa::fea {

namespace {

/// Cells whose parts have the same stiffness coefficients within 0.1 % share one material.
struct StiffnessClasses {
  std::vector<Mat6> stiffness_mpa;       ///< of the first cell of the class, so that equal cells are exact
  std::vector<std::vector<std::int32_t>> cells;
};

StiffnessClasses stiffness_classes(const VoxelModel& model, const HexMesh& mesh) {
  StiffnessClasses classes;
  std::map<std::vector<std::int64_t>, std::size_t> known;
  for (std::size_t c = 0; c < mesh.active_cells.size(); ++c) {
    const std::size_t cell = std::size_t(mesh.active_cells[c]);
    std::vector<std::int64_t> key;
    Mat6 stiffness = Mat6::Zero();
    for (const Part& part : model.parts) {
      const double share = part.share[cell] > 0.0f ? double(part.share[cell]) : 0.0;
      const auto add = [&](double coefficient, const Mat6& of) {
        stiffness += coefficient * of;
        key.push_back(coefficient > 0.0 ? std::llround(std::log(coefficient) / 1e-3) : std::numeric_limits<std::int64_t>::min());
      };
      add(share * part.cell_stiffness_scale(cell), part.stiffness_mpa);
      for (const Part::Term& term : part.terms) add(share * double(term.factor[cell]), term.stiffness_mpa);
    }
    const auto [entry, is_new] = known.emplace(std::move(key), classes.cells.size());
    if (is_new) {
      classes.stiffness_mpa.push_back(stiffness);
      classes.cells.emplace_back();
    }
    classes.cells[entry->second].push_back(std::int32_t(c));
  }
  return classes;
}

/// *ELASTIC,TYPE=ANISO takes the upper triangle column by column in the order 11, 22, 33, 12, 13, 23, eight values per line.
std::string elastic_card(const Mat6& stiffness) {
  constexpr int kOrder[6] = {0, 1, 2, 5, 4, 3};
  std::string text = "*ELASTIC,TYPE=ANISO\n";
  int written = 0;
  for (int column = 0; column < 6; ++column)
    for (int row = 0; row <= column; ++row) {
      text += fmt::format("{:.9e}", stiffness(kOrder[row], kOrder[column]));
      ++written;
      text += written % 8 == 0 || written == 21 ? "\n" : ",";
    }
  return text;
}

template <class Stream>
void write_numbers(Stream& out, const std::vector<std::int32_t>& zero_based) {
  for (std::size_t i = 0; i < zero_based.size(); ++i)
    out << zero_based[i] + 1 << (i % 8 == 7 || i + 1 == zero_based.size() ? '\n' : ',');
}

}  // namespace

void write_calculix(const std::filesystem::path& file, const VoxelModel& model, const LoadCase& load) {
  check_load_case(load);
  const HexMesh mesh = build_hex_mesh(model);
  check_supported(model);
  const LoadedFace face = loaded_face(mesh);
  const std::vector<double> forces = face_load(mesh, face, load.force_n, load.moment_nmm);
  const StiffnessClasses classes = stiffness_classes(model, mesh);

  AtomicFile target(file);
  std::ostream& out = target.stream();
  out << "** Spongiosa: load case " << load.name << "; units mm, N, MPa; model frame\n*NODE,NSET=NALL\n";
  for (std::size_t n = 0; n < mesh.nodes_mm.size(); ++n)
    out << fmt::format("{},{:.10g},{:.10g},{:.10g}\n", n + 1, mesh.nodes_mm[n].x(), mesh.nodes_mm[n].y(), mesh.nodes_mm[n].z());
  // CalculiX goes around the lower face, then around the upper face.
  constexpr std::size_t kAround[8] = {0, 1, 3, 2, 4, 5, 7, 6};
  for (std::size_t k = 0; k < classes.cells.size(); ++k) {
    out << fmt::format("*ELEMENT,TYPE=C3D8,ELSET=CLASS{}\n", k + 1);
    for (const std::int32_t c : classes.cells[k]) {
      out << c + 1;
      for (const std::size_t v : kAround) out << ',' << mesh.cell_nodes[std::size_t(c)][v] + 1;
      out << '\n';
    }
  }
  for (std::size_t k = 0; k < classes.cells.size(); ++k)
    out << fmt::format("*MATERIAL,NAME=CLASS{0}\n{1}*SOLID SECTION,ELSET=CLASS{0},MATERIAL=CLASS{0}\n", k + 1,
                       elastic_card(classes.stiffness_mpa[k]));
  out << "*NSET,NSET=SUPPORT\n";
  write_numbers(out, mesh.bottom_nodes);
  out << "*NSET,NSET=LOADED\n";
  write_numbers(out, face.nodes);
  // Their share of the loaded face, for means over it (validation/ccx).
  out << "** node, area mm2\n";
  for (std::size_t i = 0; i < face.nodes.size(); ++i) out << fmt::format("**{},{:.10g}\n", face.nodes[i] + 1, face.node_area_mm2[i]);
  out << "*STEP\n*STATIC\n*BOUNDARY\nSUPPORT,1,3,0\n*CLOAD\n";
  for (const std::int32_t node : face.nodes)
    for (int d = 0; d < 3; ++d)
      if (const double force = forces[std::size_t(3 * node + d)]; force != 0.0)
        out << fmt::format("{},{},{:.12e}\n", node + 1, d + 1, force);
  out << "*NODE PRINT,NSET=LOADED\nU\n*NODE PRINT,NSET=SUPPORT,TOTALS=ONLY\nRF\n*END STEP\n";
  target.commit();
}

}  // namespace spongiosa::fea
