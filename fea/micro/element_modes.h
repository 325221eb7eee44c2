#pragma once
/// Stiffness of the trilinear cube element in its Hadamard basis: 45 non-zeros instead of 576.
///
/// Corner a of a cube has the bits (x, y, z) = (a & 1, a >> 1 & 1, a >> 2). For a set of axes m (bits as for a corner) the mode
/// h[m] = sum_a s(a, m) u_a, with s the product over the axes in m of -1 (lower side) or +1 (upper side). With xi in [-1, 1] the
/// displacement is u = 1/8 sum_m h[m] xi^m, so grad_j u_i = 1/4 sum_{m with j} h_i[m] xi^(m without j) on a unit cube. Products
/// of different monomials integrate to zero and their squares to 1, 1/3, 1/9: hence 1/16, 1/48, 1/144 below. The constant modes
/// vanish, so a rigid translation gives no force at all, in single precision too.
///
/// A cube of edge h and modulus E has E h times the stiffness of the unit cube with E = 1 that is written here.

namespace spongiosa::fea::micro {

/// The numbers of the modal stiffness for one Poisson ratio (unit cube, unit modulus).
template <class Real>
struct ModalStiffness {
  Real linear_diagonal, linear_normal, linear_shear;        ///< (lambda + 2 mu)/16, lambda/16, mu/16
  Real bilinear_own, bilinear_normal, bilinear_shear;       ///< (lambda + 3 mu)/48, lambda/48, mu/48
  Real trilinear;                                           ///< (lambda + 4 mu)/144

  /// @param poisson_ratio  above -1, below 0.5
  explicit ModalStiffness(double poisson_ratio) {
    const double lambda = poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio));
    const double mu = 0.5 / (1.0 + poisson_ratio);
    linear_diagonal = Real((lambda + 2.0 * mu) / 16.0);
    linear_normal = Real(lambda / 16.0);
    linear_shear = Real(mu / 16.0);
    bilinear_own = Real((lambda + 3.0 * mu) / 48.0);
    bilinear_normal = Real(lambda / 48.0);
    bilinear_shear = Real(mu / 48.0);
    trilinear = Real((lambda + 4.0 * mu) / 144.0);
  }

  /// The diagonal entry of the element matrix, the same for all corners and components.
  Real diagonal() const {
    return linear_diagonal + 2 * linear_shear + 2 * bilinear_own + 2 * bilinear_shear + trilinear;
  }
};

/// Forces of the modes: h[c][m] (component c, axes m) is replaced by modulus * K h. Entries with m = 0 become zero.
/// Vector may be a number or a SIMD vector.
template <class Real, class Vector>
[[gnu::always_inline]] inline void apply_modal_stiffness(const ModalStiffness<Real>& k, const Vector& modulus, Vector (&h)[3][8]) {
  const Vector zero = modulus - modulus;
  const Vector ld = modulus * k.linear_diagonal, ln = modulus * k.linear_normal, ls = modulus * k.linear_shear;
  const Vector bo = modulus * k.bilinear_own, bn = modulus * k.bilinear_normal, bs = modulus * k.bilinear_shear;
  const Vector tr = modulus * k.trilinear;
  const Vector xx = h[0][1], yy = h[1][2], zz = h[2][4];
  h[0][1] = ld * xx + ln * (yy + zz);
  h[1][2] = ld * yy + ln * (xx + zz);
  h[2][4] = ld * zz + ln * (xx + yy);
  const Vector xy = ls * (h[0][2] + h[1][1]), yz = ls * (h[1][4] + h[2][2]), xz = ls * (h[0][4] + h[2][1]);
  h[0][2] = h[1][1] = xy;
  h[1][4] = h[2][2] = yz;
  h[0][4] = h[2][1] = xz;
  // Modes xy (3), xz (5), yz (6): the two components in the plane of the mode, with the third through div u.
  const Vector x_xy = h[0][3], z_yz = h[2][6], y_xy = h[1][3], z_xz = h[2][5], x_xz = h[0][5], y_yz = h[1][6];
  h[0][3] = bo * x_xy + bn * z_yz;
  h[2][6] = bo * z_yz + bn * x_xy;
  h[1][3] = bo * y_xy + bn * z_xz;
  h[2][5] = bo * z_xz + bn * y_xy;
  h[0][5] = bo * x_xz + bn * y_yz;
  h[1][6] = bo * y_yz + bn * x_xz;
  // The component normal to the plane of the mode: twist, by the three shears.
  const Vector x_yz = h[0][6], y_xz = h[1][5], z_xy = h[2][3], twist = x_yz + y_xz + z_xy;
  h[0][6] = bs * (twist + x_yz);
  h[1][5] = bs * (twist + y_xz);
  h[2][3] = bs * (twist + z_xy);
  for (int c = 0; c < 3; ++c) {
    h[c][0] = zero;
    h[c][7] = tr * h[c][7];
  }
}

}  // namespace spongiosa::fea::micro
