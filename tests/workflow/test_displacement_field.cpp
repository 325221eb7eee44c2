#include "tests/fea/models.h"
#include "tests/test_data.h"
#include "workflow/displacement_field.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// A solid block of 1 mm elements, turned in the patient, pressed and bent.
struct Solved {
  fea::VoxelModel model = fea::block({8, 6, 12}, 1.0, 1000.0, 0.3);
  fea::ContinuumResult result;
  DisplacementField field;

  Solved() {
    model.frame.origin_Patient = Vec3(10, -20, 30);
    model.frame.axes_Patient = Eigen::AngleAxisd(0.4, Vec3(1, 2, 3).normalized()).toRotationMatrix();
    model.first_mm = Vec3(-4, -3, 1);
    fea::LoadCase load;
    load.name = "bent";
    load.label = "Bent";
    load.force_n = Vec3(0, 0, -50);
    load.moment_nmm = Vec3(120, 0, 0);
    result = fea::solve_continuum(model, {load}, {1e-10, 500}, {}, Progress());
    field = displacement_field(model, result, result.cases[0]);
  }
};

}  // namespace

TEST_CASE("displacements on the grid of nodes give back displacement and strain in every element, and go through files") {
  const Solved solved;
  const auto centre = [&](std::size_t a) {
    const std::int64_t cell = solved.result.active_cells[a];
    return Vec3(solved.model.frame.to_patient(solved.model.first_mm +
                                              Vec3(double(cell % 8) + 0.5, double(cell / 8 % 6) + 0.5, double(cell / 48) + 0.5)));
  };
  const auto check = [&](const DisplacementField& field) {
    for (std::size_t a = 0; a < solved.result.active_cells.size(); a += 7) {
      const auto here = field.at(centre(a));
      REQUIRE(here);
      CHECK((here->displacement_mm - solved.result.cases[0].cell_displacement_mm[a]).norm() < 1e-7);
      CHECK((here->strain - solved.result.cases[0].cell_strain[a]).norm() < 1e-6);
    }
  };
  check(solved.field);
  const TemporaryFolder folder;
  write_displacement(folder.path(), "bent", solved.field);
  check(read_displacement(folder.path(), "bent"));
  // Just outside the nearest element is continued, further out there is nothing.
  const Vec3 side(4.4, 0.0, 6.0), far(6.0, 0.0, 6.0);
  CHECK(solved.field.at(solved.model.frame.to_patient(side)));
  CHECK_FALSE(solved.field.at(solved.model.frame.to_patient(far)));
  CHECK(fea::error_of([&] { read_displacement(folder.path(), "twisted"); }).first == ExitCode::kIo);
}
