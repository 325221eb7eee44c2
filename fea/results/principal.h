#pragma once
/// Principal values and equivalent measures of Voigt vectors (xx, yy, zz, yz, xz, xy; engineering shear strains).

#include "core/vector.h"

#include <utility>

namespace spongiosa::fea {

/// From engineering shear strains.
Mat3 strain_tensor(const Vec6& strain);
/// Smallest and largest principal stress, same unit as the input.
std::pair<double, double> extreme_principal_stresses(const Vec6& stress);
/// Smallest and largest principal strain.
std::pair<double, double> extreme_principal_strains(const Vec6& strain);
/// von Mises equivalent stress.
double von_mises(const Vec6& stress);

}  // namespace spongiosa::fea
