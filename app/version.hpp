// Which build this is, and which libraries it runs with.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/command_line.hpp"

namespace fairway::app {

struct BuildInfo {
    const char* version;     ///< "0.1.0"
    const char* commit;      ///< short hash, "-dirty" when the tree had changes, or "unknown"
    const char* build_type;  ///< "Release"
};

/// Written by cmake/write-build-info.cmake at build time.
extern const BuildInfo kBuildInfo;

/// Name and version, as found at run time where the library tells it.
std::vector<std::pair<std::string, std::string>> library_versions();

std::string version_text(OutputFormat format);

}  // namespace fairway::app
