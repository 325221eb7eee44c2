#pragma once
/// A smooth function whose walls fit samples of distance near one place. Lengths are in voxels.

#include "core/vector.h"

#include <Eigen/Core>

#include <array>
#include <optional>
#include <vector>

namespace spongiosa::lattice {

/// A polynomial F of x, y, z, up to the fifth degree (56 coefficients), with its walls where F = 0, or for a sheet where F = 1 and F = -1.
///
/// Samples of a lattice say how far the wall is to first order, F / |grad F| or (|F| - 1) / |grad F|. Interpolated from sample to sample they
/// bend where the wall does, near critical points of F, and across the middle of a sheet; F itself does not. So F is fitted to all
/// samples around at once (Levenberg and Marquardt's least squares). True distances fit as well: they are their own first order. Coefficients
/// of which the samples say nothing are held at what a smooth function would have: sqrt of variance L^(1 - n) / sqrt(a! b! c!)
/// for x^a y^b z^c with n = a + b + c, the expansion of a Gaussian random function of length L (2 voxels).
class SmoothFit {
 public:
  enum class Faces { kOne, kTwo };
  struct Sample {
    Vec3 place;    ///< from the middle of the fit
    double value;  ///< distance to first order; kOne: of F's sign, kTwo: positive beyond the sheet
    double weight;
  };
  static constexpr int kMostDegree = 5, kMostTerms = 56;

  /// Begins with the plane F = constant + slope . place.
  /// @param reach  about the furthest place of a sample
  SmoothFit(Faces faces, double reach, double constant, const Vec3& slope);

  /// @param degree  the highest to be fitted
  void set_samples(std::vector<Sample> samples, int degree);
  /// Makes F fit the samples' values themselves, to begin with.
  void fit_values(int degree);
  /// Fits all terms up to this degree, in at most so many rounds.
  void fit(int degree, int rounds = 8);
  /// What a sample says less what F says.
  double miss(const Sample& sample) const;
  /// Samples that F misses by much more than the others, and by more than `least`, lose their weight: they belong to another wall.
  /// @return share of the weight that is left
  double doubt(double least);
  /// Root mean square of the misses.
  double left() const { return left_; }

  double value(const Vec3& place, Vec3& gradient) const;
  /// The point of F = `end` nearest to `place`, looked for from `start`; nothing when it is not found within `furthest` of the middle.
  std::optional<Vec3> foot(const Vec3& place, const Vec3& start, double end, double furthest) const;

 private:
  /// What F says at the samples.
  struct Model {
    Eigen::VectorXd miss, side, height, length;
    Eigen::MatrixXd gradient;  ///< samples x 3
  };
  /// Moves `p` along the gradient to F = `end`.
  bool onto_wall(double end, Vec3& p, Vec3& gradient) const;
  /// Makes nested_ of q_.
  void nest(int degree);
  void model(const Eigen::VectorXd& q, Model& at) const;
  double squares(const Model& at) const { return weight_.dot(at.miss.cwiseAbs2()); }

  Faces faces_;
  double reach_, steepness_, left_ = 0.0;
  int terms_ = 4;
  std::vector<Sample> samples_;
  Eigen::VectorXd said_, weight_;
  Eigen::MatrixXd term_, slope_[3];  ///< samples x terms
  Eigen::VectorXd q_, hold_;
  int degree_ = 1;
  std::vector<double> nested_;  ///< the coefficients in the order of Horner's scheme
};

}  // namespace spongiosa::lattice
