#include "ingress/regex_mode.hpp"

#include <algorithm>
#include <numeric>

#include "routing/policy/rewrite.hpp"

namespace fairway::ingress {

namespace {

constexpr std::string_view kRoot = "/";

bool has_other_target(const HostRoute& route) {
    return route.route.policy->rewrite && route.route.policy->rewrite->text != route.route.path;
}

/// ingress-nginx gives such a location a second one, of type Exact, and a slash at its own end.
bool is_doubled(const HostRoute& route) {
    return route.route.type == routing::PathType::prefix && route.route.path != kRoot && !route.use_regex &&
           !has_other_target(route);
}

std::string with_slash(const std::string& path) { return path.ends_with('/') ? path : path + "/"; }

}  // namespace

std::vector<std::size_t> location_order(const std::vector<HostRoute>& routes) {
    std::vector<std::size_t> order(routes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const auto& first = routes[a].route.path;
        const auto& second = routes[b].route.path;
        return first.size() != second.size() ? first.size() > second.size() : first > second;
    });
    return order;
}

std::string rewrite_pattern(const HostRoute& route) {
    const auto& path = route.route.path;
    if (!route.route.policy->rewrite) return {};
    if (has_other_target(route)) return path;
    // The target is the path itself, and a doubled location compares it with its path with the slash. Its Exact twin keeps
    // the request's path: what begins with the path and a slash never comes to it, so an anchor tells the two apart.
    return is_doubled(route) && !path.ends_with('/') ? "^" + with_slash(path) : std::string();
}

bool asks_for_regex_mode(const HostRoute& route) { return route.use_regex || !rewrite_pattern(route).empty(); }

std::vector<std::string> location_patterns(const HostRoute& route, bool has_exact_twin) {
    // Text, not a flag of the regex: in "/a|/b" nginx anchors the first alternative alone.
    const auto anchored = "^" + route.route.path;
    if (!is_doubled(route)) return {anchored};
    auto below = "^" + with_slash(route.route.path);
    if (has_exact_twin || below == anchored) return {std::move(below)};
    return {std::move(below), anchored};
}

}  // namespace fairway::ingress
