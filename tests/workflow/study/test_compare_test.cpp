#include "core/error.h"
#include "core/file.h"
#include "tests/test_data.h"
#include "workflow/study/force_displacement.h"
#include "workflow/tools/compare_test_tool.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// A toe, a straight part of the given slope from 0.1 mm on, and a plateau.
std::string curve(double slope, const std::string& separator = ",", double sign = 1.0) {
  std::string text = "# specimen\ntime_s" + separator + "displacement_mm" + separator + "force_n\n";
  for (int i = 0; i <= 100; ++i) {
    const double x = 0.01 * i, toe = 0.5 * slope * x * x / 0.1, line = slope * (x - 0.05), top = slope * 0.75;
    const double force = std::min(x < 0.1 ? toe : line, top);
    text += fmt::format("{}{}{}{}{}\n", i, separator, sign * x, separator, sign * force);
  }
  return text;
}

struct Files {
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    write_text_file(folder.path() / name, text);
    return folder.path() / name;
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("stiffness is the slope of the straight part, whatever separator and sign") {
  const Files files;
  for (const std::string separator : {",", ";", "\t"})
    for (const double sign : {1.0, -1.0}) {
      const ForceDisplacement read = read_force_displacement(files.write("a.csv", curve(2000.0, separator, sign)));
      const FittedStiffness fit = fit_stiffness(read, 0.2, 0.7);
      CHECK(fit.stiffness_n_per_mm == Approx(2000.0).epsilon(1e-9));
      CHECK(fit.intercept_n == Approx(-100.0).epsilon(1e-9));
      CHECK(fit.largest_force_n == Approx(1500.0));
      CHECK(fit.r_squared == Approx(1.0));
    }
}

TEST_CASE("mean, spread and interval of three specimens; the error against them") {
  const Files files;
  CompareTestJob job;
  for (const double slope : {1900.0, 2000.0, 2100.0}) job.tests.push_back(files.write(fmt::format("s{}.csv", slope), curve(slope)));
  job.stiffness_n_per_mm = 2100.0;
  job.numerical_uncertainty_fraction = 0.02;
  const Json document = run_compare_test_job(job);
  CHECK(document.at("measured_mean_n_per_mm").get<double>() == Approx(2000.0));
  CHECK(document.at("measured_sd_n_per_mm").get<double>() == Approx(100.0));
  CHECK(document.at("measured_ci95_n_per_mm").get<double>() == Approx(4.303 * 100.0 / std::sqrt(3.0)).epsilon(1e-3));
  CHECK(document.at("error_fraction").get<double>() == Approx(0.05));
  CHECK(document.at("validation_uncertainty_fraction").get<double>() == Approx(std::hypot(4.303 * 0.05 / std::sqrt(3.0), 0.021)).epsilon(1e-3));
  CHECK(document.at("verdict") == "pass");
  job.limit_fraction = 0.04;
  CHECK(run_compare_test_job(job).at("verdict") == "fail");
}

TEST_CASE("one specimen has no uncertainty, and the document says so") {
  const Files files;
  CompareTestJob job;
  job.tests = {files.write("s.csv", curve(2000.0))};
  job.stiffness_n_per_mm = 2000.0;
  const Json document = run_compare_test_job(job);
  CHECK(document.at("measured_ci95_n_per_mm").is_null());
  CHECK(document.at("statements").dump().find("One specimen") != std::string::npos);
}

TEST_CASE("the machine's compliance makes the specimen stiffer") {
  const Files files;
  CompareTestJob job;
  job.tests = {files.write("s.csv", curve(2000.0))};
  job.stiffness_n_per_mm = 2500.0;
  job.machine_compliance_mm_per_n = 1e-4;
  // 1/2000 - 1e-4 mm/N
  CHECK(run_compare_test_job(job).at("measured_mean_n_per_mm").get<double>() == Approx(2500.0).epsilon(1e-6));
}

TEST_CASE("files that are no curves are refused with their line") {
  const Files files;
  CHECK_THROWS_WITH(read_force_displacement(files.write("a.csv", "x,y\n1,2\n")), Catch::Contains("displacement_mm and force_n"));
  CHECK_THROWS_WITH(read_force_displacement(files.write("b.csv", "displacement_mm,force_n\n0,0\n1,abc\n")), Catch::Contains("line 3") && Catch::Contains("'abc'"));
  CHECK_THROWS_WITH(read_force_displacement(files.write("c.csv", "displacement_mm,force_n\n0,0\n1\n")), Catch::Contains("line 3"));
  CHECK_THROWS_WITH(read_force_displacement(files.write("d.csv", "displacement_mm,force_n\n0,0\n1,1\n")), Catch::Contains("at least 5"));
  CHECK_THROWS_AS(read_force_displacement(files.folder.path() / "none.csv"), Error);
  CompareTestJob job;
  job.tests = {files.write("s.csv", curve(2000.0))};
  CHECK_THROWS_WITH(run_compare_test_job(job), Catch::Contains("--stiffness-n-per-mm"));
  job.stiffness_n_per_mm = 1.0;
  job.from_share = 0.8;
  CHECK_THROWS_WITH(run_compare_test_job(job), Catch::Contains("from < to"));
}

TEST_CASE("quantiles of Student's t: table and expansion meet") {
  CHECK(student_t95(1) == Approx(12.706));
  CHECK(student_t95(20) == Approx(2.086));
  CHECK(student_t95(21) == Approx(2.0796).epsilon(1e-4));
  CHECK(student_t95(100) == Approx(1.98397).epsilon(1e-4));
}
