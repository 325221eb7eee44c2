#include "core/error.h"
#include "core/file.h"
#include "core/threads.h"
#include "geometry/io/threemf_package.h"
#include "geometry/surface/marching_cubes.h"
#include "tests/geometry/io/lib3mf_oracle.h"
#include "tests/test_data.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/print/slice_files.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <iostream>
#include <sstream>

using namespace spongiosa;
using namespace spongiosa::workflow;
using geometry::LevelSet;

namespace {

constexpr double kPi = 3.14159265358979323846;

LevelSet ball(double voxel_mm) {
  return LevelSet::from_function("ball", geometry::Frame(), {Vec3::Constant(-3.0), Vec3::Constant(3.0)}, voxel_mm, 3.0,
                                 [](const Vec3& p) { return p.norm() - 2.0; });
}

LevelSet gyroid(double voxel_mm) {
  const double w = 2.0 * kPi / 1.5;
  return LevelSet::from_function("gyroid", geometry::Frame(), {Vec3::Constant(-2.5), Vec3::Constant(2.5)}, voxel_mm, 3.0, [=](const Vec3& p) {
    const double g = std::sin(w * p[0]) * std::cos(w * p[1]) + std::sin(w * p[1]) * std::cos(w * p[2]) + std::sin(w * p[2]) * std::cos(w * p[0]);
    return std::max((std::abs(g) - 0.5) / (1.5 * w), p.cwiseAbs().maxCoeff() - 2.0);
  });
}

std::vector<PrintLayer> layers_of(const LevelSet& part, const SliceOptions& options) {
  std::vector<PrintLayer> layers;
  slice(part, options, [&](const PrintLayer& layer) { layers.push_back(layer); }, Progress());
  return layers;
}

/// Area of the mesh's own section at height z: of each triangle that z passes through, a directed piece of outline.
double section_mm2(const geometry::TriangleMesh& mesh, double z) {
  double twice = 0.0;
  for (const auto& t : mesh.triangles) {
    Vec2 up = Vec2::Zero(), down = Vec2::Zero();
    int crossed = 0;
    for (std::size_t n = 0; n < 3; ++n) {
      const Vec3 a = mesh.vertices[t[n]].cast<double>(), b = mesh.vertices[t[(n + 1) % 3]].cast<double>();
      if ((a[2] < z) == (b[2] < z)) continue;
      ++crossed;
      const double s = (z - a[2]) / (b[2] - a[2]);
      (a[2] < z ? up : down) = Vec2(a.head<2>() + s * (b.head<2>() - a.head<2>()));
    }
    // Seen from above the solid is on the left of the piece from where the boundary rises to where it falls, reversed.
    if (crossed == 2) twice += up[0] * down[1] - up[1] * down[0];
  }
  return 0.5 * std::abs(twice);
}

}  // namespace

TEST_CASE("layers of a ball: areas in closed form, volume, order") {
  const std::vector<PrintLayer> layers = layers_of(ball(0.05), {0.03, 0.0});
  double volume_mm3 = 0.0;
  for (std::size_t n = 0; n < layers.size(); ++n) {
    const PrintLayer& layer = layers[n];
    const double middle = 0.5 * (layer.bottom_mm + layer.top_mm);
    const double exact = kPi * std::max(0.0, 4.0 - middle * middle);
    REQUIRE(layer.area_mm2 == Approx(exact).epsilon(2e-3).margin(0.02));
    REQUIRE(layer.contours.size() == 1);
    REQUIRE(layer.top_mm - layer.bottom_mm == Approx(0.03));
    if (n > 0) REQUIRE(layer.bottom_mm == Approx(layers[n - 1].top_mm));
    volume_mm3 += layer.area_mm2 * 0.03;
  }
  REQUIRE(volume_mm3 == Approx(4.0 / 3.0 * kPi * 8.0).epsilon(2e-3));
  REQUIRE(std::abs(layers.front().bottom_mm + 2.0) < 0.07);
  REQUIRE(std::abs(layers.back().top_mm - 2.0) < 0.07);
}

TEST_CASE("areas of layers are those of the mesh's own sections, up to the square of the voxel") {
  // Outlines and triangles cut bends and edges off within a voxel, each in its own way.
  const auto difference = [](double voxel_mm) {
    const LevelSet part = gyroid(voxel_mm);
    const LevelSetGrid grid(part);
    geometry::FloatImage field = grid.image;
    field.allocate();
    part.sample_grid(grid.first_Frame, part.voxel_mm(), field.size, field.data.data());
    const geometry::TriangleMesh mesh = geometry::extract_surface(field, Progress());
    double worst = 0.0;
    for (const PrintLayer& layer : layers_of(part, {0.04, 0.0})) {
      const double middle = 0.5 * (layer.bottom_mm + layer.top_mm);
      // Where the flat top and bottom end the mesh cuts the edges off too.
      if (std::abs(middle) > 2.0 - voxel_mm) continue;
      worst = std::max(worst, std::abs(layer.area_mm2 / section_mm2(mesh, middle) - 1.0));
    }
    return worst;
  };
  const double coarse = difference(0.06), fine = difference(0.03);
  CAPTURE(coarse, fine);
  CHECK(fine < 0.005);
  CHECK(fine < 0.4 * coarse);
}

TEST_CASE("the same layers for any thread count") {
  const LevelSet part = gyroid(0.1);
  set_thread_count(1);
  const std::vector<PrintLayer> one = layers_of(part, {0.05, 0.06});
  set_thread_count(2);
  const std::vector<PrintLayer> two = layers_of(part, {0.05, 0.06});
  set_thread_count(0);
  REQUIRE(one.size() == two.size());
  for (std::size_t n = 0; n < one.size(); ++n) {
    REQUIRE(one[n].area_mm2 == two[n].area_mm2);
    REQUIRE(one[n].contours.size() == two[n].contours.size());
    for (std::size_t c = 0; c < one[n].contours.size(); ++c) REQUIRE(one[n].contours[c].points == two[n].contours[c].points);
  }
}

namespace {

/// What a file of layers says: heights and, per layer, the sum of the areas its outlines have by their points.
struct Read {
  std::vector<double> heights, areas;
  std::int64_t announced = 0;

  void add(const std::vector<double>& xy) {
    REQUIRE(xy.size() >= 8);
    REQUIRE(xy[0] == xy[xy.size() - 2]);  // closed
    REQUIRE(xy[1] == xy[xy.size() - 1]);
    double twice = 0.0;
    for (std::size_t n = 0; n + 3 < xy.size(); n += 2) twice += xy[n] * xy[n + 3] - xy[n + 1] * xy[n + 2];
    areas.back() += 0.5 * twice;
    signs.push_back(twice > 0.0);
  }
  std::vector<bool> signs;
};

class Bytes {
 public:
  explicit Bytes(std::string text, std::size_t at) : text_(std::move(text)), at_(at) {}
  template <class T>
  T get() {
    T value;
    REQUIRE(at_ + sizeof value <= text_.size());
    std::memcpy(&value, text_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  bool end() const { return at_ == text_.size(); }

 private:
  std::string text_;
  std::size_t at_;
};

std::int64_t announced_layers(const std::string& text) { return std::stoll(text.substr(text.find("$$LAYERS/") + 9, 8)); }

Read read_cli(const std::string& text) {
  Read read;
  read.announced = announced_layers(text);
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("$$LAYER/")) {
      read.heights.push_back(std::stod(line.substr(8)));
      read.areas.push_back(0.0);
    }
    if (!line.starts_with("$$POLYLINE/")) continue;
    std::vector<double> numbers;
    std::istringstream words(line.substr(11));
    for (std::string word; std::getline(words, word, ',');) numbers.push_back(std::stod(word));
    REQUIRE(numbers.size() == 3 + 2 * std::size_t(numbers[2]));
    read.add({numbers.begin() + 3, numbers.end()});
    REQUIRE(read.signs.back() == (numbers[1] == 1.0));
  }
  REQUIRE(text.ends_with("$$GEOMETRYEND\n"));
  return read;
}

Read read_binary_cli(const std::string& text) {
  Read read;
  read.announced = announced_layers(text);
  Bytes bytes(text, text.find("$$HEADEREND") + 11);
  while (!bytes.end()) {
    const auto command = bytes.get<std::uint16_t>();
    if (command == 127) {
      read.heights.push_back(bytes.get<float>());
      read.areas.push_back(0.0);
      continue;
    }
    REQUIRE(command == 130);
    bytes.get<std::int32_t>();
    const auto direction = bytes.get<std::int32_t>();
    std::vector<double> xy(2 * std::size_t(bytes.get<std::int32_t>()));
    for (double& value : xy) value = bytes.get<float>();
    read.add(xy);
    REQUIRE(read.signs.back() == (direction == 1));
  }
  return read;
}

Read read_slc(const std::string& text, double& last_mm) {
  Read read;
  Bytes bytes(text, text.find("\r\n\x1a") + 3 + 256);
  REQUIRE(bytes.get<std::uint8_t>() == 1);
  for (int n = 0; n < 4; ++n) bytes.get<float>();
  for (;;) {
    const double height = bytes.get<float>();
    const auto outlines = bytes.get<std::uint32_t>();
    if (outlines == 0xffffffff) {
      last_mm = height;
      break;
    }
    read.heights.push_back(height);
    read.areas.push_back(0.0);
    for (std::uint32_t n = 0; n < outlines; ++n) {
      std::vector<double> xy(2 * std::size_t(bytes.get<std::uint32_t>()));
      REQUIRE(bytes.get<std::uint32_t>() == 0);
      for (double& value : xy) value = bytes.get<float>();
      read.add(xy);
    }
  }
  REQUIRE(bytes.end());
  return read;
}

}  // namespace

TEST_CASE("files of layers, read by the rules of their formats, hold every layer and area") {
  TemporaryFolder folder;
  const LevelSet part = gyroid(0.1);
  const SliceOptions options{0.05, 0.0};
  const std::vector<PrintLayer> layers = layers_of(part, options);
  REQUIRE(layers.size() > 70);
  SliceFileHead head{"gyroid", options.layer_mm, Vec3::Constant(-2.2), Vec3::Constant(2.2), 100};
  for (const char* name : {"part.cli", "part.clib", "part.slc", "part.svg"}) {
    const auto file = folder.path() / name;
    const auto write = [&] {
      const auto out = open_slice_file(file, head);
      for (const PrintLayer& layer : layers) out->add(layer);
      REQUIRE_FALSE(std::filesystem::exists(file));
      out->commit();
    };
    write();
    const std::string text = read_text_file(file);
    std::filesystem::remove(file);
    write();
    REQUIRE(read_text_file(file) == text);
    if (std::string(name) == "part.svg") {
      std::size_t groups = 0;
      for (std::size_t at = text.find("<g "); at != std::string::npos; at = text.find("<g ", at + 1)) ++groups;
      REQUIRE(groups == layers.size());
      continue;
    }
    double last_mm = layers.back().top_mm;
    const bool slc = std::string(name) == "part.slc";
    const Read read = slc ? read_slc(text, last_mm) : std::string(name) == "part.cli" ? read_cli(text) : read_binary_cli(text);
    if (!slc) REQUIRE(read.announced == std::int64_t(layers.size()));
    REQUIRE(read.heights.size() == layers.size());
    REQUIRE(last_mm == Approx(layers.back().top_mm));
    for (std::size_t n = 0; n < layers.size(); ++n) {
      REQUIRE(read.heights[n] == Approx(slc ? layers[n].bottom_mm : layers[n].top_mm).margin(1e-6));
      REQUIRE(read.areas[n] == Approx(layers[n].area_mm2).epsilon(1e-5).margin(1e-5));
    }
  }
}

TEST_CASE("a 3MF slice stack holds every layer and area, and lib3mf reads it") {
  TemporaryFolder folder;
  const LevelSet part = gyroid(0.1);
  const SliceOptions options{0.1, 0.0};
  const std::vector<PrintLayer> layers = layers_of(part, options);
  const SliceFileHead head{"gyroid", options.layer_mm, Vec3::Constant(-2.2), Vec3::Constant(2.2), 100};
  const auto file = folder.path() / "layers.3mf";
  const auto write = [&] {
    const auto out = open_slice_file(file, head);
    for (const PrintLayer& layer : layers) out->add(layer);
    out->commit();
  };
  write();
  const std::string bytes = read_text_file(file);
  write();
  REQUIRE(read_text_file(file) == bytes);
  REQUIRE(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  // Every slice: height, vertices, polygons as closed runs of vertex numbers.
  std::istringstream xml(geometry::read_threemf_model(file));
  std::vector<double> heights, areas;
  std::vector<Vec2> points;
  std::size_t last = 0, start = 0;
  const auto quoted = [](const std::string& line, const char* key) { return std::stod(line.substr(line.find(key) + std::strlen(key) + 2)); };
  for (std::string line; std::getline(xml, line);) {
    if (line.starts_with("<s:slice ")) {
      heights.push_back(quoted(line, "ztop"));
      areas.push_back(0.0);
      points.clear();
    }
    if (line.starts_with("<s:vertex ")) points.push_back({quoted(line, " x"), quoted(line, " y")});
    if (line.starts_with("<s:polygon ")) last = start = std::size_t(quoted(line, "startv"));
    if (line.starts_with("<s:segment ")) {
      const auto next = std::size_t(quoted(line, "v2"));
      REQUIRE(next < points.size());
      areas.back() += 0.5 * (points[last][0] * points[next][1] - points[last][1] * points[next][0]);
      last = next;
    }
    if (line.starts_with("</s:polygon>")) REQUIRE(last == start);
  }
  REQUIRE(heights.size() == layers.size());
  for (std::size_t n = 0; n < layers.size(); ++n) {
    REQUIRE(heights[n] == Approx(layers[n].top_mm).margin(1e-6));
    REQUIRE(areas[n] == Approx(layers[n].area_mm2).epsilon(1e-5).margin(1e-5));
  }
  const auto opinion = geometry::ask_lib3mf(file);
  if (!opinion) {
    std::cout << "SKIPPED: lib3mf (Debian package lib3mf1) is not installed\n";
    return;
  }
  INFO(opinion->error);
  REQUIRE(opinion->read);
  CHECK(opinion->warnings == 0);
  REQUIRE(opinion->objects.size() == 1);
  CHECK(opinion->objects[0].slice_stack != 0);
}

TEST_CASE("what cannot be sliced is refused, and nothing is left behind") {
  TemporaryFolder folder;
  const LevelSet part = ball(0.2);
  const auto refused = [&](const SliceOptions& options, const char* word) {
    REQUIRE_THROWS_WITH(plan_slices(part, options), Catch::Contains(word));
  };
  refused({0.0, 0.0}, "layer height is 0");
  refused({-1.0, 0.0}, "above 0");
  refused({NAN, 0.0}, "above 0");
  refused({0.1, -1.0}, "step of samples");
  refused({1e-6, 0.0}, "more than a million");
  refused({0.1, 1e-5}, "million for a layer");
  REQUIRE_THROWS_WITH(plan_slices(LevelSet(), {0.1, 0.0}), Catch::Contains("holds no solid"));
  REQUIRE_THROWS_WITH(open_slice_file(folder.path() / "part.gcode", {}), Catch::Contains(".cli"));
  {
    const auto out = open_slice_file(folder.path() / "part.cli", {"x", 0.1, Vec3::Zero(), Vec3::Ones(), 1});
  }
  REQUIRE(std::filesystem::is_empty(folder.path()));
  request_cancel();
  REQUIRE_THROWS_AS(layers_of(part, {0.1, 0.0}), Error);
  reset_cancel();
}
