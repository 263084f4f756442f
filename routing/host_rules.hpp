// Host rules: all paths of one host, compiled for lookup. Order of precedence: docs/path-matching.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "routing/flat_index.hpp"
#include "routing/prefix_trie.hpp"
#include "routing/route.hpp"

namespace fairway::routing {

/// Immutable once built, so any number of threads may read it. Stays where it is built: its indices refer to its routes.
class HostRules {
public:
    struct Options {
        std::string name;              ///< "shop.example.com", "*.example.com", or "_" for the catch-all
        bool has_certificate = false;  ///< a TLS section covers the host, whether or not the Secret is good
    };
    /// Adds nothing by itself: the implicit "/" of a host is the builder's to give. A path that no normalised path can
    /// equal (without leading slash, or with "//") is kept in routes() but matches nothing.
    /// @param routes  in order of precedence: of two with the same path and type the first wins.
    /// @param losers  when given, the index in `routes` of each that lost is appended.
    HostRules(Options options, std::vector<Route> routes, std::vector<std::size_t>* losers = nullptr);
    HostRules(const HostRules&) = delete;
    HostRules& operator=(const HostRules&) = delete;

    struct PathMatch {
        const Route* route = nullptr;  ///< null: no path matches
        /// The route's path is the requested one plus "/": the answer is a 301 to it, as nginx gives.
        bool add_slash = false;
    };
    /// Exact beats prefix, then the longest prefix by whole elements. Cost: O(path length), whatever the number of routes.
    PathMatch match(std::string_view normalised_path) const noexcept;

    const std::string& name() const noexcept { return options_.name; }
    bool has_certificate() const noexcept { return options_.has_certificate; }
    /// Without the losers, in the order given.
    const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    Options options_;
    std::vector<Route> routes_;
    FlatIndex exact_;  ///< indices of exact routes by path
    PrefixTrie prefixes_;
};

}  // namespace fairway::routing
