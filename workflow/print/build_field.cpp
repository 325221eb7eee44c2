#include "workflow/print/build_field.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/levelset/mesh_level_set.h"
#include "workflow/engine_resources.h"

#include <tbb/parallel_for.h>

#include <Eigen/Geometry>

#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

void require_memory(const Index3& size) {
  const double bytes = kBuildFieldBytes * double(product(size));
  const double free = available_memory_bytes();
  if (bytes > free)
    fail_computation("the checks need about {} for {} x {} x {} samples, and {} are free: use larger voxels", human_bytes(bytes), size[0], size[1], size[2],
                     human_bytes(free));
}

void finish(BuildField& build, const Progress& progress) {
  build.distance = lattice::surface_distance(build.field, progress);
  const g::FloatImage& f = build.field;
  std::array<std::int64_t, 3> low{f.size[0], f.size[1], f.size[2]}, high{-1, -1, -1};
  for (std::int64_t k = 0; k < f.size[2]; ++k)
    for (std::int64_t j = 0; j < f.size[1]; ++j) {
      const float* row = &f.data[f.offset(0, j, k)];
      for (std::int64_t i = 0; i < f.size[0]; ++i)
        if (row[i] < 0.0f) {
          const std::int64_t at[3] = {i, j, k};
          for (std::size_t a = 0; a < 3; ++a) {
            low[a] = std::min(low[a], at[a]);
            high[a] = std::max(high[a], at[a]);
          }
        }
    }
  if (high[0] < 0) fail_input("the part has no solid at its voxels of {:.4g} mm", build.voxel_mm);
  for (int a = 0; a < 3; ++a) {
    build.solid.min[a] = f.origin_Patient[a] + build.voxel_mm * double(low[std::size_t(a)]);
    build.solid.max[a] = f.origin_Patient[a] + build.voxel_mm * double(high[std::size_t(a)]);
  }
}

/// Points at multiples of the voxel that hold `box` and the margin.
void place(BuildField& build, const g::Box& box, double margin_mm) {
  const double h = build.voxel_mm;
  for (int a = 0; a < 3; ++a) {
    const double low = std::floor((box.min[a] - margin_mm) / h), high = std::ceil((box.max[a] + margin_mm) / h);
    build.field.origin_Patient[a] = low * h;
    build.field.size[std::size_t(a)] = std::int64_t(high - low) + 1;
  }
  build.field.spacing_mm = Vec3::Constant(h);
  require_memory(build.field.size);
  build.field.allocate();
}

}  // namespace

Mat3 build_axes(const Vec3& direction, const Mat3& frame) {
  const double length = direction.norm();
  if (!(length > 0.0) || !std::isfinite(length)) fail_input("the build direction {}, {}, {} has no length", direction[0], direction[1], direction[2]);
  const Vec3 up = direction / length;
  const Vec3 in_frame = frame.transpose() * up;
  int along = 0;
  in_frame.cwiseAbs().maxCoeff(&along);
  Mat3 axes;
  if (std::abs(in_frame[along]) > 1.0 - 1e-12) {
    const double sign = in_frame[along] > 0.0 ? 1.0 : -1.0;
    axes.col(2) = sign * frame.col(along);
    axes.col(0) = frame.col((along + 1) % 3);
  } else {
    int least = 0;
    in_frame.cwiseAbs().minCoeff(&least);
    axes.col(2) = up;
    axes.col(0) = (frame.col(least) - up * up.dot(frame.col(least))).normalized();
  }
  axes.col(1) = axes.col(2).cross(axes.col(0));
  return axes;
}

BuildField sample_for_build(const g::LevelSet& part, const Mat3& axes, double margin_mm, const Progress& progress) {
  const g::Box inner = part.solid_bounds();
  if (!(inner.size().minCoeff() > 0.0)) fail_input("the grid '{}' holds no solid", part.name());
  BuildField build;
  build.axes = axes;
  build.voxel_mm = part.voxel_mm();
  const g::Frame& frame = part.frame();
  // Origin of the build's coordinates is that of the file, whatever the frame of the level set: x_Frame = turn * x_Build + shift.
  const Mat3 turn = frame.axes_Patient.transpose() * axes;
  Vec3 shift = -(frame.axes_Patient.transpose() * frame.origin_Patient);
  g::Box box;
  for (int c = 0; c < 8; ++c) {
    const Vec3 corner(c & 1 ? inner.max[0] : inner.min[0], c & 2 ? inner.max[1] : inner.min[1], c & 4 ? inner.max[2] : inner.min[2]);
    box.include(turn.transpose() * (corner - shift));
  }
  place(build, box, margin_mm);
  // On the grid's own points where they can be: the first point is moved by less than a voxel.
  const double h = build.voxel_mm;
  if ((turn.cwiseAbs() - turn.cwiseAbs().array().round().matrix()).cwiseAbs().maxCoeff() < 1e-9) {
    const Vec3 first = turn * build.field.origin_Patient + shift;
    const Vec3 from_point = first - inner.min;  // the box of the solid begins on a point of the grid
    const Vec3 off = from_point - (from_point / h).array().round().matrix() * h;
    build.field.origin_Patient -= turn.transpose() * off;
  }
  progress.report(0.0, "sampling the part along the build direction");
  const Index3 size = build.field.size;
  tbb::parallel_for(std::int64_t(0), size[2], [&](std::int64_t k) {
    const g::LevelSet::Sampler sampler(part);
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i)
        build.field.at(i, j, k) = float(sampler.value(turn * build.field.to_patient(Vec3(double(i), double(j), double(k))) + shift));
  });
  finish(build, progress.part(0.5, 1.0));
  return build;
}

BuildField sample_for_build(const g::TriangleMesh& part, double voxel_mm, const Mat3& axes, double margin_mm, const Progress& progress) {
  if (!(voxel_mm > 0.0) || !std::isfinite(voxel_mm)) fail_input("--voxel-mm is {}; expected a length above 0", voxel_mm);
  BuildField build;
  build.axes = axes;
  build.voxel_mm = voxel_mm;
  g::Box box;
  for (const Vec3f& v : part.vertices) box.include(axes.transpose() * v.cast<double>());
  place(build, box, margin_mm);
  g::Frame frame;
  frame.axes_Patient = axes;
  const g::LevelSet level_set = g::level_set_of_mesh("part", part, frame, voxel_mm, 4.0, progress.part(0.0, 0.4));
  level_set.sample_grid(build.field.origin_Patient, voxel_mm, build.field.size, build.field.data.data());
  finish(build, progress.part(0.5, 1.0));
  return build;
}

}  // namespace spongiosa::workflow
