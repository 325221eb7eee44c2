#include "core/file.h"
#include "fea/continuum/hex_mesh.h"
#include "tests/fea/models.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// Displacement of every printed node, by node number.
std::map<long, Vec3> printed_displacements(const std::filesystem::path& file) {
  std::istringstream text(read_text_file(file));
  std::map<long, Vec3> values;
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.find("displacements") != std::string::npos) inside = true;
    else if (line.find("force") != std::string::npos) inside = false;
    std::istringstream row(line);
    long node;
    Vec3 u;
    if (inside && row >> node >> u.x() >> u.y() >> u.z()) values[node] = u;
  }
  return values;
}

VoxelModel mixed_model() {
  VoxelModel model = block({4, 4, 6}, 1.2, 300.0, 0.25);
  const std::size_t cells = model.cell_count();
  // Titanium core sharing cells with bone; an anisotropic porous layer.
  model.parts[0].factor.resize(cells);
  model.parts.push_back({"implant-solid", isotropic_stiffness(110000.0, 0.3), std::vector<float>(cells), {}});
  Mat6 porous = isotropic_stiffness(3000.0, 0.3);
  porous(2, 2) *= 1.8;
  porous(3, 3) *= 0.6;
  porous(0, 5) = porous(5, 0) = 200.0;
  porous(1, 4) = porous(4, 1) = -150.0;
  model.parts.push_back({"implant-porous", porous, std::vector<float>(cells), {}});
  for (std::int64_t k = 0; k < 6; ++k)
    for (std::int64_t j = 0; j < 4; ++j)
      for (std::int64_t i = 0; i < 4; ++i) {
        const std::size_t cell = cell_index(model, i, j, k);
        model.parts[0].factor[cell] = float(1 + i % 3);
        if (k >= 2 && k < 4) {
          model.parts[0].share[cell] = 0.0f;
          model.parts[2].share[cell] = 1.0f;
        }
        if (i >= 2) {
          model.parts[1].share[cell] = 0.25f * float(i - 1);
          model.parts[0].share[cell] *= 1.0f - model.parts[1].share[cell];
          model.parts[2].share[cell] *= 1.0f - model.parts[1].share[cell];
        }
      }
  model.parts[0].share[cell_index(model, 0, 0, 5)] = 0.0f;
  return model;
}

}  // namespace

TEST_CASE("CalculiX gives the same displacements for the exported deck") {
  if (std::system("command -v ccx > /dev/null 2>&1") != 0) {
    WARN("SKIPPED: needs the program ccx (Debian package calculix-ccx)");
    return;
  }
  const TemporaryFolder folder;
  const VoxelModel model = mixed_model();
  const LoadCase load{"mixed", "Mixed", Vec3(4, -3, -60), Vec3(300, -200, 150)};
  write_calculix(folder.path() / "deck.inp", model, load);
  const std::string command = "cd '" + folder.path().string() + "' && OMP_NUM_THREADS=1 ccx deck > ccx.log 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  const std::map<long, Vec3> ccx = printed_displacements(folder.path() / "deck.dat");

  const CaseResult ours = solve_continuum(model, {load}, {1e-11, 500}, {}, Progress()).cases[0];
  const HexMesh mesh = build_hex_mesh(model);
  const LoadedFace face = loaded_face(mesh);
  REQUIRE(ccx.size() == face.nodes.size());
  Vec3 mean = Vec3::Zero();
  double largest = 0.0;
  for (std::size_t i = 0; i < face.nodes.size(); ++i) {
    const Vec3& u = ccx.at(face.nodes[i] + 1);
    mean += face.node_area_mm2[i] / face.area_mm2 * u;
    largest = std::max(largest, u.norm());
  }
  // The printed numbers have seven digits.
  CHECK((mean - ours.top_displacement_mm).norm() < 2e-6 * mean.norm());
  CHECK(ours.max_displacement_mm == Approx(largest).epsilon(2e-6));
}

TEST_CASE("equal cells share a material, others within 0.1 %") {
  const TemporaryFolder folder;
  VoxelModel model = block({2, 2, 2}, 1.0, 1.0, 0.3);
  model.parts[0].factor = {100, 100, 100, 100.02f, 500, 500, 1000, 1000};
  write_calculix(folder.path() / "deck.inp", model, {"axial", "Axial", Vec3(0, 0, -1), Vec3::Zero()});
  const std::string deck = read_text_file(folder.path() / "deck.inp");
  std::size_t materials = 0;
  for (std::size_t at = deck.find("*MATERIAL"); at != std::string::npos; at = deck.find("*MATERIAL", at + 1)) ++materials;
  CHECK(materials == 3);
  CHECK(error_of([&] {
          write_calculix(folder.path() / "bad.inp", model, {"axial", "Axial", Vec3(0, 0, std::nan("")), Vec3::Zero()});
        }).first == ExitCode::kBadInput);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "bad.inp"));
}
