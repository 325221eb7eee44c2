#pragma once
/// Curves of real tests: force over displacement.

#include <filesystem>
#include <vector>

namespace spongiosa::workflow {

struct ForceDisplacement {
  std::vector<double> displacement_mm, force_n;  ///< both as magnitudes that begin near 0
};

/// Two columns with a header that names them: displacement_mm and force_n (any order, further columns ignored); separated by comma or semicolon, or
/// tab; lines that begin with # are comments. Signs of compression are turned.
/// @throws Error(kBadInput) with the line for what is no number, unknown or missing columns, fewer than 5 points
ForceDisplacement read_force_displacement(const std::filesystem::path& file);

struct FittedStiffness {
  double stiffness_n_per_mm = 0.0;
  double intercept_n = 0.0;
  double r_squared = 0.0;
  int points = 0;
  double largest_force_n = 0.0;
};

/// Least-squares line through the points on the way to the largest force whose force lies between the two shares of it.
/// @throws Error(kBadInput) when fewer than 5 points lie there, or the force does not rise
FittedStiffness fit_stiffness(const ForceDisplacement& curve, double from_share, double to_share);

/// Two-sided 95 % quantile of Student's t. @param degrees  of freedom, at least 1
double student_t95(int degrees);

}  // namespace spongiosa::workflow
