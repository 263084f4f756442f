// The one place where a request path is made comparable, so that no rule can be bypassed by another spelling.
// What is forwarded stays the original target. Rules and reasons: docs/path-matching.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fairway::routing {

/// Why a path cannot be compared with rules; every one is answered 400.
enum class PathError : std::uint8_t {
    none,
    bad_escape,    ///< '%' without two hexadecimal digits
    nul,           ///< a NUL byte, raw or as %00
    not_absolute,  ///< does not begin with '/'
    above_root,    ///< ".." leads above "/"
    too_long,      ///< `scratch` is shorter than the path
};

/// For log lines: "bad_escape" and its kin.
std::string_view to_string(PathError error) noexcept;

/// `path` is empty when there is an error.
struct NormalisedPath {
    std::string_view path;
    PathError error = PathError::none;
};

/// The path as rules see it: percent-escapes decoded once (also %2F, as nginx does), "." and ".." resolved, repeated
/// slashes merged. A path that needs none of this is returned as it is, without a copy; otherwise the result lies in
/// `scratch`, which must be as long as `raw_path`, not overlap it, and outlive the result.
/// Cost: one pass, O(path length). Never apply it to its own result: "/%2541" means "/%41", not "/A".
/// @param raw_path  path of the request target, without query or fragment.
NormalisedPath normalise_path(std::string_view raw_path, std::span<char> scratch) noexcept;

}  // namespace fairway::routing
