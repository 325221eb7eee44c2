#pragma once
/// Names under small pictures, in a font of 5 x 9 pixels. Anything longer than a name is put around pictures as SVG instead.

#include "geometry/picture/picture.h"

#include <string>

namespace spongiosa::geometry {

constexpr int kLabelWidth_px = 6, kLabelHeight_px = 11;  ///< of one letter with its distance to the next and to the next line

/// Lower-case letters, digits, hyphen and space; anything else is drawn as a space. Goes on in a new line, after a hyphen where
/// there is one, when the line would be wider than `width`. What lies outside the picture is left out.
/// @param x,y  top left corner of the first letter, pixels
void draw_label(Picture& picture, const std::string& text, int x, int y, int width, const Rgb& colour);

}  // namespace spongiosa::geometry
