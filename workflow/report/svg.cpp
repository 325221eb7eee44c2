#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

std::string base64(const std::string& bytes) {
  static const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned int block = 0;
    for (std::size_t b = 0; b < 3; ++b) block = (block << 8) | (i + b < bytes.size() ? static_cast<unsigned char>(bytes[i + b]) : 0u);
    for (int c = 0; c < 4; ++c)
      text += i + std::size_t(c) <= bytes.size() ? alphabet[(block >> (18 - 6 * c)) & 63u] : '=';
  }
  return text;
}

}  // namespace

Svg::Svg(double width, double height) : width_(width), height_(height) {}

void Svg::picture(double x, double y, double width, const g::Picture& picture) {
  const double height = width * picture.height / picture.width;
  body_ += fmt::format("<image x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" xlink:href=\"data:image/png;base64,{}\"/>\n", x, y,
                       width, height, base64(g::png_bytes(picture)));
}

void Svg::line(double x1, double y1, double x2, double y2, const std::string& colour, double stroke) {
  body_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>\n", x1, y1, x2, y2,
                       colour, stroke);
}

void Svg::arrow(double x1, double y1, double x2, double y2, const std::string& colour, double stroke) {
  const double length = std::hypot(x2 - x1, y2 - y1);
  if (length <= 0.0) return;
  const double ux = (x2 - x1) / length, uy = (y2 - y1) / length, head = 4.0 * stroke;
  line(x1, y1, x2 - ux * head, y2 - uy * head, colour, stroke);
  body_ += fmt::format("<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\"/>\n", x2, y2, x2 - ux * head - uy * head * 0.5,
                       y2 - uy * head + ux * head * 0.5, x2 - ux * head + uy * head * 0.5, y2 - uy * head - ux * head * 0.5, colour);
}

void Svg::rectangle(double x, double y, double width, double height, const std::string& fill, const std::string& stroke) {
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" stroke=\"{}\"/>\n", x, y, width, height, fill,
                       stroke);
}

void Svg::polyline(const std::vector<Vec2>& points, const std::string& colour, double stroke, bool closed) {
  std::string list;
  for (const Vec2& p : points) list += fmt::format("{:.1f},{:.1f} ", p.x(), p.y());
  body_ += fmt::format("<{} points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>\n", closed ? "polygon" : "polyline", list, colour,
                       stroke);
}

void Svg::text(double x, double y, const std::string& text, double size, Anchor anchor, const std::string& colour, bool bold) {
  const char* anchors[] = {"start", "middle", "end"};
  body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\"{}>{}</text>\n", x, y, size,
                       anchors[int(anchor)], colour, bold ? " font-weight=\"bold\"" : "", escape(text));
}

void Svg::colour_bar(double x, double y, double width, double height, double low, double high, int ticks,
                     const std::function<g::Rgb(double)>& colour_of_t, const std::string& title) {
  const int steps = 64;
  for (int s = 0; s < steps; ++s) {
    const g::Rgb c = colour_of_t((s + 0.5) / steps);
    const double top = y + height * (1.0 - double(s + 1) / steps);
    // Half a pixel of overlap hides the seams that viewers draw between neighbouring rectangles.
    rectangle(x, top, width, height / steps + (s > 0 ? 0.5 : 0.0), fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]));
  }
  rectangle(x, y, width, height, "none", "#444");
  text(x, y - 10, title, 12);
  const double span = high - low;
  const int digits = std::clamp(2 - int(std::floor(std::log10(std::max(std::abs(span), 1e-12)))), 0, 6);
  for (int t = 0; t < ticks; ++t) {
    const double share = double(t) / (ticks - 1), value = low + share * span, ty = y + height * (1.0 - share);
    line(x + width, ty, x + width + 4, ty, "#444");
    text(x + width + 7, ty + 4, fmt::format("{:.{}f}", value, digits), 12);
  }
}

void Svg::scale_bar(double x, double y, double px_per_mm, double length_mm) {
  const double length = px_per_mm * length_mm;
  line(x, y, x + length, y, "#222", 3.0);
  text(x + length / 2, y - 6, fmt::format("{:g} mm", length_mm), 12, Anchor::kMiddle);
}

std::string Svg::str() const {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
             "width=\"{0:.0f}\" height=\"{1:.0f}\" font-family=\"DejaVu Sans, sans-serif\">\n",
             width_, height_) +
         body_ + "</svg>\n";
}

double round_length_mm(double target_mm) {
  const double decade = std::pow(10.0, std::floor(std::log10(target_mm)));
  for (const double factor : {5.0, 2.0})
    if (factor * decade <= target_mm) return factor * decade;
  return decade;
}

std::string escape(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else if (c == '"') safe += "&quot;";
    else safe += c;
  }
  return safe;
}

}  // namespace spongiosa::workflow
