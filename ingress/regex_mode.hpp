// Regex mode: what use-regex and rewrite-target make of the paths of a host (reference 1.5 and 3.3). It is the whole host's,
// also of the paths of other Ingresses; migrants rely on it. docs/path-matching.md has the rules for users.
#pragma once

#include <string>
#include <vector>

#include "ingress/ingress_record.hpp"
#include "routing/regex.hpp"
#include "routing/route.hpp"

namespace fairway::ingress {

/// A route of a host, and what it was made from.
struct HostRoute {
    routing::Route route;
    const IngressRecord* record = nullptr;
    const k8s::IngressPath* path = nullptr;  ///< null: the implicit "/"
    bool use_regex = false;
    std::vector<routing::Regex> patterns{};  ///< location_patterns(), compiled; only in regex mode
};

/// Indices of `routes` in the order of ingress-nginx's locations: the longer path text first, then the lexicographically
/// greater, then the one that stands first.
std::vector<std::size_t> location_order(const std::vector<HostRoute>& routes);

/// The pattern that rewrite-target is applied to; empty: the request keeps its path.
std::string rewrite_pattern(const HostRoute& route);

/// True when the route puts its host into regex mode.
bool asks_for_regex_mode(const HostRoute& route);

/// The patterns by which a route of a host in regex mode is found, in the order in which they are tried.
/// @param has_exact_twin  an Exact path of the same text is there as well.
std::vector<std::string> location_patterns(const HostRoute& route, bool has_exact_twin);

}  // namespace fairway::ingress
