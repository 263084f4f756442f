// Route table: finds the one route that answers a request, by host and then by path.
// Plain data and lookups; ingress/ builds it, proxy/ reads it. Order of precedence: docs/path-matching.md.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "routing/route.hpp"

namespace fairway::routing {

/// All paths of one host. Immutable once built.
class HostRules {
public:
    struct Options {
        std::string name;              ///< "shop.example.com", "*.example.com", or "_" for the catch-all
        bool has_certificate = false;  ///< a TLS section covers the host (whether or not the Secret is good): 6.1, 2.2
    };
    /// Routes in order of precedence: of two with the same path and type the first wins, and the index of each loser is
    /// appended to `losers` when given. Adds nothing by itself: the implicit "/" of a host is the builder's to give.
    HostRules(Options options, std::vector<Route> routes, std::vector<std::size_t>* losers = nullptr);

    struct PathMatch {
        const Route* route = nullptr;
        /// The route's path is this path plus "/": answer 301 to it (ingress-nginx, reference section 1.4).
        bool add_slash = false;
    };
    /// Exact beats prefix, then the longest prefix by whole elements. Cost O(path length), independent of the number of routes.
    PathMatch match(std::string_view normalised_path) const noexcept;

    const std::string& name() const noexcept;
    bool has_certificate() const noexcept;
    const std::vector<Route>& routes() const noexcept;
};

/// Immutable once built, so any number of threads may read it.
class RouteTable {
public:
    struct Match {
        const HostRules* host = nullptr;  ///< null: not even a catch-all exists
        const Route* route = nullptr;     ///< null: the default backend answers
        bool add_slash = false;
    };
    /// The route for a request.
    /// @param authority  Host or :authority in any case; port and one trailing dot allowed: "Shop.example.:8443".
    /// @param path       through normalise_path().
    /// Cost: at most three hash lookups (exact, one-label wildcard, catch-all), then O(path length). Does not allocate.
    Match match(std::string_view authority, std::string_view path) const noexcept;

    /// The rules that a Host would select, or nullptr.
    const HostRules* host(std::string_view authority) const noexcept;

    /// Copies share all hosts with the original: a change touches only its own hosts.
    /// @param name  lower-case host, "*.rest", or "_".
    void replace_host(std::string_view name, std::shared_ptr<const HostRules> rules);
    void remove_host(std::string_view name);
    std::size_t host_count() const noexcept;
    /// In no particular order.
    std::vector<std::shared_ptr<const HostRules>> hosts() const;
};

/// Host part of an authority, lower-cased into `buffer` (at least 255 bytes): port and one trailing dot stripped,
/// brackets of an IPv6 literal kept. Empty when longer than a DNS name can be.
std::string_view normalise_host(std::string_view authority, std::span<char> buffer) noexcept;

}  // namespace fairway::routing
