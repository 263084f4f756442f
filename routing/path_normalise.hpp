// The one place where a request path is made comparable, so that no rule can be bypassed by another spelling.
// What is forwarded stays the original target. Rules and reasons: docs/path-matching.md.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fairway::routing {

enum class PathError {
    none,
    bad_escape,     ///< '%' without two hexadecimal digits
    nul,            ///< a NUL byte, raw or as %00
    not_absolute,   ///< does not begin with '/'
    above_root,     ///< ".." leads above "/"
    too_long,       ///< `scratch` cannot hold the result
};

/// The path as rules see it: percent-escapes decoded (also %2F, as nginx does), "." and ".." resolved, repeated
/// slashes merged. A path that needs none of this is returned as it is, without a copy; otherwise the result lies in
/// `scratch`, which must be as long as `raw_path` and outlive the result.
/// @param raw_path  path of the request target, without query or fragment.
struct NormalisedPath {
    std::string_view path;
    PathError error = PathError::none;
};
NormalisedPath normalise_path(std::string_view raw_path, std::span<char> scratch) noexcept;

}  // namespace fairway::routing
