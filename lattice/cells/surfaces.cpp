/// The surfaces. To add one: a struct with its equation in sines and cosines of x, y, z and of their doubles, and a row in
/// all_surfaces(); the registry, the calibration, the filler and the tests take it from there.

#include "lattice/cells/cell.h"
#include "lattice/cells/dual.h"

namespace spongiosa::lattice {
namespace {

/// `x.s` is sin x, `x.c` cos x, `x.s2` sin 2x, `x.c2` cos 2x; T is double, or Dual for the gradient.
template <class T>
struct Axis {
  T s, c, s2, c2;
};

struct Gyroid {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return x.s * y.c + y.s * z.c + z.s * x.c;
  }
};
struct Diamond {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return x.s * (y.s * z.s + y.c * z.c) + x.c * (y.s * z.c + y.c * z.s);
  }
};
struct Primitive {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return x.c + y.c + z.c;
  }
};
struct IWrappedPackage {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return 2.0 * (x.c * y.c + y.c * z.c + z.c * x.c) - (x.c2 + y.c2 + z.c2);
  }
};
struct Frd {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return 4.0 * (x.c * y.c * z.c) - (x.c2 * y.c2 + y.c2 * z.c2 + z.c2 * x.c2);
  }
};
struct Neovius {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return 3.0 * (x.c + y.c + z.c) + 4.0 * (x.c * y.c * z.c);
  }
};
struct FischerKochS {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return x.c2 * y.s * z.c + x.c * y.c2 * z.s + x.s * y.c * z.c2;
  }
};
struct Lidinoid {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return 0.5 * (x.s2 * y.c * z.s + y.s2 * z.c * x.s + z.s2 * x.c * y.s) -
           0.5 * (x.c2 * y.c2 + y.c2 * z.c2 + z.c2 * x.c2) + 0.15;
  }
};
struct SplitP {
  template <class T>
  static T f(const Axis<T>& x, const Axis<T>& y, const Axis<T>& z) {
    return 1.1 * (x.s2 * z.s * y.c + y.s2 * x.s * z.c + z.s2 * y.s * x.c) -
           0.2 * (x.c2 * y.c2 + y.c2 * z.c2 + z.c2 * x.c2) - 0.4 * (x.c2 + y.c2 + z.c2);
  }
};

Axis<double> plain(const Trig& t) { return {t.s, t.c, t.s2, t.c2}; }
/// The same axis with the derivatives of its four functions; `Member` is the direction the argument runs in.
template <double Dual::*Member>
Axis<Dual> varying(const Trig& t) {
  Axis<Dual> axis{{t.s}, {t.c}, {t.s2}, {t.c2}};
  axis.s.*Member = t.c;
  axis.c.*Member = -t.s;
  axis.s2.*Member = 2.0 * t.c2;
  axis.c2.*Member = -2.0 * t.s2;
  return axis;
}

template <class Equation>
Surface surface(const char* name, const char* source) {
  Surface result;
  result.name = name;
  result.source = source;
  result.value = [](double x, double y, double z) {
    return Equation::f(plain(trig(x)), plain(trig(y)), plain(trig(z)));
  };
  result.gradient = [](double x, double y, double z, double gradient[3]) {
    const Dual f = Equation::f(varying<&Dual::x>(trig(x)), varying<&Dual::y>(trig(y)), varying<&Dual::z>(trig(z)));
    gradient[0] = f.x;
    gradient[1] = f.y;
    gradient[2] = f.z;
    return f.v;
  };
  result.row = [](const Trig* x, std::int64_t n, const Trig& y, const Trig& z, float* f, float* gradient_norm) {
    const Axis<Dual> dual_y = varying<&Dual::y>(y), dual_z = varying<&Dual::z>(z);
    for (std::int64_t i = 0; i < n; ++i) {
      const Dual d = Equation::f(varying<&Dual::x>(x[i]), dual_y, dual_z);
      f[i] = float(d.v);
      gradient_norm[i] = float(std::sqrt(d.x * d.x + d.y * d.y + d.z * d.z));
    }
  };
  return result;
}

}  // namespace

Trig trig(double x) {
  const double s = std::sin(x), c = std::cos(x);
  return {s, c, 2.0 * s * c, c * c - s * s};
}

const std::vector<Surface>& all_surfaces() {
  static const std::vector<Surface> surfaces{
      surface<Gyroid>("gyroid", "Schoen's G, nodal approximation; the same form in nTop's published TPMS equations, ASLI, microgen"),
      surface<Diamond>("diamond", "Schwarz D, four-term nodal approximation; the same form in nTop's equations, ASLI, microgen"),
      surface<Primitive>("primitive", "Schwarz P, nodal approximation; the same form in nTop's equations, ASLI, microgen"),
      surface<IWrappedPackage>("i-wp", "Schoen's I-WP, nodal approximation; the same form in microgen, negated in ASLI"),
      surface<Frd>("f-rd", "Schoen's F-RD, nodal approximation as in microgen"),
      surface<Neovius>("neovius", "Neovius' C(P), nodal approximation; the same form in nTop's equations and Scaffolder"),
      surface<FischerKochS>("fischer-koch-s", "Fischer and Koch's S, nodal approximation as in microgen"),
      surface<Lidinoid>("lidinoid", "Lidin's surface, nodal approximation: half of the form in nTop's equations"),
      surface<SplitP>("split-p", "nodal approximation as in nTop's equations and microgen"),
  };
  return surfaces;
}

}  // namespace spongiosa::lattice
