#pragma once
/// Scalar fields over a part: porosity, cell size, blend weight, angles. There is one way to say them, an expression
/// (core/expression.h) over these variables:
///
///   x y z          mm, the part's frame
///   r theta        mm and radians (-pi..pi): distance from the frame's z axis, angle from x towards y
///   rho            mm, distance from the frame's origin
///   depth          mm below the surface of the body, negative outside
///   depth_<name>   mm below the named surface, on the side where its level set is negative
///   hu             Hounsfield units of the CT, trilinear
///   image, <name>  value of an image given under that name, trilinear (a finite element result, a density map)

#include "core/expression.h"
#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// What the variables of fields are bound to on one part. Copies share what they hold; distance grids are made when the
/// first field asks for them, and kept.
class FieldSources {
 public:
  /// x, y, z only.
  explicit FieldSources(const geometry::Frame& frame);
  /// Also depth; the frame is the body's.
  explicit FieldSources(const geometry::LevelSet& body);

  /// @param name  of the surface, without `depth_`. Names: letters, digits and _; each once. The level set may have any frame.
  /// @throws Error(kBadInput) for a name that is taken or no name, or without a body.
  void add_surface(const std::string& name, geometry::LevelSet surface);
  void set_hu(std::shared_ptr<const geometry::HuImage> image);
  void add_image(const std::string& name, std::shared_ptr<const geometry::FloatImage> image);

  const geometry::Frame& frame() const;
  const std::optional<geometry::LevelSet>& body() const;
  /// What an expression may use here, in the order of Expression's variables.
  std::vector<std::string> variables() const;

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// Immutable, cheap to copy, thread-safe, deterministic.
class Field {
 public:
  explicit Field(double constant);
  /// @throws Error(kBadInput) as Expression does, naming the variables there are.
  Field(const std::string& expression, const FieldSources& sources, const Progress& progress = Progress());

  /// x,y,z: mm in the part's frame, n each. Images are continued beyond their edge by the nearest value.
  void evaluate(std::int64_t n, const float* x, const float* y, const float* z, float* out) const;
  double value(const Vec3& p_Frame) const;
  /// The same everywhere: no need to ask for each point.
  bool is_constant() const;
  const std::string& text() const;
  /// First of the images in use that does not reach this point; empty when all do.
  std::string image_missing_at(const Vec3& p_Frame) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// What a field may be.
struct FieldRange {
  std::string quantity;  ///< "porosity", "cell size": for the message
  std::string unit;      ///< "mm"; empty for a plain number
  double least, most;    ///< inclusive
};
/// What it is.
struct FieldExtent {
  double least = 0.0, mean = 0.0, most = 0.0;
  Vec3 place_of_least_Frame = Vec3::Zero(), place_of_most_Frame = Vec3::Zero();
  std::int64_t points = 0;
};
/// Evaluates the field on a grid of about 200 000 points inside `zone` (a level set in the part's frame).
/// @throws Error(kBadInput) with place and value where the field is not a number, out of range, or lies outside an image;
/// values are never clamped. Extremes between the points are not seen.
FieldExtent check_field(const Field& field, const FieldRange& range, const geometry::LevelSet& zone);

}  // namespace spongiosa::lattice
