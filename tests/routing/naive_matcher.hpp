// docs/path-matching.md read aloud, with no index at all: what the compiled matchers are compared with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routing/routes.hpp"

namespace fairway::routing::test {

/// outcome() of the route that answers a normalised path, by looking at every route.
inline std::string naive_outcome(const std::vector<Route>& routes, std::string_view path) {
    const auto usable = [](const Route& route) {
        return route.path.starts_with('/') && route.path.find("//") == std::string::npos;
    };
    const auto with_slash = [](std::string_view text) { return std::string(text) + "/"; };
    const Route* best = nullptr;
    for (const auto& route : routes)
        if (route.type == PathType::exact && usable(route) && route.path == path) return outcome(&route, false);
    for (const auto& route : routes) {
        if (route.type != PathType::prefix || !usable(route)) continue;
        const auto below = route.path.ends_with('/') ? route.path : with_slash(route.path);
        if (route.path != path && !path.starts_with(below)) continue;
        if (best == nullptr || route.path.size() > best->path.size()) best = &route;
    }
    if (best == nullptr || best->path != path)
        for (const auto type : {PathType::exact, PathType::prefix})
            for (const auto& route : routes)
                if (route.type == type && usable(route) && route.path == with_slash(path)) return outcome(&route, true);
    return outcome(best, false);
}

}  // namespace fairway::routing::test
