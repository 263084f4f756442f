// Small builders of routes for tests: a case names only what differs.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "routing/host_rules.hpp"
#include "routing/route_table.hpp"

namespace fairway::routing::test {

/// A route whose backend has the given name.
inline Route route(PathType type, std::string path, std::string backend) {
    Backend target;
    target.name = std::move(backend);
    return Route{.path = std::move(path),
                 .type = type,
                 .owner = nullptr,
                 .policy = std::make_shared<const RoutePolicy>(),
                 .backend = std::make_shared<const Backend>(std::move(target))};
}
inline Route exact(std::string path, std::string backend) {
    return route(PathType::exact, std::move(path), std::move(backend));
}
inline Route prefix(std::string path, std::string backend) {
    return route(PathType::prefix, std::move(path), std::move(backend));
}

inline std::shared_ptr<const HostRules> rules(std::string name, std::vector<Route> routes) {
    return std::make_shared<const HostRules>(HostRules::Options{.name = std::move(name)}, std::move(routes));
}

/// A table of the given hosts.
inline RouteTable table(const std::vector<std::shared_ptr<const HostRules>>& hosts) {
    RouteTable result;
    for (const auto& host : hosts) result.replace_host(host->name(), host);
    return result;
}

/// What a match says, in a word: the backend's name, with a "/" behind it when a slash is to be added; "" for none.
inline std::string outcome(const Route* route, bool add_slash) {
    return route == nullptr ? "" : route->backend->name + (add_slash ? "/" : "");
}

}  // namespace fairway::routing::test
