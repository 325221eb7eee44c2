#include "lattice/grading/field.h"

#include "core/error.h"
#include "lattice/grading/detail/image_source.h"
#include "lattice/grading/distance_grid.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <mutex>

namespace spongiosa::lattice {
namespace {

constexpr double kDistancePoints = 2e6;
constexpr int kBatch = 256;

using detail::ImageSource;

/// Formulas of the variables that follow from x, y, z, in the order in which they are listed.
const Expression& derived(std::size_t number) {
  static const std::vector<std::string> xyz = {"x", "y", "z"};
  static const Expression formulas[] = {Expression("sqrt(x*x+y*y)", xyz), Expression("atan2(y,x)", xyz), Expression("sqrt(x*x+y*y+z*z)", xyz)};
  return formulas[number];
}
const std::vector<std::string> kPlaceNames = {"x", "y", "z", "r", "theta", "rho"};

struct Source {
  std::string name;
  std::optional<geometry::LevelSet> surface;             ///< of a depth
  std::shared_ptr<const ImageSource> image;              ///< of an image, or the distance once it is there
};

}  // namespace

struct FieldSources::Impl {
  geometry::Frame frame;
  std::optional<geometry::LevelSet> body;
  std::vector<Source> sources;
  std::mutex making;

  void add(Source source) {
    const std::string& name = source.name;
    const bool letters = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
                         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    if (!letters) fail_input("'{}' cannot be a variable of fields; expected letters, digits and _, the first no digit", name);
    std::vector<std::string> taken = names();
    taken.push_back("pi");
    taken.insert(taken.end(), expression_functions().begin(), expression_functions().end());
    if (std::find(taken.begin(), taken.end(), name) != taken.end())
      fail_input("the variable '{}' of fields is there already; give the surface or image another name", name);
    sources.push_back(std::move(source));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result = kPlaceNames;
    for (const Source& source : sources) result.push_back(source.name);
    return result;
  }
  /// The image behind a variable; makes the distance grid of a surface when it is not there.
  std::shared_ptr<const ImageSource> image(std::size_t number, const Progress& progress) {
    const std::lock_guard lock(making);
    Source& source = sources[number];
    if (!source.image) {
      const geometry::Box box = body->solid_bounds().grown(std::max(1.0, 4.0 * body->voxel_mm()));
      const double spacing_mm = std::max(body->voxel_mm(), std::cbrt(box.size().prod() / kDistancePoints));
      auto distance = distance_grid(*source.surface, frame, box, spacing_mm, progress);
      for (float& value : distance.data) value = -value;
      source.image = std::make_shared<ImageSource>(std::make_shared<const geometry::FloatImage>(std::move(distance)), frame);
    }
    return source.image;
  }
};

FieldSources::FieldSources(const geometry::Frame& frame) : impl_(std::make_shared<Impl>()) { impl_->frame = frame; }
FieldSources::FieldSources(const geometry::LevelSet& body) : FieldSources(body.frame()) {
  impl_->body = body;
  impl_->add({"depth", body, nullptr});
}
void FieldSources::add_surface(const std::string& name, geometry::LevelSet surface) {
  if (!impl_->body) fail_input("the surface '{}' needs a body whose depth below it is asked; give the part's body first", name);
  impl_->add({"depth_" + name, std::move(surface), nullptr});
}
void FieldSources::set_hu(std::shared_ptr<const geometry::HuImage> image) {
  impl_->add({"hu", std::nullopt, std::make_shared<ImageSource>(std::move(image), impl_->frame)});
}
void FieldSources::add_image(const std::string& name, std::shared_ptr<const geometry::FloatImage> image) {
  impl_->add({name, std::nullopt, std::make_shared<ImageSource>(std::move(image), impl_->frame)});
}
const geometry::Frame& FieldSources::frame() const { return impl_->frame; }
const std::optional<geometry::LevelSet>& FieldSources::body() const { return impl_->body; }
std::vector<std::string> FieldSources::variables() const { return impl_->names(); }

struct Field::Impl {
  Expression expression;
  std::vector<std::shared_ptr<const ImageSource>> images;  ///< by variable; nullptr for those not used
};

Field::Field(double constant) : impl_(new Impl{Expression(fmt::format("{}", constant), {}), {}}) {}

Field::Field(const std::string& text, const FieldSources& sources, const Progress& progress) {
  Expression expression(text, sources.variables());
  const std::size_t count = expression.constant() ? 0 : expression.variables().size();
  std::vector<std::shared_ptr<const ImageSource>> images(count);
  for (std::size_t v = kPlaceNames.size(); v < count; ++v)
    if (expression.uses(v)) images[v] = sources.impl()->image(v - kPlaceNames.size(), progress);
  impl_ = std::make_shared<const Impl>(Impl{std::move(expression), std::move(images)});
}

void Field::evaluate(std::int64_t n, const float* x, const float* y, const float* z, float* out) const {
  if (const auto constant = impl_->expression.constant()) {
    std::fill(out, out + n, float(*constant));
    return;
  }
  const std::size_t count = impl_->images.size();
  thread_local std::vector<float> storage;
  storage.resize(std::max(storage.size(), count * kBatch));
  std::vector<const float*> inputs(count, nullptr);
  for (std::int64_t first = 0; first < n; first += kBatch) {
    const int m = int(std::min<std::int64_t>(kBatch, n - first));
    const float* place[] = {x + first, y + first, z + first};
    for (std::size_t v = 0; v < count; ++v) {
      if (!impl_->expression.uses(v)) continue;
      float* const values = &storage[v * kBatch];
      inputs[v] = v < 3 ? place[v] : values;
      if (v >= 3 && v < kPlaceNames.size()) derived(v - 3).evaluate(m, place, values);
      if (impl_->images[v]) impl_->images[v]->sample(m, place[0], place[1], place[2], values);
    }
    impl_->expression.evaluate(m, inputs.data(), out + first);
  }
}

double Field::value(const Vec3& p_Frame) const {
  const float x = float(p_Frame[0]), y = float(p_Frame[1]), z = float(p_Frame[2]);
  float out = 0.0f;
  evaluate(1, &x, &y, &z, &out);
  return out;
}

bool Field::is_constant() const { return impl_->expression.constant().has_value(); }
const std::string& Field::text() const { return impl_->expression.text(); }

std::string Field::image_missing_at(const Vec3& p_Frame) const {
  for (std::size_t v = 0; v < impl_->images.size(); ++v)
    if (impl_->images[v] && !impl_->images[v]->covers(p_Frame)) return impl_->expression.variables()[v];
  return {};
}

FieldExtent check_field(const Field& field, const FieldRange& range, const geometry::LevelSet& zone) {
  const std::string unit = range.unit.empty() ? "" : " " + range.unit;
  const auto refuse = [&](double value, const std::string& where) {
    const std::string what = std::isnan(value) ? "not a number" : fmt::format("{:.6g}{}", value, unit);
    fail_input("{} '{}' is {}{}; expected {:.6g} to {:.6g}{} in the whole zone: change the expression, for example with clamp or ramp",
               range.quantity, field.text(), what, where, range.least, range.most, unit);
  };
  const auto allowed = [&](double value) { return value >= range.least && value <= range.most; };  // false for NaN
  FieldExtent extent;
  if (field.is_constant()) {
    extent.least = extent.mean = extent.most = field.value(Vec3::Zero());
    if (!allowed(extent.mean)) refuse(extent.mean, "");
    return extent;
  }
  const geometry::Box box = zone.solid_bounds();
  const double step = std::max(std::cbrt(box.size().prod() / 400'000.0), zone.voxel_mm());
  Index3 size;
  for (int a = 0; a < 3; ++a) size[a] = std::int64_t(box.size()[a] / step) + 1;
  std::vector<float> distance(std::size_t(product(size)));
  zone.sample_grid(box.min, step, size, distance.data());
  double sum = 0.0;
  std::vector<float> p[3], values;
  for (std::int64_t k = 0; k < size[2]; ++k) {
    for (auto& axis : p) axis.clear();
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) {
        if (!(distance[std::size_t(i + size[0] * (j + size[1] * k))] < 0.0f)) continue;
        const Vec3 place = box.min + step * Vec3(double(i), double(j), double(k));
        for (int a = 0; a < 3; ++a) p[a].push_back(float(place[a]));
      }
    values.resize(p[0].size());
    field.evaluate(std::int64_t(values.size()), p[0].data(), p[1].data(), p[2].data(), values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Vec3 place(p[0][i], p[1][i], p[2][i]);
      const auto where = [&] { return fmt::format(" at ({:.2f}, {:.2f}, {:.2f}) mm in the part's frame", place[0], place[1], place[2]); };
      if (const std::string missing = field.image_missing_at(place); !missing.empty())
        fail_input("{} '{}': '{}' has no value{}; expected an image that covers the zone", range.quantity, field.text(), missing, where());
      const double value = values[i];
      if (!allowed(value)) refuse(value, where());
      if (extent.points == 0 || value < extent.least) extent.least = value, extent.place_of_least_Frame = place;
      if (extent.points == 0 || value > extent.most) extent.most = value, extent.place_of_most_Frame = place;
      sum += value;
      ++extent.points;
    }
  }
  if (extent.points == 0) fail_input("{} '{}': the zone '{}' holds no point; expected a solid", range.quantity, field.text(), zone.name());
  extent.mean = sum / double(extent.points);
  return extent;
}

}  // namespace spongiosa::lattice
