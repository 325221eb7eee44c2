#pragma once
/// The software that the program is made of, as the Debian packages of the libraries it has loaded.

#include "core/json.h"

#include <string>

namespace spongiosa::workflow {

/// Of every shared library of this process, after loading all modules: [{name, version, source, architecture, libraries: [file names]}], by name. Libraries that belong to no
/// package stand under the package name "(no package)". Empty where there is no dpkg.
Json linked_packages();

/// SPDX 2.3. @param created  ISO 8601, UTC
Json spdx_document(const Json& packages, const std::string& created);

}  // namespace spongiosa::workflow
