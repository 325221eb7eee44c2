#pragma once
/// Figures as SVG: pictures embedded as PNG, with text, lines and colour bars drawn round them. Same bytes for the same input.

#include "geometry/picture/picture.h"

#include <functional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Coordinates in pixels, origin at the top left.
class Svg {
 public:
  Svg(double width, double height);

  /// Embeds the picture, scaled to `width` (the height follows).
  void picture(double x, double y, double width, const geometry::Picture& picture);
  void line(double x1, double y1, double x2, double y2, const std::string& colour, double stroke = 1.0);
  void arrow(double x1, double y1, double x2, double y2, const std::string& colour, double stroke = 2.0);
  void rectangle(double x, double y, double width, double height, const std::string& fill, const std::string& stroke = "none");
  void polyline(const std::vector<Vec2>& points, const std::string& colour, double stroke = 1.5, bool closed = false);
  enum class Anchor { kStart, kMiddle, kEnd };
  void text(double x, double y, const std::string& text, double size = 13.0, Anchor anchor = Anchor::kStart,
            const std::string& colour = "#222", bool bold = false);
  /// A vertical colour bar with `ticks` labelled values; `title` (with unit) above it.
  void colour_bar(double x, double y, double width, double height, double low, double high, int ticks,
                  const std::function<geometry::Rgb(double)>& colour_of_t, const std::string& title);
  /// A bar of `length_mm` with its label.
  void scale_bar(double x, double y, double px_per_mm, double length_mm);

  std::string str() const;

 private:
  double width_, height_;
  std::string body_;
};

/// A round length near `target_mm` for a scale bar: 0.5, 1, 2, 5, 10, 20, 50 ...
double round_length_mm(double target_mm);
/// Text for XML and HTML: &, <, >, " escaped.
std::string escape(const std::string& text);

}  // namespace spongiosa::workflow
