#pragma once
/// Anti-aliased lines, arrows and areas on a Picture. Pixel coordinates: (0, 0) is the top left corner of the picture, x to
/// the right, y downwards, pixel centres at half-integers. What lies outside the picture is left out. Names are drawn by label.h; other
/// text is put around pictures as SVG by the reports.

#include "geometry/picture/picture.h"

#include <vector>

namespace spongiosa::geometry {

struct LineStyle {
  Rgb colour{0, 0, 0};
  double width_px = 1.6;
  double opacity = 1.0;
};

/// Line with round ends.
void draw_line(Picture& picture, const Vec2& a_px, const Vec2& b_px, const LineStyle& style);

struct Segment {
  Vec2 a_px, b_px;
};
/// Many lines as one stroke: where they overlap or join, nothing is painted twice, so that transparent lines stay even.
void draw_segments(Picture& picture, const std::vector<Segment>& segments, const LineStyle& style);
/// Joined points. @param closed  also joins the last point with the first
void draw_polyline(Picture& picture, const std::vector<Vec2>& points_px, bool closed, const LineStyle& style);

/// From tail to tip, with a filled head. The head's width is two thirds of its length; an arrow shorter than its head is
/// all head.
void draw_arrow(Picture& picture, const Vec2& tail_px, const Vec2& tip_px, const LineStyle& style, double head_px = 12.0);

/// Exact coverage of the pixels on the border.
void fill_rectangle(Picture& picture, const Vec2& low_px, const Vec2& high_px, const Rgb& colour, double opacity = 1.0);
/// Convex or not, by the even-odd rule; 4 x 4 samples per pixel.
void fill_polygon(Picture& picture, const std::vector<Vec2>& points_px, const Rgb& colour, double opacity = 1.0);

/// Copies `source` with its top left corner at (x, y).
void paste(Picture& picture, const Picture& source, int x, int y);

/// Mixes a colour into a pixel. @param coverage  0 to 1
void blend(Rgb& pixel, const Rgb& colour, double coverage);

}  // namespace spongiosa::geometry
