#pragma once
/// The frame of every document: one HTML file that needs no other, prints well on A4.

#include <string>

namespace spongiosa::workflow {

/// @param title  heading, escaped by the caller like everything else here  @param line  below the heading and at the foot of every printed page
std::string html_page(const std::string& title, const std::string& line, const std::string& body);

}  // namespace spongiosa::workflow
