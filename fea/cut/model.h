#pragma once
/// A solid between level sets under loads and supports, on an octree of cubes that need not follow its surfaces.

#include "core/progress.h"
#include "fea/cut/geometry.h"

#include <string>

namespace spongiosa::fea::cut {

/// A point of the solid's outer surface.
struct SurfacePlace {
  Vec3 p_mm;
  Vec3 normal;   ///< unit, out of the solid
  int function;  ///< whose zero set this is
  int region;    ///< material inside
};

/// What is held at a point of the surface: the displacement's component in the range of the projection `held` (zero: free; identity: all;
/// n n^T: along n alone, as on a plane of symmetry).
struct Support {
  Mat3 held = Mat3::Zero();
  Vec3 displacement_mm = Vec3::Zero();
};

/// One load case. Functions may be empty and are called from several threads.
struct Load {
  std::string name;
  std::function<Vec3(const SurfacePlace&)> traction_mpa;
  std::function<Vec3(const Vec3& p_mm, int region)> body_force_n_mm3;
  std::function<Vec6(const Vec3& p_mm, int region)> initial_strain;  ///< free of stress, as thermal strain
};

struct Model {
  Geometry geometry;
  std::vector<Material> materials;
  /// Cells of the coarsest level that may hold solid: (i, j, k) spans first_mm + cell_mm * (i..i+1, ...).
  Vec3 first_mm = Vec3::Zero();
  double cell_mm = 1.0;
  Index3 size{1, 1, 1};
  /// Cells that are divided into eight, level after level; neighbours differ by one level at most.
  int finer_levels = 0;
  std::function<bool(const Vec3& centre_mm, double edge_mm)> refine;
  std::function<Support(const SurfacePlace&)> support;
  std::vector<Load> loads;
};

struct Options {
  int degree = 1;                 ///< 1 or 2
  int divisions = 2;              ///< of a cut cell along each axis for quadrature
  bool curved = false;            ///< see CutOptions
  double ill_cut_share = 0.5;     ///< cells with less solid are stabilised against their neighbours
  double stabilisation = 0.1;     ///< weight of the difference between the polynomials of such neighbours
  double nitsche = 20.0;          ///< penalty of supports: times degree^2 * stiffness / edge
  double tolerance = 1e-8;        ///< residual relative to the load
  int max_iterations = 1000;
};

}  // namespace spongiosa::fea::cut
