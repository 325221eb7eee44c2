#pragma once
/// Where a check found its value: sections through the part, and the part from below.

#include "geometry/picture/picture.h"
#include "workflow/print/print_check.h"

#include <filesystem>

namespace spongiosa::workflow {

/// Writes section-<check>.png for every check that failed and has a place, and overhang.png; names them in the checks. The section stands on the plate
/// and goes through the place, a ring is around it: solid is grey.
/// overhang.png: seen from below at an angle; surfaces that face down are coloured from red (lies flat) over yellow (45 degrees) to grey (60 and more).
void write_print_pictures(const std::filesystem::path& folder, const BuildField& build, const geometry::TriangleMesh& mesh, PrintReport& report,
                          const Progress& progress);

/// The section alone, with a ring around the place.
geometry::Picture section_picture(const BuildField& build, const Vec3& place_Build);
/// The part from below, coloured.
geometry::Picture overhang_picture(const geometry::TriangleMesh& mesh);

}  // namespace spongiosa::workflow
