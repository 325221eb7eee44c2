#include "fea/cut/simplex_rules.h"

#include "core/error.h"

#include <cmath>
#include <vector>

namespace spongiosa::fea::cut {
namespace {

/// The three points with one coordinate 1 - 2a.
void add_triangle_orbit(std::vector<TrianglePoint>& rule, double a, double weight) {
  for (std::size_t v = 0; v < 3; ++v) {
    TrianglePoint p{{a, a, a}, weight};
    p.at[v] = 1.0 - 2.0 * a;
    rule.push_back(p);
  }
}

std::vector<TrianglePoint> triangle_degree_4() {
  std::vector<TrianglePoint> rule;
  // Closed form of the six-point rule of degree 4.
  const double root = std::sqrt(10.0), inner = std::sqrt(38.0 - 44.0 * std::sqrt(0.4));
  const double weight = std::sqrt(213125.0 - 53320.0 * root);
  add_triangle_orbit(rule, (8.0 - root + inner) / 18.0, (620.0 + weight) / 3720.0);
  add_triangle_orbit(rule, (8.0 - root - inner) / 18.0, (620.0 - weight) / 3720.0);
  return rule;
}

std::vector<TrianglePoint> triangle_degree_6() {
  std::vector<TrianglePoint> rule;
  add_triangle_orbit(rule, 0.249286745170910421291638553107, 0.116786275726379366030206473065);
  add_triangle_orbit(rule, 0.063089014491502227340331602870, 0.050844906370206816920936809106);
  const double b = 0.053145049844816947353249671631, c = 0.310352451033784405416607733956, a = 1.0 - b - c;
  for (const auto& at : {std::array{a, b, c}, {a, c, b}, {b, a, c}, {b, c, a}, {c, a, b}, {c, b, a}})
    rule.push_back({at, 0.082851075618373575193553456420});
  return rule;
}

void add_tetrahedron_orbit(std::vector<TetrahedronPoint>& rule, double a, double weight) {
  for (std::size_t v = 0; v < 4; ++v) {
    TetrahedronPoint p{{a, a, a, a}, weight};
    p.at[v] = 1.0 - 3.0 * a;
    rule.push_back(p);
  }
}

std::vector<TetrahedronPoint> tetrahedron_degree_2() {
  std::vector<TetrahedronPoint> rule;
  add_tetrahedron_orbit(rule, (5.0 - std::sqrt(5.0)) / 20.0, 0.25);
  return rule;
}

std::vector<TetrahedronPoint> tetrahedron_degree_5() {
  std::vector<TetrahedronPoint> rule;
  add_tetrahedron_orbit(rule, 0.31088591926330060980, 0.11268792571801585080);
  add_tetrahedron_orbit(rule, 0.092735250310891226402, 0.073493043116361949544);
  const double a = 0.045503704125649649492, b = 0.5 - a;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i + 1; j < 4; ++j) {
      TetrahedronPoint p{{b, b, b, b}, 0.042546020777081466438};
      p.at[i] = p.at[j] = a;
      rule.push_back(p);
    }
  return rule;
}

}  // namespace

std::span<const TrianglePoint> triangle_rule(int degree) {
  static const std::vector<TrianglePoint> four = triangle_degree_4(), six = triangle_degree_6();
  SPONGIOSA_ASSERT(degree == 4 || degree == 6);
  return degree == 4 ? four : six;
}

std::span<const TetrahedronPoint> tetrahedron_rule(int degree) {
  static const std::vector<TetrahedronPoint> two = tetrahedron_degree_2(), five = tetrahedron_degree_5();
  SPONGIOSA_ASSERT(degree == 2 || degree == 5);
  return degree == 2 ? two : five;
}

}  // namespace spongiosa::fea::cut
