/// The nodal surfaces. To add one: a struct with its equation, a SURFACE line and a row in all_surfaces(); five cells follow.
/// Compiled for vector units, see CMakeLists.txt.

#include "lattice/cells/surfaces.h"

#include "lattice/cells/all_equal.h"
#include "lattice/cells/trig_kernel.h"

namespace spongiosa::lattice {
namespace {

/// e(x, y, z) + e(y, z, x) + e(z, x, y)
template <class Term, class X, class Y, class Z>
SPONGIOSA_INLINE auto cyclic(const X& x, const Y& y, const Z& z, const Term& e) {
  return e(x, y, z) + e(y, z, x) + e(z, x, y);
}
// Terms: `a` is x, `b` is y, `c` is z, and cyclic. `a.s2()` is sin 2x, `b.c()` cos y.
#define TERM(expression) \
  [](const auto& a, [[maybe_unused]] const auto& b, [[maybe_unused]] const auto& c) __attribute__((always_inline)) { return expression; }

#define EQUATION(Name, expression)                                             \
  struct Name {                                                                \
    template <class X, class Y, class Z>                                       \
    static SPONGIOSA_INLINE auto f(const X& x, const Y& y, const Z& z) { \
      return expression;                                                       \
    }                                                                          \
  };

EQUATION(Gyroid, cyclic(x, y, z, TERM(a.s() * b.c())))
EQUATION(Diamond, x.s() * (y.s() * z.s() + y.c() * z.c()) + x.c() * (y.s() * z.c() + y.c() * z.s()))
EQUATION(DiamondTwoTerm, x.c() * y.c() * z.c() - x.s() * y.s() * z.s())
EQUATION(Primitive, x.c() + y.c() + z.c())
EQUATION(IWrappedPackage, cyclic(x, y, z, TERM(2.0f * (a.c() * b.c()) - a.c2())))
EQUATION(FrdA, 4.0f * (x.c() * y.c() * z.c()) - cyclic(x, y, z, TERM(a.c2() * b.c2())))
EQUATION(FrdB, 8.0f * (x.c() * y.c() * z.c()) + x.c2() * y.c2() * z.c2() - cyclic(x, y, z, TERM(a.c2() * b.c2())))
EQUATION(Neovius, 3.0f * (x.c() + y.c() + z.c()) + 4.0f * (x.c() * y.c() * z.c()))
EQUATION(Lidinoid, 0.5f * cyclic(x, y, z, TERM(a.s2() * b.c() * c.s())) - 0.5f * cyclic(x, y, z, TERM(a.c2() * b.c2())) + 0.15f)
EQUATION(SplitP, cyclic(x, y, z, TERM(1.1f * (a.s2() * b.c() * c.s()) - 0.2f * (a.c2() * b.c2()) - 0.4f * a.c2())))
EQUATION(FischerKochS, cyclic(x, y, z, TERM(a.c2() * b.s() * c.c())))
EQUATION(CofY, cyclic(x, y, z, TERM(a.s2() * (b.s() + c.c()))) - x.s() * y.s() * z.s() - x.c() * y.c() * z.c())
EQUATION(PlusMinusY, 2.0f * (x.c() * y.c() * z.c()) + cyclic(x, y, z, TERM(a.s2() * b.s())))
EQUATION(CofS, cyclic(x, y, z, TERM(a.c2() + 2.0f * (a.s3() * b.s2() * c.c() + a.s2() * b.c3() * c.s()))))
EQUATION(Octo, cyclic(x, y, z, TERM(0.6f * (a.c() * b.c()) - 0.4f * a.c())) + 0.25f)
EQUATION(DoubleP, cyclic(x, y, z, TERM(a.c() * b.c() + 0.35f * a.c2())))
EQUATION(DoubleD, cyclic(x, y, z, TERM(a.c() * b.c())) + x.s() * y.s() * z.s())
EQUATION(DoubleG, cyclic(x, y, z, TERM(2.75f * (a.s2() * b.c() * c.s()) - a.c2() * b.c2())))
EQUATION(TubularGab, cyclic(x, y, z, TERM(20.0f * (a.c() * b.s()) - 0.5f * (a.c2() * b.c2()))) - 4.0f)
EQUATION(TubularGc, cyclic(x, y, z, TERM(2.0f * (a.c2() * b.c2()) - 10.0f * (a.c() * b.s()))) + 12.0f)
EQUATION(GPrime, cyclic(x, y, z, TERM(a.s2() * b.c() * c.s())) + 0.32f)
EQUATION(KarcherK, cyclic(x, y, z, TERM(0.3f * (a.c() + a.c() * b.c()) - 0.4f * a.c2())) + 0.2f)

template <class Equation>
SPONGIOSA_INLINE void evaluate(const CellBatch& batch) {
  const float *u = batch.u, *v = batch.v, *w = batch.w;
  float *value = batch.value, *du = batch.du, *dv = batch.dv, *dw = batch.dw;
  // ivdep: the arrays do not overlap. More of them than the compiler is willing to check for that itself.
  if (!du) {
#pragma GCC ivdep
    for (int i = 0; i < batch.n; ++i) value[i] = Equation::f(Axis<0>(u[i]), Axis<0>(v[i]), Axis<0>(w[i])).v;
    return;
  }
  const auto put = [=](int i, const auto& f) __attribute__((always_inline)) {
    value[i] = f.v;
    du[i] = kTwoPiFloat * f.x;
    dv[i] = kTwoPiFloat * f.y;
    dw[i] = kTwoPiFloat * f.z;
  };
  // Rows of a grid along the cell's first axis: the same numbers in a third of the sines.
  if (batch.n > 0 && all_equal(batch.n, v) && all_equal(batch.n, w)) {
    const Axis<2> b(v[0]);
    const Axis<4> c(w[0]);
#pragma GCC ivdep
    for (int i = 0; i < batch.n; ++i) put(i, Equation::f(Axis<1>(u[i]), b, c));
    return;
  }
#pragma GCC ivdep
  for (int i = 0; i < batch.n; ++i) put(i, Equation::f(Axis<1>(u[i]), Axis<2>(v[i]), Axis<4>(w[i])));
}

// A function per equation, because the compiler clones functions for instruction sets but not templates.
#define SURFACE(Name) \
  __attribute__((target_clones("default", "avx2"))) void function_of(const CellBatch& batch, Name) { evaluate<Name>(batch); }
SURFACE(Gyroid)
SURFACE(Diamond)
SURFACE(DiamondTwoTerm)
SURFACE(Primitive)
SURFACE(IWrappedPackage)
SURFACE(FrdA)
SURFACE(FrdB)
SURFACE(Neovius)
SURFACE(Lidinoid)
SURFACE(SplitP)
SURFACE(FischerKochS)
SURFACE(CofY)
SURFACE(PlusMinusY)
SURFACE(CofS)
SURFACE(Octo)
SURFACE(DoubleP)
SURFACE(DoubleD)
SURFACE(DoubleG)
SURFACE(TubularGab)
SURFACE(TubularGc)
SURFACE(GPrime)
SURFACE(KarcherK)

template <class Equation>
Surface surface(const char* name, double f_min, double f_max, double half, const char* source) {
  return {name, source, f_min, f_max, half, [](const CellBatch& batch) { function_of(batch, Equation()); }};
}

}  // namespace

const std::vector<Surface>& all_surfaces() {
  static const std::vector<Surface> surfaces{
      surface<Gyroid>("gyroid", -1.5, 1.5, 0.0, "Schoen's G, nodal approximation; the same form in nTop's published TPMS equations, ASLI, microgen"),
      surface<Diamond>("diamond", -1.4143, 1.4143, 0.0, "Schwarz D, four-term nodal approximation; the same form in nTop's equations, ASLI, microgen"),
      surface<DiamondTwoTerm>("diamond-two-term", -1.0, 1.0, 0.0, "Schwarz D, two-term nodal approximation; the four-term form divided by sqrt 2 and shifted by an eighth of the cell"),
      surface<Primitive>("primitive", -3.0, 3.0, 0.0, "Schwarz P, nodal approximation; the same form in nTop's equations, ASLI, microgen"),
      surface<IWrappedPackage>("i-wp", -5.0, 3.0, 0.2315, "Schoen's I-WP, nodal approximation; the same form in microgen, negated in ASLI"),
      surface<FrdA>("f-rd", -7.0, 2.0, 0.3089, "Schoen's F-RD, nodal approximation as in microgen"),
      surface<FrdB>("f-rd-b", -10.0, 6.0, 0.2651, "Schoen's F-RD, nodal approximation of PLoS ONE 2020 (PMC7462274), table 1"),
      surface<Neovius>("neovius", -13.0, 13.0, 0.0, "Neovius' C(P), nodal approximation; the same form in nTop's equations and Scaffolder"),
      surface<Lidinoid>("lidinoid", -1.35, 1.15, 0.1442, "Lidin's surface, nodal approximation: half of the form in nTop's equations"),
      surface<SplitP>("split-p", -1.8, 1.81, -0.0284, "nodal approximation as in nTop's equations and microgen"),
      surface<FischerKochS>("fischer-koch-s", -1.4143, 1.4143, 0.0, "Fischer and Koch's S, nodal approximation as in microgen"),
      surface<CofY>("c-y", -3.5356, 3.5356, 0.0, "Fischer and Koch's C(Y), nodal approximation (equation recalled, not verified)"),
      surface<PlusMinusY>("pm-y", -2.8285, 2.8285, 0.0, "Fischer and Koch's +-Y, nodal approximation as in microgen"),
      surface<CofS>("c-s", -6.455, 6.455, 0.0, "Fischer and Koch's C(S), nodal approximation (equation recalled, not verified)"),
      surface<Octo>("o-ct-o", -0.75, 3.25, 0.0269, "Schoen's O,C-TO, nodal approximation (equation recalled, not verified)"),
      surface<DoubleP>("double-p", -1.05, 4.05, -0.3434, "two Schwarz P networks, nodal approximation as in Scaffolder"),
      surface<DoubleD>("double-d", -1.0, 3.0, -0.2658, "two Schwarz D networks, nodal approximation as in Scaffolder (negated there)"),
      surface<DoubleG>("double-g", -3.0, 4.125, -0.4431, "two gyroid networks, nodal approximation as in Scaffolder (negated there)"),
      surface<TubularGab>("tubular-g-ab", -34.0, 26.0, -4.1905, "tubular gyroid, nodal approximation as in Scaffolder"),
      surface<TubularGc>("tubular-g-c", -4.1422, 27.0, 12.6953, "tubular gyroid, nodal approximation as in Scaffolder"),
      surface<GPrime>("g-prime", -0.68, 1.82, 0.2296, "nodal approximation of G' (equation recalled, not verified)"),
      surface<KarcherK>("karcher-k", -1.6, 1.535, 0.1704, "Karcher's K, nodal approximation (equation recalled, not verified)"),
  };
  return surfaces;
}

}  // namespace spongiosa::lattice
