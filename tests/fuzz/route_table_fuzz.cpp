// Any routes and any request: the compiled table picks what a look at every route picks.
// Input, one a line: authority, path, then routes; a route that begins with '=' is exact.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "routing/naive_matcher.hpp"
#include "routing/path_normalise.hpp"
#include "routing/routes.hpp"

namespace {

using namespace fairway::routing;

std::string_view next_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

std::vector<Route> routes_of(std::string_view text) {
    std::vector<Route> routes;
    while (!text.empty()) {
        const auto line = next_line(text);
        const auto backend = std::to_string(routes.size());
        if (line.starts_with('='))
            routes.push_back(test::exact(std::string(line.substr(1)), backend));
        else
            routes.push_back(test::prefix(std::string(line), backend));
    }
    return routes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto authority = next_line(text);
    const auto raw_path = next_line(text);
    const auto routes = routes_of(text);

    RouteTable table;
    for (const auto* name : {"shop.example.com", "*.example.com", "_"})
        table.replace_host(name, test::rules(name, routes));
    const auto* host = table.host(authority);
    FAIRWAY_ASSERT(host != nullptr, "with a catch-all there, every authority finds a host");
    FAIRWAY_ASSERT(!authority.starts_with("*.") || host->name() == "_", "what a client writes is not a pattern");

    std::vector<char> scratch(raw_path.size());
    const auto normalised = normalise_path(raw_path, scratch);
    if (normalised.error != PathError::none) return 0;
    std::array<char, kHostBufferBytes> buffer;
    const auto found = table.match(normalise_host(authority, buffer), normalised.path);
    FAIRWAY_ASSERT(found.host == host, "a name and the authority it comes from select one host");
    FAIRWAY_ASSERT(test::outcome(found.route, found.add_slash) == test::naive_outcome(routes, normalised.path),
                   "the compiled table agrees with the naive matcher");
    return 0;
}
