// Any bytes as a request path: nothing is read or written out of bounds, and what comes out has one spelling.
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "routing/path_normalise.hpp"

namespace {

using fairway::routing::normalise_path;
using fairway::routing::PathError;

/// A request path whose normal form is `path`, as far as it has one.
std::string spelled(std::string_view path) {
    std::string raw;
    for (const char c : path) c == '%' ? raw += "%25" : raw += c;
    return raw;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    std::vector<char> scratch(size);  // exactly as long as promised, so that ASan sees one byte too many
    const auto [path, error] = normalise_path(raw, scratch);
    if (error != PathError::none) {
        FAIRWAY_ASSERT(path.empty(), "a refused path is empty");
        return 0;
    }
    const std::string with_end = std::string(path) + "/";
    FAIRWAY_ASSERT(path.starts_with('/') && path.size() <= raw.size(),
                   "the result is a path, not longer than the request's");
    FAIRWAY_ASSERT(path.find("//") == path.npos && path.find('\0') == path.npos, "slashes are merged, NUL is refused");
    FAIRWAY_ASSERT(with_end.find("/./") == with_end.npos && with_end.find("/../") == with_end.npos,
                   "dot segments are resolved");

    const auto again = spelled(path);
    std::vector<char> again_scratch(again.size());
    FAIRWAY_ASSERT(normalise_path(again, again_scratch).path == path, "the result is its own normal form");
    return 0;
}
