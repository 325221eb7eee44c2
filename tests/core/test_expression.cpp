#include "core/error.h"
#include "core/expression.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <ctime>
#include <limits>
#include <random>
#include <thread>

using namespace spongiosa;

namespace {

const std::vector<std::string> kXyz = {"x", "y", "z"};
constexpr float kPi = 3.14159265358979f;

float at(const std::string& text, float x = 0.0f, float y = 0.0f, float z = 0.0f) { return Expression(text, kXyz).value({x, y, z}); }

std::string error_of(const std::string& text) {
  try {
    Expression(text, {"depth", "x", "y"});
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("expressions follow the usual rules of binding") {
  CHECK(at("1+2*3") == 7.0f);
  CHECK(at("(1+2)*3") == 9.0f);
  CHECK(at("2^3^2") == 512.0f);
  CHECK(at("-x^2", 3) == -9.0f);
  CHECK(at("2^-1") == 0.5f);
  CHECK(at("8/4/2") == 1.0f);
  CHECK(at("8-4-2") == 2.0f);
  CHECK(at("--x", 3) == 3.0f);
  CHECK(at("-+-x", 3) == 3.0f);
  CHECK(at(" 1.5e1 * x ", 2) == 30.0f);
  CHECK(at("1+2<4") == 1.0f);
  CHECK(at("x>=2", 2) == 1.0f);
  CHECK(at("x!=2", 2) == 0.0f);
  CHECK(at("(x<2)*(y>1)", 1, 2) == 1.0f);
}

TEST_CASE("functions of expressions") {
  CHECK(at("if(x<1,2,3)", 0) == 2.0f);
  CHECK(at("if(x<1,2,3)", 1) == 3.0f);
  CHECK(at("min(x,y,z)", 3, 1, 2) == 1.0f);
  CHECK(at("max(x,y,z)", 3, 1, 2) == 3.0f);
  CHECK(at("clamp(x,0,1)", 7) == 1.0f);
  CHECK(at("clamp(x,0,1)", -7) == 0.0f);
  CHECK(at("mod(x,3)", -1) == 2.0f);
  CHECK(at("mod(x,3)", 7) == 1.0f);
  CHECK(at("floor(x)", -1.5) == -2.0f);
  CHECK(at("floor(x)", 3e9f) == 3e9f);
  CHECK(at("sign(x)", -4) == -1.0f);
  CHECK(at("sign(x)", 0) == 0.0f);
  CHECK(at("ramp(x,0,2,0.5,0.8)", -1) == 0.5f);
  CHECK(at("ramp(x,0,2,0.5,0.8)", 1) == Approx(0.65f));
  CHECK(at("ramp(x,0,2,0.5,0.8)", 9) == 0.8f);
  CHECK(at("ramp(x,2,0,1,3)", 0.5) == Approx(2.5f));
  CHECK(at("smoothstep(x,0,2,1,3)", 0.5) == Approx(1.0f + 2.0f * 0.15625f));
  CHECK(at("sqrt(x)", 16) == 4.0f);
  CHECK(std::isnan(at("sqrt(x)", -1)));
  CHECK(std::isnan(at("clamp(sqrt(x),0,1)", -1)));
  CHECK(std::isnan(at("max(1,sqrt(x))", -1)));
  CHECK(at("x^3", -2) == -8.0f);
  CHECK(at("x^-2", -2) == 0.25f);
  CHECK(at("pow(x,y)", 2, 0.5) == Approx(std::sqrt(2.0f)));
  CHECK(at("pow(x,y)", 0, 2) == 0.0f);
  CHECK(std::isnan(at("pow(x,y)", -1, 0.5)));
  CHECK(std::isinf(at("log(x)", 0)));
  CHECK(std::isnan(at("log(x)", -1)));
  CHECK(at("cos(pi)") == -1.0f);
}

TEST_CASE("elementary functions meet their stated errors") {
  std::mt19937 random(1);
  const auto worst = [&](const std::string& text, float low, float high, double (*exact)(double), bool relative) {
    const Expression expression(text, {"x"});
    std::uniform_real_distribution<float> draw(low, high);
    std::vector<float> x(20001), out(x.size());
    for (float& value : x) value = draw(random);
    x[0] = low, x[1] = high;
    const float* inputs[] = {x.data()};
    expression.evaluate(std::int64_t(x.size()), inputs, out.data());
    double error = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double reference = exact(double(x[i]));
      error = std::max(error, std::abs(out[i] - reference) / (relative ? std::abs(reference) : 1.0));
    }
    return error;
  };
  CHECK(worst("sin(x)", -7, 7, [](double x) { return std::sin(x); }, false) < 3e-7);
  CHECK(worst("cos(x)", -7, 7, [](double x) { return std::cos(x); }, false) < 3e-7);
  CHECK(worst("sin(x)", -1e4f, 1e4f, [](double x) { return std::sin(x); }, false) < 3e-7);
  CHECK(worst("cos(x)", -1e4f, 1e4f, [](double x) { return std::cos(x); }, false) < 3e-7);
  CHECK(worst("sin(x)", -1e7f, 1e7f, [](double x) { return std::sin(x); }, false) < 1e-6);
  CHECK(worst("tan(x)", -1.5f, 1.5f, [](double x) { return std::tan(x); }, true) < 5e-6);
  CHECK(worst("atan(x)", -20, 20, [](double x) { return std::atan(x); }, false) < 3e-7);
  CHECK(worst("asin(x)", -1, 1, [](double x) { return std::asin(x); }, false) < 5e-7);
  CHECK(worst("acos(x)", -1, 1, [](double x) { return std::acos(x); }, false) < 5e-7);
  CHECK(worst("exp(x)", -80, 80, [](double x) { return std::exp(x); }, true) < 2e-7);
  CHECK(worst("log(x)", 1e-30f, 10, [](double x) { return std::log(x); }, false) < 5e-7);
  CHECK(worst("log(x)", 1e-30f, 1e30f, [](double x) { return std::log(x); }, true) < 2e-7);
  CHECK(worst("x^1.7", 1e-3f, 1e3f, [](double x) { return std::pow(x, double(1.7f)); }, true) < 2e-7);
  for (const auto& [y, x] : {std::pair{1.0f, 2.0f}, {1.0f, -2.0f}, {-1.0f, -2.0f}, {-1.0f, 2.0f}, {0.0f, -1.0f}, {2.0f, 0.0f}, {0.0f, 0.0f}})
    CHECK(at("atan2(y,x)", x, y) == Approx(std::atan2(y, x)).margin(1e-6));
}

TEST_CASE("the gradient of an expression agrees with differences") {
  const char* texts[] = {
      "sin(x)*cos(y)+sin(y)*cos(z)+sin(z)*cos(x)",
      "x^2*y - z/x + 3",
      "sqrt(x*x+y*y+z*z)",
      "atan2(y,x)*z",
      "exp(-x*y)+log(x+z^2)",
      "tan(x/3)+asin(x/4)+acos(y/4)+atan(z)",
      "x^y + pow(x,1.7) + x^-3",
      "if(x<1,x*y,z*z)",
      "min(x,y*z)+max(x*x,z)+abs(x-y)",
      "clamp(x,1.2,1.6)*y",
      "ramp(x,1,2,y,z) + smoothstep(y,0.5,2.5,z,x)",
      "mod(x,0.7)+floor(y)+sign(z)*x",
      "-x",
      "7",
  };
  std::mt19937 random(2);
  std::uniform_real_distribution<float> draw(0.6f, 2.4f);
  for (const char* text : texts) {
    const Expression expression(text, kXyz);
    std::vector<float> p[3], gradient[3], value;
    for (int i = 0; i < 300; ++i)
      for (auto& axis : p) axis.push_back(draw(random));
    const std::size_t n = p[0].size();
    value.resize(n);
    for (auto& axis : gradient) axis.resize(n);
    const float* inputs[] = {p[0].data(), p[1].data(), p[2].data()};
    expression.evaluate_with_gradient(std::int64_t(n), inputs, value.data(), {gradient[0].data(), gradient[1].data(), gradient[2].data()});
    int kinks = 0;
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(value[i] == expression.value({p[0][i], p[1][i], p[2][i]}));
      for (int a = 0; a < 3; ++a) {
        const auto moved = [&](float h) {
          std::vector<float> q = {p[0][i], p[1][i], p[2][i]};
          q[std::size_t(a)] += h;
          return expression.value(q);
        };
        const float h = 4e-3f;
        const float central = (moved(h) - moved(-h)) / (2 * h);
        const float right = (moved(h) - value[i]) / h, left = (value[i] - moved(-h)) / h;
        INFO(text << " at " << p[0][i] << " " << p[1][i] << " " << p[2][i] << " axis " << a);
        if (gradient[a][i] == Approx(central).epsilon(5e-3).margin(5e-3)) continue;
        // A kink or step within h: the side without it must agree.
        ++kinks;
        CHECK((gradient[a][i] == Approx(right).epsilon(1e-2).margin(1e-2) || gradient[a][i] == Approx(left).epsilon(1e-2).margin(1e-2)));
      }
    }
    CHECK(kinks < 20);
  }
}

TEST_CASE("a variable beyond the third has no derivative, and one that does not exist has zero") {
  const Expression four("a+2*b+3*c+4*d", {"a", "b", "c", "d"});
  const float a = 1, b = 2, c = 3, d = 4;
  const float* inputs[] = {&a, &b, &c, &d};
  float value, ga, gb, gc;
  four.evaluate_with_gradient(1, inputs, &value, {&ga, &gb, &gc});
  CHECK(value == 30.0f);
  CHECK((ga == 1.0f && gb == 2.0f && gc == 3.0f));
  const Expression one("5*a", {"a"});
  one.evaluate_with_gradient(1, inputs, &value, {&ga, &gb, &gc});
  CHECK((ga == 5.0f && gb == 0.0f && gc == 0.0f));
}

TEST_CASE("constants and unused variables are recognised") {
  CHECK(Expression("0.2+0.5", kXyz).constant().value() == Approx(0.7));
  CHECK(Expression("x-x+2*pi", kXyz).constant().value() == Approx(6.283185307));
  CHECK(Expression("0*x+0.7", kXyz).constant().value() == Approx(0.7));
  CHECK_FALSE(Expression("x", kXyz).constant());
  const Expression mixed("x+0*y", kXyz);
  CHECK(mixed.uses(0));
  CHECK_FALSE(mixed.uses(1));
  const float x = 2.0f;
  const float* inputs[] = {&x, nullptr, nullptr};
  float out = 0.0f;
  mixed.evaluate(1, inputs, &out);
  CHECK(out == 2.0f);
}

TEST_CASE("batches of any length, in place, and from several threads give the same bytes") {
  const Expression expression("sin(3*x)*exp(-y)+z^1.3+y", kXyz);
  std::vector<float> p[3], reference;
  for (int i = 0; i < 1000; ++i)
    for (int a = 0; a < 3; ++a) p[a].push_back(0.001f * float(i * (a + 1)));
  for (std::size_t i = 0; i < 1000; ++i) reference.push_back(expression.value({p[0][i], p[1][i], p[2][i]}));
  for (const int n : {0, 1, 255, 256, 257, 1000}) {
    const auto work = [&] {
      std::vector<float> y = p[1];
      const float* inputs[] = {p[0].data(), y.data(), p[2].data()};
      expression.evaluate(n, inputs, y.data());
      return std::memcmp(y.data(), reference.data(), std::size_t(n) * sizeof(float)) == 0;
    };
    bool first = false, second = false;
    std::thread other([&] { second = work(); });
    first = work();
    other.join();
    CHECK((first && second));
  }
}

TEST_CASE("wrong expressions are refused with position and expectation") {
  CHECK(error_of("") == "the expression is empty; expected a formula such as 0.7 or ramp(depth,0,2,0.5,0.8)");
  CHECK(error_of("1+") == "expression '1+', position 3: ends too early; expected a number, a name or '('");
  CHECK(error_of("2 $ 3") == "expression '2 $ 3', position 3: '$' is not expected here; expected an operator such as + - * / ^ or the end");
  CHECK(error_of("2x") == "expression '2x', position 2: 'x' is not expected here; expected an operator such as + - * / ^ or the end; a product is written with *");
  CHECK(error_of("x=2") == "expression 'x=2', position 2: '=' is not expected here; expected an operator such as + - * / ^ or the end; equality is written ==");
  CHECK(error_of("dept*2") == "expression 'dept*2', position 1: unknown name 'dept', did you mean 'depth'?; known are depth x y pi");
  CHECK(error_of("sn(x)").find("position 1: unknown function 'sn', did you mean 'sin'?; known are abs acos") != std::string::npos);
  CHECK(error_of("x(2)") == "expression 'x(2)', position 1: 'x' is a variable, not a function; a product is written with *");
  CHECK(error_of("1+sin") == "expression '1+sin', position 3: 'sin' is a function; expected sin(x)");
  CHECK(error_of("clamp(x,1)") == "expression 'clamp(x,1)', position 1: 'clamp' got 2 arguments; expected clamp(x,low,high)");
  CHECK(error_of("sin()") == "expression 'sin()', position 1: 'sin' got 0 arguments; expected sin(x)");
  CHECK(error_of("(1+2") == "expression '(1+2', position 5: ends too early; expected the ')' for the '(' at position 1");
  CHECK(error_of("min(1;2)") == "expression 'min(1;2)', position 6: ';' is not expected here; expected ',' or the ')' of min(a,b,...)");
  CHECK(error_of("1<x<2") == "expression '1<x<2', position 4: '<' is not expected here; comparisons cannot be chained; write (a<b)*(b<c)");
  CHECK(error_of("1e99") == "expression '1e99', position 1: not a number that fits; expected one such as 12, 0.5 or 1e-3");
  CHECK(error_of(".") == "expression '.', position 1: not a number that fits; expected one such as 12, 0.5 or 1e-3");
  CHECK(error_of(std::string(300, '(') + "1").find("nested more than 200 deep") != std::string::npos);
  std::string tower = "2";
  for (int i = 0; i < 300; ++i) tower += "^x";
  CHECK(error_of(tower).find("nested more than 200 deep") != std::string::npos);
  CHECK(error_of(std::string(30'000, '1')) == "expression of 30000 characters is too long; expected at most 20000");
}

TEST_CASE("a long sum neither nests nor overflows the stack") {
  std::string text = "x";
  for (int i = 0; i < 3000; ++i) text += "+y*x";
  CHECK(at(text, 0.5f, 1.0f) == Approx(1500.5f));
}

TEST_CASE("speed of expressions", "[.benchmark]") {
  const Expression gyroid("sin(2*pi*x)*cos(2*pi*y)+sin(2*pi*y)*cos(2*pi*z)+sin(2*pi*z)*cos(2*pi*x)", kXyz);
  const std::size_t n = 1 << 16;
  std::vector<float> p[3], out[4];
  std::mt19937 random(3);
  std::uniform_real_distribution<float> draw(-4.0f, 4.0f);
  for (auto& axis : p)
    for (std::size_t i = 0; i < n; ++i) axis.push_back(draw(random));
  for (auto& array : out) array.resize(n);
  const float* inputs[] = {p[0].data(), p[1].data(), p[2].data()};
  const auto rate = [&](auto work) {
    const std::clock_t start = std::clock();  // of this process: others may be running
    int repeats = 0;
    double seconds = 0.0;
    while (seconds < 0.5) {
      work();
      ++repeats;
      seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    }
    return double(n) * repeats / seconds * 1e-6;
  };
  const double value = rate([&] { gyroid.evaluate(std::int64_t(n), inputs, out[0].data()); });
  const double gradient = rate([&] {
    gyroid.evaluate_with_gradient(std::int64_t(n), inputs, out[0].data(), {out[1].data(), out[2].data(), out[3].data()});
  });
  WARN("gyroid by expression: " << value << " M points/s; with gradient: " << gradient << " M points/s");
  CHECK(value > 20.0);
  CHECK(gradient > 20.0);
}
